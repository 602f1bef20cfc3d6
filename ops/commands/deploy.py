"""``ahg deploy``: one version of the workers after another, while cases are open."""

import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

import db
import worker
from ops import deployments
from ops.commands.terminal import as_command, complain, err, out, say, shown_by
from ops.deployments import DoesNotFit, Ways, build_here, left_words
from settings import Settings, load_settings
from workflows.deployments import WorkerVersion

app = typer.Typer(no_args_is_help=True, help="Bring a new version of the workers to open cases.")

_Wait = Annotated[float, typer.Option(help="Seconds to wait at most.")]


@app.command("status")
@as_command
async def deploy_status(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> int:
    """List the versions of the workers: what each is, what runs on it, and whether workers of it ask for work."""
    async with _ways(load_settings()) as ways:
        found = await ways.versions()
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
    build = build_here(settings)
    try:
        async with _ways(settings) as ways, _replaying() as shown:
            woken = await deployments.promote(ways, build, wait, shown)
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
    try:
        async with _ways(settings) as ways, _replaying() as shown:
            here = settings.worker_build
            build, woken = await deployments.roll_back(ways, here, wait, shown, unchecked=unchecked)
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
    async with _ways(load_settings()) as ways:
        left = await deployments.drain(ways, build, wait)
    if left:
        say(f"{build}: {left_words(left)}; its workers must go on. `ahg doctor` names what does not go on by itself.")
        return 1
    say(f"{build}: nothing is left; its workers may be stopped")
    return 0


@asynccontextmanager
async def _ways(settings: Settings) -> AsyncIterator[Ways]:
    client = await worker.connect(settings)
    async with db.open_engine(settings) as engine:
        yield Ways.of(settings, client, engine)


@asynccontextmanager
async def _replaying() -> AsyncIterator[Callable[[int, int], None]]:
    """A function that shows on a progress bar how many histories are replayed."""
    with Progress(console=err, transient=True) as progress:
        yield shown_by(progress, "replaying")


def _unfit(refused: DoesNotFit) -> int:
    """Say what does not fit, a line each, and the sentence; the exit code."""
    for one in refused.unfit:
        say(f"{one.id}: {one.why}")
    complain(str(refused))
    return 1
