"""What must hold after a run, asked from outside: of the log, the ledger, the mail server, `ahg verify`, the processes.

Each check answers with sentences, one for each thing that is lost, doubled or left behind; none means that all is well.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.notices.state import NoticeState
from tests.chaos.journal import Answer, Given, Journal
from tests.chaos.machine import Machine
from tests.chaos.sink import counted

_OVER = ("closed", "declined", "withdrawn", "lapsed", "terminated")
_MORE_FILES, _MORE_BYTES = 40, 300 * 1024 * 1024
"""What a process may have more than before: what it keeps of the cases it has met since."""


@dataclass(frozen=True)
class Logged:
    """An entry of the log, as far as it is compared."""

    stream: str
    seq: int
    command: str
    event: str


async def logged(engine: AsyncEngine) -> list[Logged]:
    """The whole log, each stream in its order."""
    query = "SELECT stream, seq, command, event FROM entries ORDER BY stream, seq"
    return [Logged(stream, seq, command, _written(event)) for stream, seq, command, event in await rows(engine, query)]


async def rows(engine: AsyncEngine, query: str) -> Sequence[Any]:
    """What a query finds."""
    async with engine.connect() as connection:
        return (await connection.execute(text(query))).all()


def _written(event: object) -> str:
    return event if isinstance(event, str) else json.dumps(event)


# commands -------------------------------------------------------------------------------------------------------


def of_commands(journal: Journal, log: Sequence[Logged]) -> Iterator[str]:
    """Every acknowledged command stands in the log once, at the entry that was answered; none stands there twice, and
    none that was refused.
    """
    by_command: Mapping[str, list[Logged]] = _grouped(log)
    marks = _marked(journal.given, log)
    for given in journal.given:
        found = _entries_of(given, by_command)
        if given.answer is Answer.ACKNOWLEDGED:
            if not found:
                yield f"LOST: {given} was acknowledged and is not in the log"
            elif given.seq and found[-1].seq != given.seq:
                yield f"MOVED: {given} was answered with entry {given.seq}, the log has it at {found[-1].seq}"
        elif given.answer is Answer.REFUSED and found:
            yield f"REFUSED, AND DONE: {given} is entry {found[-1].seq} and was answered with: {given.said}"
        if _runs(found) > 1:
            yield f"DOUBLED: {given} stands in the log at {[one.seq for one in found]}"
        if len(marks[given.mark]) > 1:
            yield f"DOUBLED: what {given} says stands in the log {len(marks[given.mark])} times"


def _grouped(log: Sequence[Logged]) -> dict[str, list[Logged]]:
    found: dict[str, list[Logged]] = defaultdict(list)
    for entry in log:
        found[entry.command].append(entry)
    return found


def _entries_of(given: Given, by_command: Mapping[str, list[Logged]]) -> list[Logged]:
    if not given.id_begins:
        return by_command.get(given.id, [])
    return [one for command, found in by_command.items() if command.startswith(given.id) for one in found]


def _runs(found: Sequence[Logged]) -> int:
    """How often a command was recorded: its entries follow each other when it was once."""
    after = {one.seq + 1 for one in found}
    return sum(one.seq not in after for one in found)


def _marked(given: Sequence[Given], log: Sequence[Logged]) -> dict[str, set[str]]:
    """The commands whose entries have each mark in them."""
    found: dict[str, set[str]] = defaultdict(set)
    marks = {one.mark for one in given}
    for entry in log:
        at = entry.event.find("note ")
        while at >= 0:
            mark = entry.event[at : at + 37]
            if mark in marks:
                found[mark].add(f"{entry.stream} {entry.command}")
            at = entry.event.find("note ", at + 1)
    return found


# mails ----------------------------------------------------------------------------------------------------------


async def of_mails(machine: Machine) -> list[str]:
    """Every notice has arrived once, or is marked; none has arrived twice that is not marked ambiguous, and none that
    nobody queued.
    """
    query = "SELECT key, state, message_id, address, digest FROM notices"
    ledger = await rows(machine.engine, query)
    mails = counted(machine.mail_folder)
    arrived: Counter[str] = Counter()
    for (message_id, _), count in mails.items():
        arrived[message_id] += count
    said: list[str] = []
    known: dict[str, set[str]] = defaultdict(set)
    for key, state, message_id, _address, _digest in ledger:
        if message_id:
            known[message_id].add(state)
        if state in (NoticeState.QUEUED, NoticeState.RESERVED):
            said.append(f"NOT SENT: the notice {key} is {state}")
        elif state == NoticeState.SENT and not arrived[message_id]:
            said.append(f"LOST MAIL: the notice {key} is sent and has not arrived")
    for (message_id, to), count in mails.items():
        if count > 1 and NoticeState.AMBIGUOUS not in known[message_id]:
            said.append(f"MAIL TWICE: {message_id} has arrived {count} times for {to}")
    gathered = await rows(machine.engine, "SELECT count(*) FROM notices WHERE digest <> ''")
    strange = [one for one in arrived if one not in known]
    if strange and not gathered[0][0]:
        said += [f"STRANGE MAIL: {one} is of no notice" for one in strange[:5]]
    return said


async def mail_figures(machine: Machine) -> Counter[str]:
    """How many notices are in which state, and how many mails have arrived."""
    states = await rows(machine.engine, "SELECT state, count(*) FROM notices GROUP BY state")
    return Counter({"arrived": sum(counted(machine.mail_folder).values()), **dict(states)})


async def waits_for_mail(machine: Machine, *, put_off: bool) -> bool:
    """Whether a notice waits to be sent; ``put_off``: also one whose next attempt has its own time."""
    besides = "" if put_off else " AND (state = 'reserved' OR next_attempt_at IS NULL)"
    query = f"SELECT count(*) FROM notices WHERE state IN ('queued', 'reserved'){besides}"  # noqa: S608 - no input
    found = await rows(machine.engine, query)
    return bool(found[0][0])


# cases and processes --------------------------------------------------------------------------------------------


async def of_cases(machine: Machine, journal: Journal) -> list[str]:
    """Every case has a next act, and those that were played came to their end."""
    query = "SELECT reference, stage, waiting_on, due FROM cases"
    said = [
        f"NO NEXT ACT: {reference} is in {stage}, waits for nobody, and nothing is due"
        for reference, stage, waiting_on, due in await rows(machine.engine, query)
        if stage not in _OVER and waiting_on in ("[]", [], None) and due is None
    ]
    return said + [f"NOT FINISHED: {one} did not come to its end" for one in sorted(journal.cases - journal.finished)]


async def of_verify(machine: Machine) -> list[str]:
    """What `ahg verify` finds, which compares the log with projection, notices, Temporal's histories and workflows."""
    code, said = await machine.ahg("verify")
    return [] if code == 0 else [f"VERIFY: {line}" for line in said.splitlines() if line.strip()]


@dataclass(frozen=True)
class Size:
    """What a process takes."""

    pid: int
    memory: int
    files: int


def sizes(machine: Machine) -> dict[str, Size]:
    """What each process of the product takes now."""
    found = {}
    for name, process in machine.parts.working().items():
        with suppress(psutil.Error):
            found[name] = Size(process.pid, process.memory_info().rss, process.num_fds())
    return found


def of_sizes(before: Mapping[str, Size], after: Mapping[str, Size]) -> Iterator[str]:
    """Memory and open files are back where they were, also in a process that was started again."""
    for name, now in after.items():
        then = before.get(name)
        if then is None:
            continue
        if now.files > then.files + _MORE_FILES:
            yield f"OPEN FILES: {name} has {now.files}, and had {then.files}"
        if now.memory > then.memory + _MORE_BYTES:
            yield f"MEMORY: {name} has {now.memory >> 20} MiB, and had {then.memory >> 20}"
