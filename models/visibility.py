"""Who may see a case, and which sections of its request: one rule for pages, API, mails and feeds."""

from enum import IntEnum

from models.case import Case
from models.posts import SECRETARIAT, Post, Role
from models.request import Request

__all__ = ["Sight", "may_see", "readable", "sight", "why_seen"]


class Sight(IntEnum):
    """How much of a case a post sees."""

    NOTHING = 0
    CIRCULATED = 1
    OWN_PART = 2
    CASE = 3


def why_seen(case: Case, post: Post) -> tuple[Sight, str]:
    """How much of a case a post sees, and the reason."""
    if post == SECRETARIAT:
        return Sight.CASE, "the secretariat sees every case"
    if post.role is Role.AUDITOR:
        return Sight.CASE, "auditors read everything"
    if post in case.directory.co_chairs:
        return Sight.CASE, "Co-Chairs decide every case"
    if post in case.directory.steering_group:
        return Sight.CASE, "the Steering Group reviews every case"
    if post.role is not Role.FOCAL_POINT:
        return Sight.NOTHING, "the post has no part in the case"
    if case.is_requester(post.member):
        return Sight.CASE, "its member is the requester"
    return _as_member(case, post.member)


def _as_member(case: Case, member: str) -> tuple[Sight, str]:
    participant = case.participants.get(member)
    if participant is not None and participant.takes_part:
        return Sight.CASE, f"its member is {participant.state.value}"
    if member in case.withdrew:
        return Sight.OWN_PART, "its member submitted the request and took it back"
    if participant is not None and participant.state.value in ("invited", "declined", "lapsed", "left"):
        return Sight.OWN_PART, f"its member was invited and is {participant.state.value}"
    if any(member in (outcome.owner, *outcome.supporting) for outcome in case.outcomes.values()):
        return Sight.OWN_PART, "its member owns or supports an outcome"
    if any(member in arrangement.parties for arrangement in case.arrangements.values()):
        return Sight.OWN_PART, "its member is a party to an arrangement"
    if any(member in (*r.to, r.owner) for r in case.recommendations.values()):
        return Sight.OWN_PART, "a recommendation is addressed to its member"
    if any(member in circulation.names for circulation in case.circulations.values()):
        return Sight.OWN_PART, "a circulation would name its member"
    if any(c.state == "released" and member in c.to for c in case.circulations.values()):
        return Sight.CIRCULATED, "the case was circulated to its member"
    return Sight.NOTHING, "its member has no part in the case"


def sight(case: Case, post: Post) -> Sight:
    """How much of a case a post sees."""
    return why_seen(case, post)[0]


def may_see(case: Case, post: Post) -> bool:
    """Whether a post may learn of the case at all."""
    return sight(case, post) > Sight.NOTHING


def readable(case: Case, post: Post) -> Request:
    """The request as a post may read it: confidential sections that are not open to it are left empty.

    They are open to the requesters, the Co-Chairs, the secretariat, auditors, and the posts or members that
    the request names.
    """
    insiders = post == SECRETARIAT or post.role is Role.AUDITOR or post in case.directory.co_chairs
    if insiders or case.is_requester(post.member):
        return case.request
    hidden = [
        section
        for section, readers in case.request.confidential.items()
        if post not in readers and post.member not in readers
    ]
    blank = Request()
    return case.request.model_copy(update={section: getattr(blank, section) for section in hidden})
