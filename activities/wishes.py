"""What readers want of a round of notices: ``models.mail_preferences`` is asked of each, with what was looked up at once.

Preferences are those of whoever gets a post's mail. An alternate is asked because the holder was silent or could not be
reached: what goes to an alternate waits for nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from models.asks import asked_of
from models.mail_preferences import DEFAULT, Decision, Mail, Preferences, Way, decide
from models.notices import OF_NO_CASE
from models.policy import Urgency
from models.posts import Capacity, Post
from notifications.registry import REGISTRY, Pace, Wish
from records.directory import calendar
from records.holders import folded
from records.mail_preferences import kept_by
from records.offices import Office

AT_ONCE = Decision(Way.NOW)


class Wishes:
    """``wants``: the preferences of those readers that have said something, by post and folded address."""

    def __init__(self, wants: Mapping[tuple[Post, str], Preferences]) -> None:
        self._wants = wants

    def decide(self, notice: Mapping[str, Any], office: Office, urgency: str, now: datetime) -> Decision:
        """What becomes of a notice at ``now`` (aware); ``urgency``: that of its case.

        A digest was decided on when its time was fixed: if it is late, it still waits for the end of quiet hours.

        Raises:
            KeyError: an unknown kind.
        """
        if notice["capacity"] == Capacity.ALTERNATE or office.holder is None:
            return AT_ONCE
        post = Post(notice["post"])
        wants = self._wants.get((post, folded(office.holder.email))) if self._wants else None
        if wants is None and not _may_wait(notice["kind"]):  # most mails by far: spares the calendar of the office
            return AT_ONCE
        local = calendar(office.zone, office.holidays, now.year - 1)
        return decide(_mail_of(notice, post, urgency), wants or DEFAULT, local, now)


def _may_wait(kind: str) -> bool:
    return kind not in OF_NO_CASE and REGISTRY[kind].pace is Pace.DIGEST


def _mail_of(notice: Mapping[str, Any], post: Post, urgency: str) -> Mail:
    kind = notice["kind"]
    if kind in OF_NO_CASE:
        return Mail(kind, notice["reference"], mandatory=True)
    entry = REGISTRY[kind]
    return Mail(
        kind,
        notice["reference"],
        mandatory=entry.wish is Wish.MANDATORY,
        may_wait=_may_wait(kind),
        asks=asked_of(kind, post, notice["facts"] or {}) is not None,
        urgent=urgency == Urgency.URGENT,
        due=notice["due"],
    )


async def wishes_of(connection: AsyncConnection, offices: Mapping[Post, Office]) -> Wishes:
    """What the readers in these offices want."""
    readers = [(post, office.holder.email) for post, office in offices.items() if office.holder]
    return Wishes({reader: kept.wants for reader, kept in (await kept_by(connection, readers)).items()})
