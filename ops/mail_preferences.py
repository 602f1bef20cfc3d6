"""``ahg mail preferences``: what the holder of a post wants of its mails, shown and changed from the command line."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time

from sqlalchemy.ext.asyncio import AsyncEngine

from models.mail_preferences import DEFAULT_PREFERENCES, MailChoice, Preferences, Rhythm, Switch
from models.posts import Capacity, Post
from notifications.mandatory import can_be_switched_off, why_mandatory
from notifications.registry import REGISTRY
from records import mail_preferences
from records.directory import zone_of_member
from records.mail_preferences import KeptPreferences
from records.offices import addressee_of

AS_IT_IS = "as it is"
"""The word that removes a switch."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NotKept(Exception):
    """The preferences cannot be kept; the text says why."""


async def preference_lines(engine: AsyncEngine, post: Post, now: datetime) -> list[str]:
    """The preferences of a post's holder, as lines of text.

    Raises:
        NotKept: nobody receives the post's mail.
    """
    address = await _address_of(engine, post, now)
    async with engine.connect() as connection:
        kept = await mail_preferences.preferences_of(connection, post, address)
        zone = await zone_of_member(connection, post.member)
    return list(_lines(kept, post, address, zone))


async def change_preferences(
    engine: AsyncEngine,
    post: Post,
    now: datetime,
    *,
    digest: Rhythm | None = None,
    weekday: int | None = None,
    morning: str | None = None,
    quiet: str | None = None,
    switches: Iterable[str] = (),
    reset: bool = False,
) -> None:
    """Change the preferences that are given and leave the others; ``reset`` begins with the defaults.

    ``morning`` is a time, ``quiet`` two of them (``21:00-06:00``) or ``none``; ``switches``: see ``switched``.

    Raises:
        NotKept: the preferences contradict each other, a kind is mandatory or unknown, or nobody gets the post's mail.
    """
    address = await _address_of(engine, post, now)
    read = [switched(one) for one in switches]

    def wanted(stands: Preferences) -> Preferences:
        said: dict[str, object] = {**dict(DEFAULT_PREFERENCES if reset else stands)}
        given = {"digest": digest, "weekday": weekday, "morning": quiet_hours(morning, 1)[0] if morning else None}
        said |= {name: one for name, one in given.items() if one is not None}
        if quiet is not None:
            begins, ends = (time(0), time(0)) if quiet == "none" else quiet_hours(quiet, 2)
            said |= {"quiet_from": begins, "quiet_until": ends}
        wants = Preferences.model_validate(said)
        for switch, how in read:
            wants = wants.without_switch(switch) if how is None else wants.with_switch(switch)
        return Preferences.model_validate(dict(wants))

    try:
        await mail_preferences.amend_preferences(engine, post, address, wanted, now=now, by="the command line")
    except ValueError as error:
        raise NotKept("; ".join(_sentences(error))) from None


def _sentences(error: ValueError) -> Iterator[str]:
    found = getattr(error, "errors", None)
    for one in found() if callable(found) else [{"msg": str(error)}]:
        yield str(one["msg"]).removeprefix("Value error, ")


def switched(written: str) -> tuple[Switch, MailChoice | None]:
    """A switch and its choice; None for ``as it is``, which removes the switch.

    It is written as ``KIND=off``, ``AHG-2026-001=digest``, ``AHG-2026-001:KIND=at once`` or ``all=off``.

    Raises:
        NotKept: it cannot be read, or the kind is mandatory or unknown.
    """
    what, equals, how = (part.strip() for part in written.rpartition("="))
    case, colon, kind = what.partition(":")
    if not colon:
        case, kind = ("", what) if what in REGISTRY else (what, "")
    case = "" if case == "all" else case
    if not equals or (how != AS_IT_IS and how not in set(MailChoice)):
        words = ", ".join([*MailChoice, AS_IT_IS])
        raise NotKept(f"{written!r} is not WHAT=HOW, where HOW is one of: {words}.")
    if kind and kind not in REGISTRY:
        raise NotKept(f"There is no kind {kind!r} of notice.")
    if kind and not can_be_switched_off(kind):
        raise NotKept(f"{kind} cannot be switched off. {why_mandatory(kind)}")
    if case and not case.startswith("AHG-"):
        raise NotKept(f"{case!r} is neither a kind of notice nor the reference of a case.")
    wanted = None if how == AS_IT_IS else MailChoice(how)
    return Switch(case=case, kind=kind, how=wanted or MailChoice.AT_ONCE), wanted


def quiet_hours(written: str, number: int) -> tuple[time, ...]:
    """So many times of day with dashes between them.

    Raises:
        NotKept: they cannot be read, or are not so many.
    """
    try:
        found = tuple(time.fromisoformat(one.strip()) for one in written.split("-"))
    except ValueError:
        found = ()
    if len(found) != number:
        raise NotKept(f"{written!r} is not written as {'-'.join(['08:00', '18:00'][:number])}.")
    return found


async def _address_of(engine: AsyncEngine, post: Post, now: datetime) -> str:
    async with engine.connect() as connection:
        holder = await addressee_of(connection, post, Capacity.HOLDER, now)
    if holder is None:
        raise NotKept(f"The directory has no address for {post}.")
    return holder.email


def _lines(kept: KeptPreferences, post: Post, address: str, zone: str) -> Iterator[str]:
    wants = kept.wants
    yield f"{post}, {address}, times of {zone}"
    yield (
        f"said {kept.changed_at:%Y-%m-%d %H:%M} UTC, {kept.changed_by}" if kept.changed_at else "nothing said: defaults"
    )
    day = f", {_DAYS[wants.weekday]}s" if wants.digest is Rhythm.WEEKLY else ""
    at = f" at {wants.morning:%H:%M}" if wants.digest is not Rhythm.NONE else ""
    yield f"digest: {wants.digest.value}{day}{at}"
    quiet = wants.quiet_from != wants.quiet_until
    yield f"quiet hours: {wants.quiet_from:%H:%M}-{wants.quiet_until:%H:%M}" if quiet else "quiet hours: none"
    for one in wants.switches:
        yield f"{':'.join(filter(None, (one.case, one.kind))) or 'all'}={one.how.value}"
