"""A post that its holder offers to another person, until that person takes it over."""

from models.base import Instant, Line, Value


class Offer(Value):
    """Who may take a post over, and since when. The holder stays until then."""

    name: Line
    email: Line
    language: Line = "en"
    at: Instant
