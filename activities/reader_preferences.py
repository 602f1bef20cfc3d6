"""When the mails of a round of notices go out, by the preferences of their readers (``models.mail_preferences``).

Preferences are those of the person who gets a post's mail. An alternate is written to because the holder was silent or
could not be reached: mail to an alternate never waits.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from models.asks import asked_of
from models.mail_addresses import folded
from models.mail_preferences import DEFAULT_PREFERENCES, Mail, Preferences, Timing, TimingDecision, decide_timing
from models.notices import OF_NO_CASE, UNDELAYED
from models.policy import Urgency
from models.posts import Capacity, Post
from notifications.registry import REGISTRY, Optionality, Pace
from records.directory import office_calendar
from records.mail_preferences import preferences_of_readers
from records.notices import LedgerNotice
from records.offices import PostContacts

AT_ONCE = TimingDecision(Timing.NOW)


class ReaderPreferences:
    """``wants``: the preferences of those readers that have said something, by post and folded address."""

    def __init__(self, wants: Mapping[tuple[Post, str], Preferences]) -> None:
        self._wants = wants

    def decide(self, notice: LedgerNotice, office: PostContacts, urgency: str, now: datetime) -> TimingDecision:
        """When the mail of a notice goes out, decided at ``now`` (aware). ``urgency`` is that of the case.

        A digest goes when its time has come; a late one still waits for the end of quiet hours.

        Raises:
            KeyError: an unknown kind.
        """
        if notice.capacity is Capacity.ALTERNATE or office.holder is None:
            return AT_ONCE
        wants = self._wants.get((notice.post, folded(office.holder.email))) if self._wants else None
        if wants is None and not _may_wait(notice.kind):  # most mails by far: spares the calendar of the office
            return AT_ONCE
        local = office_calendar(office.zone, office.holidays, now.year - 1)
        return decide_timing(_mail_of(notice, urgency), wants or DEFAULT_PREFERENCES, local, now)


def _may_wait(kind: str) -> bool:
    return kind not in OF_NO_CASE and REGISTRY[kind].pace is Pace.DIGEST


def _mail_of(notice: LedgerNotice, urgency: str) -> Mail:
    kind = notice.kind
    undelayed = kind in UNDELAYED
    if kind in OF_NO_CASE:
        return Mail(kind, notice.reference, mandatory=True, undelayed=undelayed)
    entry = REGISTRY[kind]
    return Mail(
        kind,
        notice.reference,
        mandatory=entry.optionality is Optionality.MANDATORY,
        may_wait=_may_wait(kind),
        asks=asked_of(kind, notice.post, notice.facts) is not None,
        urgent=urgency == Urgency.URGENT,
        due=notice.due,
        undelayed=undelayed,
    )


async def reader_preferences(connection: AsyncConnection, offices: Mapping[Post, PostContacts]) -> ReaderPreferences:
    """The preferences of the holders in these offices."""
    readers = [(post, office.holder.email) for post, office in offices.items() if office.holder]
    return ReaderPreferences(
        {reader: kept.wants for reader, kept in (await preferences_of_readers(connection, readers)).items()}
    )
