"""One run: the product is started, people play, faults come, all is healed, and what must hold is asked."""

import asyncio
import random
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import checks
from tests.chaos.journal import Journal
from tests.chaos.machine import Machine, come_about
from tests.chaos.people import OFTEN_TWICE, PEOPLE, PROGRAMS, Player
from tests.chaos.report import Report
from tests.chaos.schedule import Fault
from tests.chaos.ways import Ways
from tests.waiting import until


@dataclass(frozen=True)
class Plan:
    """What a run is: ``broken`` names a build that is wrong on purpose; ``patience`` in seconds, for all to be well again
    afterwards; ``hurry``: mails that were put off are sent again by an operator; ``twice``: which part of the commands is
    sent twice at once; ``warm``: how many each player gives before the faults begin.
    """

    seed: int
    seconds: float
    database: str
    faults: tuple[Fault, ...]
    players: int = 4
    patience: float = 300.0
    hurry: bool = False
    broken: str = ""
    twice: float = OFTEN_TWICE
    warm: int = 10

    @property
    def again(self) -> str:
        """The command that runs it again."""
        numbers = ",".join(str(fault.number) for fault in self.faults)
        return f"make chaos SEED={self.seed} SECONDS={self.seconds:g} DATABASE={self.database} ONLY={numbers}"


async def play(plan: Plan, say: Callable[[str], None] = lambda line: None) -> Report:
    """Run it, and say what came of it. The folder is kept where something is wrong."""
    folder = Path(tempfile.mkdtemp(prefix="ahg-chaos-"))
    versioned = any(fault.what == "deploy" for fault in plan.faults)
    machine = Machine(folder, plan.database, versioned=versioned, broken=plan.broken)
    report = Report(plan.seed, plan.seconds, plan.database, Journal(), folder=str(folder), again=plan.again)
    try:
        await machine.start()
        say(f"the product runs in {folder}, its disk is {machine.disk.said}")
        await _suffer(plan, machine, report, say)
    except TimeoutError as late:
        report.faults.append(f"NOT WELL: it did not start, or did not end ({late!r})")
    finally:
        report.done = machine.done
        if report.faults:
            with suppress(OSError, shutil.Error):
                shutil.copytree(folder / "data", folder / "kept", ignore=shutil.ignore_patterns("ballast"))
        await machine.stop()
    if not report.faults:
        shutil.rmtree(folder, ignore_errors=True)
    return report


async def _suffer(plan: Plan, machine: Machine, report: Report, say: Callable[[str], None]) -> None:
    dice = random.Random(plan.seed)  # noqa: S311 - the same in every run, as far as time lets it be
    ways, over = Ways(machine, dice), asyncio.Event()
    await ways.let_in(PROGRAMS, PEOPLE)
    keeping = asyncio.create_task(machine.parts.keep())
    players = [
        asyncio.create_task(Player(ways, report.journal, dice, over, twice=plan.twice).play())
        for _ in range(plan.players)
    ]
    try:
        await until(lambda: len(report.journal.given) > plan.warm * plan.players or any(one.done() for one in players))
        report.before = checks.sizes(machine)
        report.disk = (machine.disk.said, machine.disk.used, 0)
        begun = asyncio.get_running_loop().time()
        suffering = [asyncio.create_task(_at(machine, fault, begun, say)) for fault in plan.faults]
        await asyncio.sleep(plan.seconds)
        over.set()
        say("all is healed")
        async with asyncio.timeout(plan.patience):
            await asyncio.gather(*suffering)
            await machine.heal()
            await asyncio.gather(*players)
            say("all cases have come to their end")
            await _settled(plan, machine)
    except TimeoutError:
        report.faults.append(f"NOT WELL AGAIN after {plan.patience:g} s: {await _how_it_is(machine)}")
    finally:
        for task in (*players, keeping):
            task.cancel()
        for result in await asyncio.gather(*players, return_exceptions=True):
            if isinstance(result, Exception):
                report.faults.append(f"a player failed: {type(result).__name__}: {result}")
        await asyncio.gather(keeping, return_exceptions=True)
        await ways.close()
    await _ask(machine, report)


async def _at(machine: Machine, fault: Fault, begun: float, say: Callable[[str], None]) -> None:
    await asyncio.sleep(max(0.0, begun + fault.at - asyncio.get_running_loop().time()))
    say(str(fault))
    await machine.suffer(fault)


async def _settled(plan: Plan, machine: Machine) -> None:
    """Until no mail waits, and no case is left on an old version."""
    if plan.hurry:
        await come_about(lambda: _no_mail_waits(machine, put_off=False))
        await _send_again(machine)
    await come_about(lambda: _no_mail_waits(machine, put_off=True))
    if "worker-new" in machine.parts.own:
        if await machine.on_old_version():
            await machine.tell_all()
        await come_about(lambda: _nothing_old(machine))


async def _no_mail_waits(machine: Machine, *, put_off: bool) -> bool:
    return not await checks.waits_for_mail(machine, put_off=put_off)


async def _nothing_old(machine: Machine) -> bool:
    return await machine.on_old_version() == 0


async def _send_again(machine: Machine) -> None:
    found = await checks.rows(machine.engine, "SELECT key FROM notices WHERE state = 'queued' AND attempts > 0")
    if found:
        await machine.ahg("mail", "resend", *(str(row[0]) for row in found), "--why", "the mail server is back")


async def _how_it_is(machine: Machine) -> str:
    """What can be seen of a machine that does not get well."""
    seen = [f"pages ready: {await machine.is_ready()}"]
    waiting = "SELECT state, count(*), min(queued_at) FROM notices WHERE state IN ('queued', 'reserved') GROUP BY state"
    with suppress(Exception):
        found = await checks.rows(machine.engine, waiting)
        seen += [f"{count} notices {state} since {since}" for state, count, since in found]
    if "worker-new" in machine.parts.own:
        seen.append(f"{await machine.on_old_version()} workflows on the old version")
    return "; ".join(seen)


async def _ask(machine: Machine, report: Report) -> None:
    log = await checks.logged(machine.engine)
    report.entries = len(log)
    report.after = checks.sizes(machine)
    report.disk = (*report.disk[:2], machine.disk.used)
    report.mails = await checks.mail_figures(machine)
    found: Sequence[str] = [
        *report.journal.wrong,
        *machine.endless,
        *checks.of_commands(report.journal, log),
        *await checks.of_mails(machine),
        *await checks.of_cases(machine, report.journal),
        *checks.of_sizes(report.before, report.after),
        *await checks.of_verify(machine),
    ]
    report.faults += found
