"""The command ``ahg``: its groups, and the commands that belong to none."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.progress import Progress

import db
import worker
from casework import Casework
from models.notes import Note, VerifierKey
from models.refusal import RefusalKind, Refused
from ops import against as comparing
from ops import doctor as doctoring
from ops import rebuild as rebuilding
from ops import replay as replaying
from ops import verify as verifying
from ops.certificates import CertificatesExist, make_certificates
from ops.commands import accounts, attachments, backups, cases, deploy, directory, mail, record, scenarios
from ops.commands.record import signer_of, witnesses_of
from ops.commands.terminal import as_command, complain, err, files, say, shown_by
from ops.scenarios.reading import read_scenario
from ops.scenarios.simulation import simulation
from ops.supervisor import supervise
from records import queries
from records.checkpoints import RecordDiffers, signed_beside
from settings import Settings, SettingsError, load_settings
from surroundings import close_to_others, exit_without_teardown
from worker import trust_of
from workflows.client import CaseClient
from workflows.code_version import code_version
from workflows.payloads import data_converter
from workflows.replays import open_histories, replay_all

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The Bali Process Ad Hoc Group, case by case.")
app.add_typer(cases.app, name="case")
app.add_typer(directory.app, name="directory")
app.add_typer(accounts.app, name="account")
app.add_typer(attachments.app, name="attachment")
app.add_typer(mail.app, name="mail")
app.add_typer(scenarios.app, name="scenario")
app.add_typer(deploy.app, name="deploy")
app.command("checkpoint")(record.print_checkpoint)
app.command("witness")(record.cosign_checkpoint)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("restored")(backups.restored)


@app.command()
@as_command
async def up() -> int:
    """Start everything on this machine and keep it running until Ctrl-C."""
    return await supervise()


@app.command()
@as_command
async def simulate(
    file: Annotated[Path, typer.Argument(help="A scenario file (docs/scenarios.md).")],
    mails: Annotated[Path | None, typer.Option(help="Keep every mail in this folder, as .eml files.")] = None,
    cold: Annotated[bool, typer.Option(help="Take every step on a worker that has not seen the case before.")] = False,
    quiet: Annotated[bool, typer.Option(help="Say nothing but what differs.")] = False,
) -> None:
    """Play a scenario on a Temporal server with skipped time, and check what it expects."""
    scenario = read_scenario(file)

    def said(line: str) -> None:
        if not quiet:
            say(line)

    said(scenario.title)
    async with simulation(scenario, said, mail_folder=mails, cached=0 if cold else None) as play:
        await play.play()
        acts, count = len(scenario.acts), len(play.mails)
    said(f"{acts} acts played, everything as expected; {count} mails{f' in {mails}' if mails else ''}")


@app.command("verify")
@as_command
async def verify_log(
    kept: Annotated[list[Path] | None, typer.Argument(help="More files for --against.")] = None,
    histories: Annotated[bool, typer.Option(help="Ask Temporal too: its histories, and lost workflows.")] = True,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="Only compare with what was kept elsewhere: mails, exported logs, checkpoints; or folders."),
    ] = None,
) -> int:
    """Check the log: its chain, tree and signatures, projection, files and Temporal; find lost workflows."""
    settings = load_settings()
    if against or kept:
        return await _against(settings, [*(against or ()), *(kept or ())])
    client = await worker.connect(settings) if histories else None
    faults = 0
    async with db.open_engine(settings) as engine:
        with Progress(console=err, transient=True) as progress:
            there, keys = files(settings, engine), [*witnesses_of(settings), *_own_key(settings)]
            shown = shown_by(progress, "verifying")
            signed, queue = _signed_beside(settings), settings.task_queue
            async for fault in verifying.verify_records(
                engine, client, shown, there, keys, trust_of(settings), queue=queue, signed=signed
            ):
                faults += 1
                say(str(fault))
        async with engine.connect() as connection:
            streams = len(await queries.streams(connection))
    say(f"{streams} logs verified, {faults} faults")
    return 1 if faults else 0


async def _against(settings: Settings, paths: Sequence[Path]) -> int:
    """Compare the log with these files and all files in these folders; 1 if there is a fault."""
    found = [
        one for path in paths for one in (sorted(path.rglob("*")) if path.is_dir() else [path]) if not one.is_dir()
    ]
    missing = [path for path in found if not path.is_file()]
    if missing:
        raise Refused(RefusalKind.INVALID, f"There is no file {missing[0]}.")
    own, faults = next(iter(_own_key(settings)), None), 0
    async with db.open_engine(settings) as engine:
        async for fault in comparing.faults_against(engine, found, own):
            faults += 1
            say(str(fault))
    say(f"{len(found)} files compared with the log, {faults} faults")
    return 1 if faults else 0


def _own_key(settings: Settings) -> list[VerifierKey]:
    """The key that checks checkpoints of the record; none where there is none yet, and that is said."""
    try:
        return [signer_of(settings).verifier]
    except SettingsError as fault:
        complain(f"signatures of checkpoints are not checked: {fault}")
        return []


def _signed_beside(settings: Settings) -> Note | None:
    """The newest checkpoint that was signed, as it is kept beside the key.

    Raises:
        Refused: what is kept there cannot be read.
    """
    try:
        return signed_beside(settings.checkpoint_signed)
    except (RecordDiffers, OSError) as fault:
        raise Refused(RefusalKind.INVALID, f"What was signed before cannot be known: {fault}.") from None


@app.command()
@as_command
async def keys() -> None:
    """Show the public key by which workers and auditors check what this deployment has signed."""
    for public in load_settings().command_publics:
        say(f"AHG_COMMAND_PUBLIC_KEYS={base64.b64encode(public).decode()}")


@app.command()
@as_command
async def certificates(
    folder: Annotated[Path, typer.Argument(help="Where the files are made, as secrets.")],
    server: Annotated[str, typer.Option(help="The host name by which the parts reach Temporal.")] = "temporal",
) -> int:
    """Make certificates for mutual TLS between the parts and a Temporal cluster of one's own (docs/running.md)."""
    try:
        made = make_certificates(folder, server, datetime.now(UTC))
    except (CertificatesExist, OSError) as fault:
        complain(str(fault))
        return 1
    for path in made:
        say(str(path))
    return 0


@app.command()
@as_command
async def rebuild(
    references: Annotated[list[str] | None, typer.Argument(help="Cases; all where none is named.")] = None,
) -> int:
    """Make what lists, pages and the search show of cases anew from the log; safe while the product runs."""
    async with db.open_engine(load_settings(), owning=True) as engine:
        with Progress(console=err, transient=True) as progress:
            left = await rebuilding.rebuild_cases(engine, references or (), shown_by(progress, "rebuilding"))
    for reference in left:
        say(f"{reference}: left as it is, its log is absent or broken")
    return 1 if left else 0


@app.command()
@as_command
async def revive(
    streams: Annotated[
        list[str] | None, typer.Argument(help="Cases and follow-ups, as AHG-2026-003 or AHG-2026-003/R1; all if none.")
    ] = None,
) -> int:
    """Begin again, each from its log, the cases whose workflow was lost, was ended from outside or fails its tasks."""
    settings = load_settings()
    client = await worker.connect(settings)
    async with db.open_engine(settings) as engine:
        desk = CaseClient(client, settings.task_queue, history_limit=settings.history_limit)
        casework = Casework(engine, desk, trust=trust_of(settings))
        lost = await casework.stranded(state=True)
        for stream in streams or lost:
            if stream not in lost:
                say(f"{stream}: goes on or is over, nothing was done")
                continue
            await casework.revive(stream, anew=lost[stream].runs)
            say(f"{stream}: {lost[stream].value}; begun again from its log")
        left = await casework.stranded(tasks=False)
    say(f"{len(left)} cases and follow-ups without a workflow")
    return 1 if left else 0


@app.command()
@as_command
async def doctor() -> int:
    """Look at everything that the product needs, and say what is wrong."""
    ill = 0
    async for finding in doctoring.examine(load_settings()):
        ill += not finding.well
        mark = "well " if finding.well else "WRONG"
        say(f"{mark}  {finding.what}: {finding.seen}")
    return 1 if ill else 0


@app.command()
@as_command
async def replay(
    folder: Annotated[Path | None, typer.Argument(help="Recorded histories as JSON; left out: all open cases.")] = None,
    every: Annotated[bool, typer.Option("--every", help="Also those that this very code has carried on.")] = False,
) -> int:
    """Replay histories on this version of the workflows: before a deployment, every open case.

    Open cases whose newest step this very code has taken fit it already: their histories were replayed then.
    """
    settings = load_settings()
    converter = data_converter(settings.keyring)
    known: list[str] = []
    if folder is not None:
        histories, namespace = replaying.histories_in(folder), settings.temporal_namespace
    else:
        client = await worker.connect(settings)
        async with db.open_engine(settings) as engine, engine.connect() as connection:
            logs = await queries.open_logs(connection)
        histories = open_histories(client, logs, but_of=None if every else code_version(), left_out=known)
        namespace = client.namespace
    count = failures = 0
    async for workflow_id, failure in replay_all(histories, converter, namespace):
        count += 1
        if failure is not None:
            failures += 1
            say(f"{workflow_id}: {failure}")
    say(f"{count} histories replayed, {failures} do not fit this version")
    if known:
        say(f"{len(known)} more were carried on by this very code, and fit it; --every replays these as well")
    return 1 if failures else 0


@app.command()
@as_command
async def nudge() -> None:
    """After a deployment: wake every open case and follow-up, so that idle ones learn of the new version."""
    count = await replaying.nudge_all(await worker.connect(load_settings()))
    say(f"{count} open workflows nudged")


def main() -> NoReturn:
    """The program `ahg`."""
    close_to_others()
    exit_without_teardown(app)


if __name__ == "__main__":
    main()
