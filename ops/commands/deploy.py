"""``ahg deploy``: one version of the workers after another, while cases are open."""

import json
import sys
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

import db
import worker
from ops import deployments
from ops.commands.terminal import as_command, complain, err, out, say, shown_by
from ops.deployments import DoesNotFit, Ways, build_here, left_words
from records import queries
from settings import Settings, load_settings
from workflows.deployments import WorkerVersion

app = typer.Typer(no_args_is_help=True, help="Bring a new version of the workers to open cases.")

_Wait = Annotated[float, typer.Option(help="Seconds to wait at most.")]


@app.command("status")
@as_command
async def deploy_status(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> int:
    """List the versions of the workers: what each is, what runs on it, and whether workers of it ask for work."""
    settings = load_settings()
    found = await Ways.of(settings, await worker.connect(settings)).versions()
    if as_json:
        told = [_told(one) for one in found]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n")
        return 0
    table = Table("Version", "Is", "Open cases", "Others", "Workers", "Current since (UTC)", box=None)
    for one in found:
        since = one.was_current.strftime("%Y-%m-%d %H:%M") if one.was_current else ""
        asking = f"none for {', '.join(one.missing)}" if one.missing else "ask for work"
        table.add_row(one.build, one.status, str(one.cases), str(one.others), asking, since)
    out.print(table)
    say(f"{len(found)} versions")
    return 0


def _told(version: WorkerVersion) -> Mapping[str, object]:
    return {
        "version": version.build,
        "status": version.status,
        "cases": version.cases,
        "others": version.others,
        "polled": not version.missing,
        "missing": version.missing,
        "was_current": version.was_current.isoformat() if version.was_current else None,
    }


@app.command("promote")
@as_command
async def deploy_promote(wait: _Wait = 60.0) -> int:
    """Make the version that is installed here (AHG_WORKER_BUILD) the current one, and wake all cases to go over to it.

    It is refused while no worker of it asks for work, and while an open case does not fit its code, as `ahg replay` says.
    """
    settings = load_settings()
    build, ways = build_here(settings), await _ways(settings)
    with Progress(console=err, transient=True) as progress:
        try:
            woken = await deployments.promote(ways, build, wait, shown_by(progress, "replaying"))
        except DoesNotFit as refused:
            return _unfit(refused)
    say(f"{build} is the current version; {woken} open workflows were woken to go over to it")
    return 0


@app.command("rollback")
@as_command
async def deploy_rollback(
    wait: _Wait = 60.0,
    unchecked: Annotated[
        bool, typer.Option(help="Without asking whether the older code can read what the newer has written.")
    ] = False,
) -> int:
    """Make the version that was the current one before that again; run it with the code of that version."""
    settings = load_settings()
    ways = await _ways(settings)
    with Progress(console=err, transient=True) as progress:
        try:
            shown = shown_by(progress, "replaying")
            build, woken = await deployments.roll_back(ways, settings.worker_build, wait, shown, unchecked=unchecked)
        except DoesNotFit as refused:
            return _unfit(refused)
    say(f"{build} is the current version again; {woken} open workflows were woken to go back to it")
    return 0


@app.command("drain")
@as_command
async def deploy_drain(
    build: Annotated[str, typer.Argument(help="The version whose workers are to be stopped.")], wait: _Wait = 0.0
) -> int:
    """Say what is left on an older version, and when its workers may be stopped; with --wait, wait until then."""
    settings = load_settings()
    ways = await _ways(settings)
    async with db.open_engine(settings) as engine:

        async def open_logs() -> Mapping[str, int]:
            async with engine.connect() as connection:
                return await queries.open_logs(connection)

        left = await deployments.drain(ways, build, wait, open_logs)
    if left:
        say(f"{build}: {left_words(left)}; its workers must go on. `ahg doctor` names what does not go on by itself.")
        return 1
    say(f"{build}: nothing is left; its workers may be stopped")
    return 0


async def _ways(settings: Settings) -> Ways:
    return Ways.of(settings, await worker.connect(settings))


def _unfit(refused: DoesNotFit) -> int:
    """Say what does not fit, a line each, and the sentence; the exit code."""
    for one in refused.unfit:
        say(f"{one.id}: {one.why}")
    complain(str(refused))
    return 1
