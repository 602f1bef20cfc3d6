"""Appending to the event log: entries, projection, notices and leaves in one transaction, idempotent by (stream, seq)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, Select, Table, bindparam, func, select
from sqlalchemy import Row as SqlRow
from sqlalchemy.ext.asyncio import AsyncConnection

from models.authentication import Signed
from models.checkpoints import Head
from models.directory_changes import ECHO, ChangeKind
from models.events import Delegated, HandedOver, HandOverOffered
from models.log import ActedFor, Entry, broken_at, event_of
from models.mail_addresses import folded
from models.posts import Capacity
from models.projection import Queued, Recorded, Step
from models.stamps import Stamped, Stamps
from models.tables import EntryRow
from records.access import access_to, end_changed_access
from records.notices import NewNotice, queue_notices
from records.offices import Addressee
from records.post_mails import PostNews, holder_before, holder_by_history, tell_of_post, to_holder_before
from records.projected import write_rows_now
from records.tree import add_leaves

_ENTRIES: Table = EntryRow.__table__  # type: ignore[attr-defined]
_AT_ONCE = 500


class LogIsBehind(Exception):
    """The log lacks entries that a workflow has seen recorded: the database was restored from an older copy."""


class NotWritten(Exception):
    """A log holds an entry that no worker of this deployment wrote."""


def append(connection: Connection, steps: Sequence[Step], stamps: Stamps | None = None) -> list[Recorded]:
    """Record steps of different streams in the caller's transaction; answers in the same order.

    With ``stamps`` each entry gets one, and what the log holds already is believed by its own alone.

    Raises:
        LogIsBehind: a step begins after the end of its stream.
        NotWritten: the log holds other entries there, and not a worker's.
    """
    answers: list[Recorded] = []
    fresh: list[Step] = []
    for step, (last, done) in zip(steps, _known(connection, steps), strict=True):
        first, newest = step.entries[0].seq, step.entries[-1]
        if last == first - 1:
            # A workflow remembers its last commands only; done twice, it would be another's act.
            if done is not None and not newest.by_clock:
                answers.append(Recorded(seq=last, head=step.entries[0].previous, done=done))
                continue
            fresh.append(step)
            answers.append(Recorded.model_construct(seq=newest.seq, head=newest.hash, ahead=(), done=None))
        elif last < first - 1:
            raise LogIsBehind(f"the log of {step.stream} ends at {last}; the workflow has seen {first - 1} recorded")
        else:
            answers.append(_already(connection, step, stamps))
    if fresh:
        _write(connection, fresh, stamps)
    return answers


def _known(connection: Connection, steps: Sequence[Step]) -> Iterable[tuple[int, int | None]]:
    """For each step the newest number of its stream, and that of its command in it; all by one statement."""
    values: dict[str, str] = {}
    for number, step in enumerate(steps):
        values[f"stream{number}"], values[f"command{number}"] = step.stream, step.entries[-1].command
    found = connection.execute(_looking_up(len(steps)), values).one()
    return zip((seq or 0 for seq in found[::2]), found[1::2], strict=True)


@cache
def _looking_up(steps: int) -> Select[Any]:
    """The statement of ``_known`` for that many steps. Making one costs more than asking it, so each is made once."""
    c, looked = _ENTRIES.c, []
    for number in range(steps):
        of_stream = c.stream == bindparam(f"stream{number}")
        of_command = of_stream & (c.command == bindparam(f"command{number}"))
        looked += [select(func.max(c.seq)).where(of).scalar_subquery() for of in (of_stream, of_command)]
    return select(*looked)


def _heads(connection: Connection, streams: Iterable[str]) -> dict[str, int]:
    """The newest number of each stream. With thousands, asking for all at once costs less than a look-up each."""
    names, c = list(streams), _ENTRIES.c
    found = dict.fromkeys(names, 0)
    newest = select(c.stream, func.max(c.seq)).group_by(c.stream)
    for begin in range(0, len(names), _AT_ONCE):
        for stream, seq in connection.execute(newest.where(c.stream.in_(names[begin : begin + _AT_ONCE]))):
            found[stream] = seq
    return found


def _entry_of_command(connection: Connection, stream: str, command: str) -> int | None:
    """The newest entry that a command made; None if it made none."""
    c = _ENTRIES.c
    seq: int | None = connection.scalar(select(func.max(c.seq)).where(c.stream == stream, c.command == command))
    return seq


async def entry_of_command(connection: AsyncConnection, stream: str, command: str) -> int | None:
    """The newest entry that a command made; None if it made none."""
    return await connection.run_sync(_entry_of_command, stream, command)


def _already(connection: Connection, step: Step, stamps: Stamps | None) -> Recorded:
    """The answer to a step in whose place the log has entries: its own (a retry), or those of another step."""
    known = _read_written(connection, step.stream, step.entries[0].seq - 1, stamps)
    same = [entry.hash for entry in known] == [entry.hash for entry in step.entries]
    newest = known[-1]
    return Recorded(seq=newest.seq, head=newest.hash, ahead=() if same else tuple(known))


async def heads(connection: AsyncConnection, streams: Iterable[str]) -> dict[str, int]:
    """The number of the newest entry of each stream; 0 where there is none."""
    return await connection.run_sync(_heads, streams)


async def read_entries(
    connection: AsyncConnection, stream: str, *, after: int = 0, limit: int | None = None
) -> list[Entry]:
    """The entries of a stream after a sequence number, in order."""
    return await connection.run_sync(_read, stream, after, limit)


async def read_written(connection: AsyncConnection, stream: str, after: int, stamps: Stamps) -> list[Entry]:
    """The entries of a stream after a number, each of which a worker wrote.

    Raises:
        NotWritten: one bears no stamp, or a false one.
    """
    return await connection.run_sync(_read_written, stream, after, stamps)


def _read_written(connection: Connection, stream: str, after: int, stamps: Stamps | None) -> list[Entry]:
    query = select(_ENTRIES).where(_ENTRIES.c.stream == stream, _ENTRIES.c.seq > after).order_by(_ENTRIES.c.seq)
    found = []
    for row in connection.execute(query):
        entry = entry_of(row)
        fault = stamps.fault(entry.hash, row.stamp) if stamps is not None else ""
        if fault:
            raise NotWritten(f"entry {entry.seq} of {stream} is not to be believed: {fault}")
        found.append(entry)
    if broken_at(found, first=after + 1) is not None:
        raise NotWritten(f"the chain of {stream} breaks after entry {after}")
    return found


async def stamped_entries(connection: AsyncConnection, stream: str) -> list[Stamped]:
    """What the stamps of a stream's entries are checked by, in order."""
    c = _ENTRIES.c
    rows = await connection.execute(select(c.seq, c.at, c.hash, c.stamp).where(c.stream == stream).order_by(c.seq))
    return [Stamped(seq, datetime.fromisoformat(at), digest, stamp) for seq, at, digest, stamp in rows]


def _read(connection: Connection, stream: str, after: int, limit: int | None) -> list[Entry]:
    query = select(_ENTRIES).where(_ENTRIES.c.stream == stream, _ENTRIES.c.seq > after).order_by(_ENTRIES.c.seq)
    return [entry_of(row) for row in connection.execute(query.limit(limit))]


def entry_of(row: SqlRow[Any]) -> Entry:
    """An entry from a row of the log."""
    return Entry(
        case=row.stream,
        seq=row.seq,
        at=datetime.fromisoformat(row.at),
        by=row.by,
        acted_for=ActedFor.model_validate(row.acted_for) if row.acted_for else None,
        command=row.command,
        event=row.event,
        signed=Signed.model_validate(row.signed) if row.signed else None,
        previous=row.previous,
        hash=row.hash,
    )


# writing -----------------------------------------------------------------------------------------------------------


def _write(connection: Connection, steps: Sequence[Step], stamps: Stamps | None) -> None:
    entries = [entry for step in steps for entry in step.entries]
    passed_on = {key: person for step in steps for key, person in _passed_on(connection, step)}
    told = (_new_notice(step.stream, step.entries[0].at, one) for step in steps for one in step.notices)
    notices = [one for notice in told if (one := to_holder_before(notice, passed_on)) is not None]
    queued = Counter({one.key: one.key.partition(":")[0] for one in notices}.values())
    rows = [
        {
            **_entry_columns(entry),
            "stamp": stamps.of(entry.hash) if stamps else "",
            "notices": queued[entry_place(entry.case, entry.seq)],
        }
        for entry in entries
    ]
    connection.execute(_ENTRIES.insert(), rows)
    _tell_of_posts(connection, entries)
    # Who loses a post here is signed out in the same transaction.
    posts = {row.columns["post"] for step in steps for row in step.rows if row.table in ("holders", "alternates")}
    now = steps[0].entries[0].at
    access = access_to(connection, posts, now) if posts else frozenset()
    write_rows_now(connection, (row for step in steps for row in step.rows))
    if posts:
        end_changed_access(connection, posts, access, now)
    queue_notices(connection, notices)
    newest = [step.entries[-1] for step in steps]
    add_leaves(connection, [Head(entry.case, entry.seq, entry.hash) for entry in newest])


def _passed_on(connection: Connection, step: Step) -> Iterable[tuple[tuple[str, int], Addressee]]:
    """By case and entry who held a post that another holds from then on; before the directory is changed by the rows.

    Of a change that a case has only heard of, the directory's history says it.
    """
    for entry in step.entries:
        event = event_of(entry) if entry.type == "handed_over" else None
        if not isinstance(event, HandedOver):
            continue
        heard = entry.command.startswith(ECHO)
        held = holder_by_history(connection, entry.command) if heard else holder_before(connection, event.post)
        if held is not None and held.email and folded(held.email) != folded(event.to.email or held.email):
            yield (entry.case, entry.seq), held


def _tell_of_posts(connection: Connection, entries: Iterable[Entry]) -> None:
    """Queue the mails to those who lose a post, stand in, or share it; before the directory is changed by the rows."""
    for entry in entries:
        event = event_of(entry) if entry.type in ("handed_over", "hand_over_offered", "delegated") else None
        if not isinstance(event, HandedOver | HandOverOffered | Delegated) or entry.command.startswith(ECHO):
            continue  # what a case has only heard of was told by the directory
        held = holder_before(connection, event.post)
        until = event.until.isoformat() if isinstance(event, Delegated) and event.until else None
        after = {**event.to.model_dump(), "until": until}
        if isinstance(event, HandedOver) and not event.to.email:
            after["email"] = held.email if held else ""  # the address stays
        offered = isinstance(event, HandOverOffered)
        number, kind = f"{entry.case}#{entry.seq}", ChangeKind.HANDED_OVER if offered else ChangeKind(entry.type)
        what: Literal["offered", "in_force"] = "offered" if offered else "in_force"
        news = PostNews(what=what, number=number, kind=kind, about=event.post, by=entry.by, after=after, seq=entry.seq)
        tell_of_post(connection, news, entry.at, before=held, desk=offered)  # of the others it has a notice


def _entry_columns(entry: Entry) -> dict[str, Any]:
    return {
        "stream": entry.case,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "by": str(entry.by),
        "acted_for": entry.acted_for.model_dump(mode="json") if entry.acted_for else None,
        "command": entry.command,
        "type": entry.event["type"],
        "event": entry.event,
        "signed": entry.signed.model_dump(mode="json") if entry.signed else None,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def entry_place(stream: str, seq: int) -> str:
    """An entry as the keys of its notices begin."""
    return f"{stream}#{seq}"


def notice_key(stream: str, seq: int, kind: str, post: str, capacity: str, part: str = "") -> str:
    """The deduplication key of a notice: one per event, kind, post, part and capacity."""
    which = f":{part}" if part else ""
    return f"{entry_place(stream, seq)}:{kind}:{post}{which}" + (f":{capacity}" if capacity != Capacity.HOLDER else "")


def _new_notice(stream: str, at: datetime, queued: Queued) -> NewNotice:
    notice = queued.notice
    return NewNotice(
        key=notice_key(stream, queued.seq, notice.kind, notice.to, notice.capacity.value, notice.part),
        kind=notice.kind,
        post=notice.to,
        queued_at=at,
        capacity=notice.capacity,
        facts=notice.facts,
        due=notice.due,
        reference=stream.partition("/")[0],
        seq=queued.seq,
    )
