"""What may be changed in the directory, and what a change must hold to. Posts change hands as in ``rules.posts``."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import Field, field_validator

from models.base import Line, Value
from models.members import Member, MemberKind
from models.nearest import did_you_mean
from models.posts import SECRETARIAT, Post, Role
from models.public_holidays import known
from models.refusal import RefusalKind, Refused
from models.zones import known_zones

DIRECTORY_ROLES = "marks"
"""What a change of Co-Chairs and Steering Group is about."""


ECHO = "directory:"
"""Begins the id of a command by which a case only hears of a change that stands in the directory."""


class ChangeKind(StrEnum):
    """What was changed. The first two are also the types of the events by which cases hear of it."""

    HANDED_OVER = "handed_over"
    DELEGATED = "delegated"
    RELIEVED = "relieved"
    OFFICE = "office"
    MARKS = "marks"


PLACEHOLDERS = "ahg.localhost"
"""The domain of the addresses that a new directory has until people are named: nobody reads their mail."""


def waits_for_its_holder(post: Post, held_by: str) -> bool:
    """Whether what the secretariat changes of who holds a post, or stands in, takes effect only after a time.

    So it is for a Co-Chair's post, once a person holds it: ``held_by`` is the holder's address, empty where nobody does.
    """
    return post.role is Role.CO_CHAIR and bool(held_by) and not held_by.casefold().endswith(f".{PLACEHOLDERS}")


class OfficeSettings(Value):
    """How a member's office works: its time zone (IANA), whose public holidays it keeps (ISO 3166-1), its mandate.

    ``holidays`` is empty for an office that keeps none but weekends; ``mandate`` holds the words by which an
    organisation is proposed for a case (``*``: for every case).
    """

    zone: str = "UTC"
    holidays: str = ""
    mandate: tuple[Line, ...] = ()

    @field_validator("zone")
    @classmethod
    def _a_zone(cls, given: str) -> str:
        if given not in known_zones():
            near = did_you_mean(given, known_zones())
            raise ValueError(f"{given!r} is not a time zone, such as Asia/Jakarta{near}")
        return given

    @field_validator("holidays")
    @classmethod
    def _a_calendar(cls, given: str) -> str:
        if given and not known(given):
            raise ValueError(f"no public holidays are published for {given!r}; write a code such as ID, or nothing")
        return given

    @field_validator("mandate")
    @classmethod
    def _each_once(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if len(given) > 50:
            raise ValueError("a mandate has at most 50 words")
        return tuple(dict.fromkeys(filter(None, given)))


class ListedMember(OfficeSettings):
    """A member as an imported list has it, with its office. ``code``: of capitals, digits and hyphens, as in posts."""

    code: str = Field(max_length=16, pattern=r"^[A-Z][A-Z0-9-]+$")
    name: Line = Field(min_length=1)
    kind: MemberKind
    co_chair: bool = False
    steering_group: bool = False
    ahg_2009: bool = False

    @field_validator("code")
    @classmethod
    def _not_the_secretariat(cls, given: str) -> str:
        if given == SECRETARIAT.member:
            raise ValueError(f"{given} is the secretariat's code; it is no member")
        return given


class DirectoryRoles(Value):
    """Who co-chairs and who sits on the Steering Group, by members' codes in the order of the directory."""

    co_chairs: tuple[str, ...]
    steering_group: tuple[str, ...]

    @classmethod
    def of(cls, members: Iterable[Member]) -> "DirectoryRoles":
        """The roles that these members have."""
        listed = tuple(members)
        return cls(
            co_chairs=tuple(one.code for one in listed if one.co_chair),
            steering_group=tuple(one.code for one in listed if one.steering_group),
        )


def check_roles(marks: DirectoryRoles, members: Mapping[str, Member]) -> None:
    """Whether a deployment can work with these: asked by the page, and by the import of what all members are then.

    Raises:
        Refused: other than two Co-Chairs, one that is no state or not of the Steering Group, or an unknown member.
    """
    unknown = [code for code in (*marks.co_chairs, *marks.steering_group) if code not in members]
    if unknown:
        raise Refused(RefusalKind.INVALID, f"There is no member {', '.join(unknown)} in the directory.")
    if len(set(marks.co_chairs)) != 2:
        raise Refused(RefusalKind.INVALID, "Two members co-chair, neither fewer nor more: every decision needs both.")
    if any(members[code].is_organisation for code in marks.co_chairs):
        raise Refused(RefusalKind.INVALID, "An organisation does not co-chair: the Co-Chairs decide for states.")
    if set(marks.co_chairs) - set(marks.steering_group):
        raise Refused(RefusalKind.INVALID, "The Co-Chairs are members of the Steering Group: mark them there too.")
