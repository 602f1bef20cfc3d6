"""What a log alone gives: the rows of its case's projection, compared with what stands and made anew; and how many
notices its entries queued, compared with the ledger.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from db import lock_table
from models.log import Entry, broken_at
from models.projection import Row, rows_of
from models.rules import Transition, blank, replay_entry
from models.tables import TABLES, EntryRow
from models.tables.cases import CaseRow, FollowUpRow
from records.log import entry_place, read_entries
from records.notices import NOTICES
from records.projected import write_rows
from records.queries import PARTS
from records.rows import table_of

Place = tuple[str, tuple[Any, ...]]
"""Where a row stands: its table, and its key."""
_Rows = Mapping[Place, Mapping[str, Any]]

_SHARED = ("holders", "alternates")
"""Tables of all cases together: the newest word of any of them stands there."""
_OF_CASE = (table_of(CaseRow), *(table_of(kind) for kind in PARTS if kind is not FollowUpRow))
"""The tables whose rows are a case's own and follow from its log; follow-ups have logs of their own."""
OWN_TABLES = frozenset(table.name for table in _OF_CASE)
"""The names of the tables that ``rebuild_case`` writes."""
_AT_ONCE = 200


class RowFault(NamedTuple):
    """A row of the projection that is not as the log gives it; ``said``: what differs, with its values."""

    table: str
    said: str


# what the log gives -----------------------------------------------------------------------------------------------


def rebuilt(reference: str, entries: Iterable[Entry]) -> dict[Place, dict[str, Any]]:
    """The rows of the projection as the log alone gives them, by table and key.

    Entries of one command at one instant were one step, whose rows were written once, at its end.
    """
    rows: dict[Place, dict[str, Any]] = {}
    for taken in _steps(reference, entries):
        for row in rows_of(taken.before, taken.after, taken.entries):
            if row.gone:
                rows.pop((row.table, _key(row)), None)
                continue
            rows[row.table, _key(row)] = {**rows.get((row.table, _key(row)), {}), **row.columns}
    return rows


def _steps(reference: str, entries: Iterable[Entry]) -> Iterator[Transition]:
    case = blank(reference)
    for step in _together(entries):
        before = case
        for entry in step:
            case = replay_entry(case, entry)
        yield Transition.model_construct(before=before, after=case, entries=step, do="")


def _together(entries: Iterable[Entry]) -> Iterator[tuple[Entry, ...]]:
    step: list[Entry] = []
    for entry in entries:
        if step and (entry.command, entry.at) != (step[0].command, step[0].at):
            yield tuple(step)
            step = []
        step.append(entry)
    if step:
        yield tuple(step)


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row.columns[column.name] for column in TABLES.tables[row.table].primary_key)


# compared ---------------------------------------------------------------------------------------------------------


async def row_faults(
    connection: AsyncConnection, wanted: Mapping[str, dict[Place, dict[str, Any]]]
) -> dict[str, list[RowFault]]:
    """By case, the rows that are not as the log gives them (``rebuilt``); a case without any is left out."""
    return await connection.run_sync(_row_faults, wanted)


def _row_faults(connection: Connection, wanted: Mapping[str, _Rows]) -> dict[str, list[RowFault]]:
    there = {case: dict[Place, Mapping[str, Any]]() for case in wanted}
    for table in _OF_CASE:
        of_these = select(table).where(table.c.reference.in_(list(wanted)))
        for row in map(dict, connection.execute(of_these).mappings()):
            there[row["reference"]][_place(table, row)] = row
    elsewhere = _elsewhere(connection, wanted)
    found = {case: list(_differing(rows, {**elsewhere, **there[case]})) for case, rows in wanted.items()}
    for case, standing in there.items():
        found[case] += [
            RowFault(name, f"{name} has {key}, which the log does not give")
            for name, key in standing
            if (name, key) not in wanted[case] and name != "cases"
        ]
    return {case: faults for case, faults in found.items() if faults}


def _elsewhere(connection: Connection, wanted: Mapping[str, _Rows]) -> dict[Place, Mapping[str, Any]]:
    """The rows that logs give in tables that are no case's own, by their keys."""
    keys: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for rows in wanted.values():
        for name, key in rows:
            if name not in OWN_TABLES and name not in _SHARED:
                keys[name].append(key)
    found: dict[Place, Mapping[str, Any]] = {}
    for name, asked in keys.items():
        table = TABLES.tables[name]
        for begin in range(0, len(asked), _AT_ONCE):
            some = tuple_(*table.primary_key).in_(asked[begin : begin + _AT_ONCE])
            for row in map(dict, connection.execute(select(table).where(some)).mappings()):
                found[_place(table, row)] = row
    return found


def _place(table: Table, row: dict[str, Any]) -> Place:
    return table.name, tuple(row[column.name] for column in table.primary_key)


def _differing(wanted: _Rows, there: _Rows) -> Iterator[RowFault]:
    for (name, key), columns in wanted.items():
        if name in _SHARED:
            continue
        row = there.get((name, key))
        if row is None:
            yield RowFault(name, f"{name} lacks {key}, which the log gives")
            continue
        for column, value in columns.items():
            if row[column] != value and _plain(row[column]) != _plain(value):
                yield RowFault(name, f"{name} {key}: {column} is {row[column]!r}, the log gives {value!r}")


def _plain(value: Any) -> Any:
    """Values as they compare across Python, JSON and both databases."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


async def notice_faults(connection: AsyncConnection, streams: Sequence[str]) -> dict[str, list[str]]:
    """By stream, in words, where the ledger has another number of notices of an entry than were queued with it, or one
    that is not what its key says. Entries of before that number was kept are not looked at.

    What went to an alternate instead of a holder was queued later, and is not counted.
    """
    entries, notices = table_of(EntryRow).c, NOTICES.c
    known = select(entries.stream, entries.seq, entries.notices)
    known = known.where(entries.stream.in_(streams), entries.notices.is_not(None))
    queued = {entry_place(stream, seq): (stream, seq, count) for stream, seq, count in await connection.execute(known)}
    of_these = notices.reference.in_({stream.partition("/")[0] for stream in streams}) & (notices.instead_of == "")
    there, untrue = Counter[str](), set[str]()
    for key, kind, post in await connection.execute(select(notices.key, notices.kind, notices.post).where(of_these)):
        place, _, rest = key.partition(":")
        there[place] += 1
        if not rest.startswith(f"{kind}:{post}"):
            untrue.add(place)
    found = defaultdict[str, list[str]](list)
    for place, (stream, seq, count) in queued.items():
        if there[place] != count:
            found[stream].append(f"{count} notices were queued with entry {seq}, the ledger has {there[place]}")
        elif place in untrue:
            found[stream].append(f"a notice of entry {seq} is not what its key says")
    return dict(found)


# made anew --------------------------------------------------------------------------------------------------------


async def rebuild_case(connection: AsyncConnection, reference: str) -> bool:
    """Make the rows of a case anew in the caller's transaction, in which nothing else is recorded.

    False, and nothing is changed, if the log is absent or broken.
    """
    await lock_table(connection, "entries", "SHARE ROW EXCLUSIVE")  # recording begins with an entry, and waits
    entries = await read_entries(connection, reference)
    if not entries or broken_at(entries) is not None:
        return False
    wanted = {place: columns for place, columns in rebuilt(reference, entries).items() if place[0] in OWN_TABLES}
    for table in _OF_CASE:
        keys = select(*table.primary_key).where(table.c.reference == reference)
        rows = [dict(row) for row in (await connection.execute(keys)).mappings()]
        gone = [row for row in rows if (table.name, tuple(row.values())) not in wanted]
        await write_rows(connection, [Row(table=table.name, columns=row, gone=True) for row in gone])
    await write_rows(connection, [Row(table=name, columns=columns) for (name, _), columns in wanted.items()])
    return True
