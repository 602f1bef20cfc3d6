"""What may be changed in the directory, and what a change must hold to. Posts change hands as in ``rules.posts``."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field, field_validator

from models.base import Line, Value
from models.members import Member, MemberKind
from models.nearest import did_you_mean
from models.notices.state import WAITING, NoticeState
from models.posts import SECRETARIAT, Capacity, Post, Role
from models.public_holidays import known
from models.refusal import RefusalKind, Refused
from models.zones import known_zones

DIRECTORY_ROLES = "marks"
"""What a change of Co-Chairs and Steering Group is about."""


ECHO = "directory:"
"""Begins the id of a command by which a case only hears of a change that stands in the directory."""


class ChangeKind(StrEnum):
    """What was changed. The first two, and ``DAY``, are also the types of the events by which cases hear of it."""

    HANDED_OVER = "handed_over"
    DELEGATED = "delegated"
    RELIEVED = "relieved"
    OFFICE = "office"
    DAY = "day_announced"
    """Days on which an office is closed after all, or open."""
    MARKS = "marks"


PLACEHOLDERS = "ahg.localhost"
"""The domain of the addresses that a new directory has until people are named: nobody reads their mail."""


def waits_for_its_holder(post: Post, held_by: str) -> bool:
    """Whether what the secretariat changes of who holds a post, or stands in, takes effect only after a time.

    So it is for a Co-Chair's post, once a person holds it: ``held_by`` is the holder's address, empty where nobody does.
    """
    return post.role is Role.CO_CHAIR and bool(held_by) and not held_by.casefold().endswith(f".{PLACEHOLDERS}")


# what is announced --------------------------------------------------------------------------------------------------


class AnnouncedState(StrEnum):
    """What has become of a change that was announced."""

    WAITING = "waiting"
    AGREED = "agreed"
    """It need not wait any more, and is carried out next."""
    IN_FORCE = "in_force"
    STOPPED = "stopped"
    OVERTAKEN = "overtaken"
    """What stood when it was announced is another by now."""


class MailToHolder(NamedTuple):
    """The mail by which somebody hears of an announcement who can stop it. ``at``: when it was settled."""

    state: NoticeState
    at: datetime | None


class HoldersTold(NamedTuple):
    """Whether all who can stop a change were told of it by mail: since when, and whether one of them cannot be."""

    since: datetime | None
    failed: bool


_ON_ITS_WAY = (*WAITING, NoticeState.DIGEST, NoticeState.GATHERED)


def holders_told(announced_at: datetime, mails: Collection[MailToHolder]) -> HoldersTold:
    """Whether the mail server has taken all of these over, and since when; the time to stop a change counts from then.

    A mail that came back, or of which nobody knows whether it went, has told nobody. Where there is no mail, nobody is
    there to be told.
    """
    failed = any(mail.state is not NoticeState.SENT and mail.state not in _ON_ITS_WAY for mail in mails)
    sent = [mail.at for mail in mails if mail.state is NoticeState.SENT and mail.at is not None]
    return HoldersTold(max([announced_at, *sent]) if len(sent) == len(mails) else None, failed)


def posts_that_stop(kind: ChangeKind, about: str, co_chairs: Iterable[Post]) -> tuple[Post, ...]:
    """The posts whose holders can stop a change: its own, or the Co-Chairs of now where it is about who co-chairs."""
    return tuple(co_chairs) if kind is ChangeKind.MARKS else (Post(about),)


def may_read_announced(post: Post) -> bool:
    """Whether a post reads what is announced: those that are told of it, and auditors."""
    return post.role in (Role.SECRETARIAT, Role.AUDITOR, Role.CO_CHAIR)


def may_stop(post: Post, capacity: Capacity | None, stops: Collection[Post]) -> bool:
    """Whether somebody stops a change that waits: the holder of a post that can, or the secretariat."""
    return post == SECRETARIAT or (post in stops and capacity is Capacity.HOLDER)


def may_agree(
    kind: ChangeKind, post: Post, capacity: Capacity | None, stops: Collection[Post], instead: Collection[Post]
) -> bool:
    """Whether somebody's word is enough for a change to take effect at once.

    It is the holder's whose post it is. ``instead``: the Co-Chairs of now, where those who can stop it cannot all be told
    by mail.
    """
    own = kind is not ChangeKind.MARKS and post in stops
    return capacity is Capacity.HOLDER and (own or post in instead)


# what an import and a page say of members ---------------------------------------------------------------------------


class OfficeSettings(Value):
    """How a member's office works: its time zone (IANA), whose holidays it keeps (``public_holidays``), its mandate.

    ``holidays`` is empty for an office that keeps none but weekends; ``mandate`` holds the words by which an
    organisation is proposed for a case (``*``: for every case), ``aliases`` other names by which the member is known.
    """

    zone: str = "UTC"
    holidays: str = ""
    mandate: tuple[Line, ...] = ()
    aliases: tuple[Line, ...] = ()

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
            raise ValueError(
                f"no public holidays are published for {given!r}; write a code such as ID, AU-ACT or ID+government, or "
                "nothing"
            )
        return given

    @field_validator("mandate")
    @classmethod
    def _each_once(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if len(given) > 50:
            raise ValueError("a mandate has at most 50 words")
        return tuple(dict.fromkeys(filter(None, given)))

    @field_validator("aliases")
    @classmethod
    def _names_each_once(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if len(given) > 50:
            raise ValueError("a member has at most 50 other names")
        if any(len(one) < 2 for one in given if one):
            raise ValueError("another name has two letters or more")
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
