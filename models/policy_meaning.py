"""What a change of policy means: which of its keys differ, and the instants that follow, by the rule that cases use."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from models.base import Value
from models.calendars import Calendars, WorkingDays
from models.policy import Policy, Span, Track, Urgency

TRACKS = tuple(urgency.value for urgency in Urgency)
_OWN = tuple(name for name in Policy.model_fields if name not in (*TRACKS, "version"))
KEYS = (*(f"{track}.{name}" for track in TRACKS for name in Track.model_fields), *_OWN)
"""Every key of a policy that can be changed, in its own order; those of a track behind its name and a dot."""

_FROM_DEADLINE = ("offices_told", "lapse")
_DUE_IN = timedelta(days=30)


class Difference(Value):
    """One key that differs; the values as they are written in JSON."""

    key: str
    before: Any
    after: Any


class Example(Value):
    """What one office would see: the instant (UTC) by the policy before, and by the one after.

    ``members``: whose working days count; of several the latest.
    """

    members: tuple[str, ...]
    before: datetime
    after: datetime


def value_of(policy: Policy, key: str) -> Any:
    """The value of a key of ``KEYS``, as it is written in JSON."""
    value = _raw(policy, key)
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, str) else value


def policy_differences(before: Policy, after: Policy) -> list[Difference]:
    """The keys in which two policies differ, in the policy's own order."""
    return [
        Difference(key=key, before=value_of(before, key), after=value_of(after, key))
        for key in KEYS
        if value_of(before, key) != value_of(after, key)
    ]


def policy_examples(
    key: str, before: Policy, after: Policy, calendars: Calendars, start: datetime, offices: Sequence[str]
) -> list[Example]:
    """For each office, and for all of them together, the instant that a key gives for what begins at ``start`` (aware).

    None where the key is no length of time.
    """
    if not isinstance(_raw(before, key), Span):
        return []
    circles: Iterable[tuple[str, ...]] = (*((office,) for office in offices), tuple(offices))
    return [
        Example(
            members=members,
            before=_instant(key, before, calendars, start, members),
            after=_instant(key, after, calendars, start, members),
        )
        for members in circles
    ]


def _raw(policy: Policy, key: str) -> Any:
    track, dot, name = key.partition(".")
    return getattr(getattr(policy, track), name) if dot else getattr(policy, key)


def _instant(key: str, policy: Policy, calendars: Calendars, start: datetime, members: tuple[str, ...]) -> datetime:
    """As the clock of a case counts it: reminders before what they remind of, rungs after the deadline."""
    span: Span = _raw(policy, key)
    days = WorkingDays(calendars, policy.closes)
    track, dot, name = key.partition(".")
    if dot and name in (*_FROM_DEADLINE, "last_reminder"):
        deadline = policy.track(Urgency(track)).gate.after(start, days, members)
        before = name == "last_reminder"
        return span.before(deadline, days, members) if before else span.after(deadline, days, members)
    if key == "overdue_before":
        return span.before(start + _DUE_IN, days, members)
    if key in ("overdue_after", "overdue_every", "exchange_overdue"):
        return span.after(start + _DUE_IN, days, members)
    if key == "duration_reminder":
        return span.before(policy.routine.duration.after(start, days, members), days, members)
    return span.after(start, days, members)
