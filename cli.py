"""The command ``ahg``: its groups, and the commands that belong to none."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.progress import Progress

import worker
from casework import Casework
from ops import doctor as doctoring
from ops import rebuild as rebuilding
from ops import replay as replaying
from ops import verify as verifying
from ops.commands import accounts, cases, directory, mail, scenarios
from ops.commands.terminal import err, files, load_settings_or_fail, out, records, run
from ops.scenarios.reading import read_scenario
from ops.scenarios.simulation import simulation
from ops.supervisor import run_product as supervise
from records import queries
from settings import Settings
from workflows.client import CaseClient
from workflows.lifesigns import Stranded
from workflows.payloads import data_converter

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The Bali Process Ad Hoc Group, case by case.")
app.add_typer(cases.app, name="case")
app.add_typer(directory.app, name="directory")
app.add_typer(accounts.app, name="account")
app.add_typer(mail.app, name="mail")
app.add_typer(scenarios.app, name="scenario")


@app.command()
def up() -> None:
    """Start everything on this machine and keep it running until Ctrl-C."""
    run(supervise(load_settings_or_fail()))


@app.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="A scenario file (docs/scenarios.md).")],
    mails: Annotated[Path | None, typer.Option(help="Keep every mail in this folder, as .eml files.")] = None,
    cold: Annotated[bool, typer.Option(help="Take every step on a worker that has not seen the case before.")] = False,
    quiet: Annotated[bool, typer.Option(help="Say nothing but what differs.")] = False,
) -> None:
    """Play a scenario on a Temporal server with skipped time, and check what it expects."""
    run(_simulate(file, mails, cold, quiet))


async def _simulate(file: Path, mails: Path | None, cold: bool, quiet: bool) -> None:
    scenario = read_scenario(file)

    def said(line: str) -> None:
        if not quiet:
            out.print(line, markup=False, highlight=False, soft_wrap=True)

    said(scenario.title)
    async with simulation(scenario, said, mail_folder=mails, cached=0 if cold else None) as play:
        await play.play()
        acts, count = len(scenario.acts), len(play.mails)
    said(f"{acts} acts played, everything as expected; {count} mails{f' in {mails}' if mails else ''}")


@app.command("verify")
def verify_log(
    histories: Annotated[bool, typer.Option(help="Compare with Temporal's own histories too.")] = True,
) -> None:
    """Check the log's chain, and the log against the projection, Temporal's history and the files of requests."""
    run(_verify(load_settings_or_fail(), histories))


async def _verify(settings: Settings, histories: bool) -> int:
    client = await worker.connect(settings) if histories else None
    faults = 0
    async with records(settings) as engine:
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("verifying", total=None)
            async for fault in verifying.verify_records(
                engine,
                client,
                lambda done, of: progress.update(task, completed=done, total=of),
                files=files(settings, engine),
            ):
                faults += 1
                out.print(str(fault), markup=False, highlight=False, soft_wrap=True)
        async with engine.connect() as connection:
            streams = len(await queries.streams(connection))
    out.print(f"{streams} logs verified, {faults} faults", highlight=False)
    return 1 if faults else 0


@app.command()
def rebuild(
    references: Annotated[list[str] | None, typer.Argument(help="Cases; all where none is named.")] = None,
) -> None:
    """Make what lists, pages and the search show of cases anew from the log; safe while the product runs."""
    run(_rebuild(load_settings_or_fail(), references or []))


async def _rebuild(settings: Settings, references: list[str]) -> int:
    async with records(settings) as engine:
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("rebuilding", total=None)
            left = await rebuilding.rebuild_cases(
                engine, references, lambda done, of: progress.update(task, completed=done, total=of)
            )
    for reference in left:
        out.print(f"{reference}: left as it is, its log is absent or broken", markup=False, highlight=False)
    return 1 if left else 0


@app.command()
def revive(
    streams: Annotated[
        list[str] | None, typer.Argument(help="Cases and follow-ups, as AHG-2026-003 or AHG-2026-003/R1; all if none.")
    ] = None,
) -> None:
    """Begin again, each from its log, the cases whose workflow was lost, was ended from outside or fails its tasks."""
    run(_revive(load_settings_or_fail(), streams or []))


async def _revive(settings: Settings, named: list[str]) -> int:
    client = await worker.connect(settings)
    async with records(settings) as engine:
        casework = Casework(engine, CaseClient(client, settings.task_queue, history_limit=settings.history_limit))
        lost = await casework.stranded()
        for stream in named or lost:
            if stream not in lost:
                out.print(f"{stream}: goes on, nothing was done", highlight=False)
                continue
            await casework.revive(stream, anew=lost[stream] is Stranded.FAILING)
            out.print(f"{stream}: {lost[stream].value}; begun again from its log", highlight=False)
        left = await casework.stranded(tasks=False)
    out.print(f"{len(left)} cases and follow-ups without a workflow", highlight=False)
    return 1 if left else 0


@app.command()
def doctor() -> None:
    """Look at everything that the product needs, and say what is wrong."""
    run(_doctor(load_settings_or_fail()))


async def _doctor(settings: Settings) -> int:
    ill = 0
    async for finding in doctoring.examine(settings):
        ill += not finding.well
        mark = "well " if finding.well else "WRONG"
        out.print(f"{mark}  {finding.what}: {finding.seen}", markup=False, highlight=False, soft_wrap=True)
    return 1 if ill else 0


@app.command()
def replay(
    folder: Annotated[Path | None, typer.Argument(help="Recorded histories as JSON; left out: all open cases.")] = None,
) -> None:
    """Replay histories on this version of the workflows: before a deployment, every open case."""
    run(_replay(load_settings_or_fail(), folder))


async def _replay(settings: Settings, folder: Path | None) -> int:
    converter = data_converter(settings.keyring)
    if folder is not None:
        histories, namespace = replaying.histories_in(folder), settings.temporal_namespace
    else:
        client = await worker.connect(settings)
        histories, namespace = replaying.open_histories(client), client.namespace
    count = failures = 0
    async for workflow_id, failure in replaying.replay_all(histories, converter, namespace):
        count += 1
        if failure is not None:
            failures += 1
            out.print(f"{workflow_id}: {failure}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"{count} histories replayed, {failures} do not fit this version", highlight=False)
    return 1 if failures else 0


@app.command()
def nudge() -> None:
    """After a deployment: wake every open case and follow-up, so that idle ones learn of the new version."""
    run(_nudge(load_settings_or_fail()))


async def _nudge(settings: Settings) -> None:
    count = await replaying.nudge_all(await worker.connect(settings))
    out.print(f"{count} open workflows nudged", highlight=False)


def main() -> NoReturn:
    """The program `ahg`."""
    worker.exit_without_teardown(app)


if __name__ == "__main__":
    main()
