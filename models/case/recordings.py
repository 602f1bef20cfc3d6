"""What was recorded in a post's name: what it said by telephone or letter, as somebody else wrote it down."""

from models.base import Instant, Value
from models.posts import Post


class Recording(Value):
    """What one command recorded in the name of ``post``; ``by``: who wrote it down, ``how``: by which means it was said.

    ``command``: the id of that command. ``contested_at``: when the post said that it never said this.
    """

    post: Post
    by: Post
    how: str
    at: Instant
    command: str
    contested_at: Instant | None = None
