"""The circles of readers: who is meant by the requesters, the group, everybody concerned."""

from models.case import Case
from models.endorsement import may_endorse, yet_to_endorse
from models.posts import SECRETARIAT, Post, desk_of
from models.visibility import Sight, sight


def requester_posts(case: Case) -> list[Post]:
    """The focal points of those who submit the request."""
    return [desk_of(code) for code in case.requesters]


def co_chair_posts(case: Case) -> list[Post]:
    """Both Co-Chairs."""
    return list(case.directory.co_chairs)


def group_posts(case: Case) -> list[Post]:
    """The focal points of participants and observers."""
    return [desk_of(code) for code in case.taking_part()]


def endorsing_posts(case: Case, member: str) -> list[Post]:
    """The focal points of participants that are asked to endorse a member's later admission."""
    return [desk_of(code) for code in yet_to_endorse(case, case.participants[member])]


def asked_to_endorse(case: Case, member: str) -> list[Post]:
    """The focal points of participants that were asked to endorse an admission, whether they have or not."""
    return [desk_of(code) for code in may_endorse(case, case.participants[member])]


def everybody_concerned(case: Case) -> list[Post]:
    """Requesters, Co-Chairs, secretariat, and whoever takes part or is invited."""
    seated = [desk_of(one.member) for one in case.participants.values() if one.has_a_seat]
    return [*requester_posts(case), *co_chair_posts(case), SECRETARIAT, *seated]


def called_to_meetings(case: Case) -> list[Post]:
    """Whoever is called to the meetings of the group, and told when one is not held."""
    return [*group_posts(case), *co_chair_posts(case)]


def text_for(case: Case, post: Post, text: str) -> str:
    """What somebody said with an act that concerns the whole case; nothing for a post that sees only its own part."""
    return text if sight(case, post) is Sight.CASE else ""
