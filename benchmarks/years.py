"""``make years``: a step is added to the procedure over parked cases, with both Co-Chairs at work, and all cases finish.

The release of before is the code here. The next one asks, before a case may be closed, for a last word on the situation.
Cases are parked at every turn of the procedure under the first. The second is deployed by its own ``ahg deploy promote``
while posts go on giving commands, two Co-Chairs at once where both must decide; then the workers of the first are
stopped, and every case is carried to its closure. Nobody does anything for a single case but what a post would do: send a
command again that was not answered, and do what a refusal asks for.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

import worker
from benchmarks import report
from benchmarks.releases import ROOT, Change, ReleasedCode, make_release
from casework import Casework, CommandResult
from models.authentication import Means
from models.command_signing import CommandSigner
from models.refusal import Refused
from ops.deployments import Ways, drain, promote
from ops.prepare import fresh_records
from ops.temporal_server import start_dev_server
from ops.verify import verify_records
from records import queries
from settings import Settings
from workflows.client import CaseClient, NotAnswered

ONE_STEP_MORE = (
    Change(
        "models/rules/closing.py",
        "def _closing_matter(case: Case) -> GateMatter:\n",
        "def must_have_a_last_word(case: Case, do: str) -> None:\n"
        '    if do == "close" and not case.updates:\n'
        '        raise refuse("The case cannot be closed before there is a last word on the situation.")\n\n\n'
        "def _closing_matter(case: Case) -> GateMatter:\n",
    ),
    Change(
        "workflows/activation.py",
        "    from models.rules import Transition, apply_clock, apply_command, take_over\n",
        "    from models.rules import Transition, apply_clock, apply_command, take_over\n"
        "    from models.rules.closing import must_have_a_last_word\n",
    ),
    Change(
        "workflows/activation.py",
        "        self._shown: tuple[object, ...] = ()\n",
        "        self._shown: tuple[object, ...] = ()\n"
        '        self._last_word = workflow.patched("a-last-word-before-the-closure")\n',
    ),
    Change(
        "workflows/activation.py",
        "            apply_command(self.case, command, self._now())\n",
        "            if self._last_word:\n"
        "                must_have_a_last_word(self.case, command.do)\n"
        "            apply_command(self.case, command, self._now())\n",
    ),
    Change(
        "workflows/activation.py",
        "        return _recordable(apply_command(case, command, self._now(), bounded=self.within_bounds))\n",
        "        if self._last_word:\n"
        "            must_have_a_last_word(case, command.do)\n"
        "        return _recordable(apply_command(case, command, self._now(), bounded=self.within_bounds))\n",
    ),
)
"""The rule, and the mark by which runs that began without it are replayed without it (`workflow.patched`)."""

ONE_FIELD_MORE = Change(
    "workflows/activation.py",
    "    shift: timedelta = timedelta(0)\n",
    '    begun_under: str = ""\n    shift: timedelta = timedelta(0)\n',
)
"""In what a run begins with: a version of before cannot read it."""

_REQUEST: Mapping[str, Any] = {
    "title": "Years",
    "situation": "Boats leave by night.",
    "affected": ["MY", "TH"],
    "grounds": [{"ground": "landing"}],
}
_NOTHING = {"what": "nothing", "text": "It concerns those alone who were there."}
_WAIVED = {"term": ["a", "b", "c"], "text": "Nothing of it was needed."}
Turn = tuple[tuple[str, str, Mapping[str, Any]], ...]


def _both(do: str, fields: Mapping[str, Any]) -> Turn:
    return tuple((by, do, fields) for by in ("AU/co-chair", "ID/co-chair"))


TURNS: tuple[Turn, ...] = (
    (("RSO/secretariat", "accept", {}),),
    _both("decide", {"gate": "activation", "position": "approve"}),
    _both("decide", {"gate": "participants", "position": "approve"}),
    (("TH/focal-point", "respond", {"answer": "accept"}), ("IOM/focal-point", "respond", {"answer": "accept"})),
    (("AU/co-chair", "convene", {}),),
    (("RSO/secretariat", "open_report", {"kind": "final"}),),
    _both("waive", _WAIVED),
    (("RSO/secretariat", "circulate", _NOTHING),),
    _both("decide", {"gate": "circulation", "position": "approve"}),
    (("RSO/secretariat", "close", {}),),
    _both("decide", {"gate": "closure", "position": "approve"}),
)
"""From the submission to the closure; what stands together is given at once."""

_CLOSING = 9
"""The turn before which the new step stands."""

_LAST_WORD = ("RSO/secretariat", "situation_update", {"text": "No boats have left for a month."})
_AT_ONCE = 16


@dataclass
class Parked:
    """A case, and the turns it has behind it; with ``one_in``, one of two posts has given its part of the next."""

    reference: str
    turn: int = 0
    one_in: bool = False


@dataclass
class Desk:
    """The posts, as they give commands; ``sent_again`` counts what was not answered at first."""

    casework: Casework
    busy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    given: int = 0
    sent_again: int = 0
    slowest: float = 0.0

    async def submit(self, number: int) -> Parked:
        """A request of Sri Lanka's neighbour Malaysia, under its own number."""
        fields = {**_REQUEST, "title": f"Years {number}"}
        done = await self._given("MY/focal-point", "submit", fields, f"submit-{number}", None)
        return Parked(done.reference)

    async def take(self, case: Parked, *, one: bool = False) -> None:
        """The next turn of a case, those at once who have a part in it; ``one``: the first of them alone."""
        todo = [TURNS[case.turn][0]] if one else list(TURNS[case.turn])[int(case.one_in) :]
        await asyncio.gather(*(self._step(case, *step) for step in todo))
        case.one_in, case.turn = one, case.turn + (not one)

    async def finish(self, case: Parked, before: int = len(TURNS)) -> None:
        """All turns up to this one."""
        while case.turn < before:
            await self.take(case)

    async def _step(self, case: Parked, by: str, do: str, fields: Mapping[str, Any]) -> None:
        own = f"{case.reference}-{case.turn}-{by}"
        try:
            await self._given(by, do, fields, own, case.reference)
        except Refused as refused:
            if "last word" not in str(refused):
                raise
            by_whom, what, told = _LAST_WORD
            await self._given(by_whom, what, told, f"{own}-word", case.reference)
            await self._given(by, do, fields, own, case.reference)

    async def _given(
        self, by: str, do: str, fields: Mapping[str, Any], own: str, reference: str | None
    ) -> CommandResult:
        """Give a command until it is answered, always under its own id."""
        async with self.busy:
            began = time.monotonic()
            while True:
                try:
                    done = await self.casework.act(
                        do, fields, by=by, means=Means.SECOND_FACTOR, command_id=own, reference=reference
                    )
                except NotAnswered:
                    self.sent_again += 1
                    continue
                self.given += 1
                self.slowest = max(self.slowest, time.monotonic() - began)
                return done


async def park(desk: Desk, count: int) -> list[Parked]:
    """So many cases, parked in rotation at every turn, and where two decide also with one position in."""
    places = [(turn, one) for turn, who in enumerate(TURNS) for one in ((False, True) if len(who) > 1 else (False,))]

    async def one_case(number: int) -> Parked:
        case = await desk.submit(number)
        turn, one = places[number % len(places)]
        await desk.finish(case, turn)
        if one:
            await desk.take(case, one=True)
        return case

    return list(await asyncio.gather(*(one_case(number) for number in range(count))))


@dataclass(frozen=True)
class YearsFound:
    """What came of it. ``unclosed`` and ``skipped`` name cases: these closed without the new step, which was to come."""

    cases: int
    closed: int
    unclosed: tuple[str, ...]
    skipped: tuple[str, ...]
    while_deployed: int
    sent_again: int
    slowest: float
    faults: tuple[str, ...]


async def add_a_step(settings: Settings, client: Client, engine: AsyncEngine, count: int, wait: float) -> YearsFound:
    """The experiment with so many cases, on a server and records that are there; ``wait``: seconds for each part."""
    signer = CommandSigner(settings.command_seed)
    desk = Desk(Casework(engine, CaseClient(client, settings.task_queue, signer=signer)))
    first = ReleasedCode("first", ROOT, settings)
    second = make_release("second", settings.data_dir / "second", settings, ONE_STEP_MORE)
    ways = Ways.of(settings, client, engine)

    async with second.workers():
        async with first.workers():
            await promote(ways, first.build, wait, lambda _done, _of: None)
            parked = await park(desk, count)
            report(f"{count} cases are parked under {first.build}, {desk.given} commands")

            before, began = desk.given, time.monotonic()
            at_work = [case for case in parked if case.turn < _CLOSING - 1]
            work = asyncio.gather(*(desk.finish(case, case.turn + 1) for case in at_work))
            deployed = await second.ahg("deploy", "promote", "--wait", str(wait))
            assert deployed.code == 0, deployed.text
            report(f"{deployed.text.strip()} ({time.monotonic() - began:.0f} s)")
            await work
            while_deployed = desk.given - before
            left = await drain(ways, first.build, wait)
            assert not left, left
            report(f"nothing is left on {first.build} after {time.monotonic() - began:.0f} s; its workers are stopped")
        closing = {case.reference for case in parked if case.turn > _CLOSING}
        await asyncio.gather(*map(desk.finish, parked))
    return await _outcome(desk, client, engine, parked, closing, while_deployed)


async def _outcome(
    desk: Desk, client: Client, engine: AsyncEngine, parked: Sequence[Parked], closing: set[str], while_deployed: int
) -> YearsFound:
    stages, skipped = {}, []
    async with engine.connect() as connection:
        for case in parked:
            row = await queries.case_row(connection, case.reference)
            stages[case.reference] = row.stage if row else "lost"
            types = {entry.type for entry in await queries.entries(connection, case.reference)}
            if case.reference not in closing and "situation_updated" not in types:
                skipped.append(case.reference)
    unclosed = tuple(reference for reference, stage in stages.items() if stage != "closed")
    report(f"stages: {dict(Counter(stages.values()))}")
    faults = tuple([str(fault) async for fault in verify_records(engine, client)])
    told = (desk.sent_again, desk.slowest, faults)
    return YearsFound(len(parked), len(parked) - len(unclosed), unclosed, tuple(skipped), while_deployed, *told)


async def main(count: int) -> int:
    """The experiment on a server and records of its own; exit code 1 if a case has not finished."""
    with tempfile.TemporaryDirectory(prefix="ahg-years-") as temporary:
        folder = Path(temporary)
        settings = Settings(data_dir=folder, smtp_port=1)
        async with fresh_records(settings) as engine:
            server = await start_dev_server(settings, folder)
            try:
                settings = settings.model_copy(update={"temporal_port": server.port})
                found = await add_a_step(settings, await worker.connect(settings), engine, count, 3600)
            finally:
                await server.process.stop()
    report(
        f"{found.closed} of {found.cases} cases closed; {len(found.skipped)} without the new step; "
        f"{found.while_deployed} commands while it was deployed, the slowest answer {found.slowest:.1f} s, "
        f"{found.sent_again} sent again; {len(found.faults)} faults"
    )
    for what in (*found.unclosed, *found.skipped, *found.faults):
        report(what)
    return 0 if found.closed == found.cases and not (found.skipped or found.faults) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    sys.exit(asyncio.run(main(parser.parse_args().cases)))
