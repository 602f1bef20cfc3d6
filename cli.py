"""The command ``ahg``."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import uuid4

import typer
import yaml
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

import db
import worker
from casework import Casework
from models.attachments import Limits
from models.mail_preferences import Rhythm
from models.notices import DIGEST, KINDS
from models.posts import Post
from models.refusal import Refused, Why
from models.rules import allowed
from notifications.environment import languages
from ops import doctor as doctoring
from ops import mail as mailing
from ops import mail_preferences as wishes
from ops import rebuild as rebuilding
from ops import replay as replaying
from ops import verify as verifying
from ops.scenario import ScenarioError, read_scenario
from ops.simulate import Differs, simulation
from ops.supervisor import SupervisorError
from ops.supervisor import up as supervise
from records import directory as members
from records import directory_changes, ledger, mail_board, mail_pauses, people, proof, queries
from records.attachments import Attachments
from records.csv_text import MARK, csv_text
from records.mail_board import NotDecided
from records.returns import Noted
from settings import Settings, SettingsError, load_settings
from workflows.client import CaseDesk, NotAnswered, NotRecorded, nudge_delivery
from workflows.payloads import data_converter

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The Bali Process Ad Hoc Group, case by case."
)
case_app = typer.Typer(no_args_is_help=True, help="Look at cases and act on them.")
directory_app = typer.Typer(no_args_is_help=True, help="The directory of members.")
account_app = typer.Typer(no_args_is_help=True, help="The accounts of people who sign in.")
mail_app = typer.Typer(no_args_is_help=True, help="What becomes of the mails that go out.")
app.add_typer(case_app, name="case")
app.add_typer(directory_app, name="directory")
app.add_typer(account_app, name="account")
app.add_typer(mail_app, name="mail")

out = Console()
err = Console(stderr=True)


def _run(what: Coroutine[Any, Any, int | None]) -> None:
    """Run a command to its end; what a user can mend is said in a sentence, without a trace."""
    try:
        code = asyncio.run(what)
    except SettingsError as error:
        _fail(str(error), 2)
    except (
        Refused,
        NotAnswered,
        NotRecorded,
        ScenarioError,
        SupervisorError,
        NotDecided,
        members.DirectoryError,
        wishes.NotKept,
    ) as error:
        _fail(str(error), 1)
    except Differs as error:
        _fail(f"differs: {error}", 1)
    except RuntimeError as error:
        if "Connection refused" not in str(error) and "failed to connect" not in str(error).lower():
            raise
        _fail("Temporal does not answer; is `ahg up` running? `ahg doctor` tells more.", 1)
    else:
        raise typer.Exit(code or 0)


def _fail(sentence: str, code: int) -> None:
    err.print(sentence, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


@asynccontextmanager
async def _records(settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = db.make_engine(settings)
    try:
        yield engine
    finally:
        await engine.dispose()


def _desk(settings: Settings, client: Client) -> CaseDesk:
    return CaseDesk(client, settings.task_queue, history_limit=settings.history_limit)


def _files(settings: Settings, engine: AsyncEngine) -> Attachments:
    return Attachments(engine, settings.attachments_folder, Limits(*settings.attachment_limits))


# running -----------------------------------------------------------------------------------------------------------


@app.command()
def up() -> None:
    """Start everything on this machine and keep it running until Ctrl-C."""
    _run(supervise(load_settings_or_fail()))


def load_settings_or_fail() -> Settings:
    """The settings; a wrong one is named, and the command ends with 2."""
    try:
        return load_settings()
    except SettingsError as error:
        _fail(str(error), 2)
        raise


@app.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="A scenario file (docs/scenarios.md).")],
    mails: Annotated[Path | None, typer.Option(help="Keep every mail in this folder, as .eml files.")] = None,
    cold: Annotated[
        bool, typer.Option(help="Take every step on a worker that has not seen the case before.")
    ] = False,
    quiet: Annotated[bool, typer.Option(help="Say nothing but what differs.")] = False,
) -> None:
    """Play a scenario on a Temporal server with skipped time, and check what it expects."""
    _run(_simulate(file, mails, cold, quiet))


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


@app.command()
def verify(
    histories: Annotated[bool, typer.Option(help="Compare with Temporal's own histories too.")] = True,
) -> None:
    """Check the log's chain, and the log against the projection, Temporal's history and the files of requests."""
    _run(_verify(load_settings_or_fail(), histories))


async def _verify(settings: Settings, histories: bool) -> int:
    client = await worker.connect(settings) if histories else None
    faults = 0
    async with _records(settings) as engine:
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("verifying", total=None)
            async for fault in verifying.verify(
                engine,
                client,
                lambda done, of: progress.update(task, completed=done, total=of),
                files=_files(settings, engine),
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
    _run(_rebuild(load_settings_or_fail(), references or []))


async def _rebuild(settings: Settings, references: list[str]) -> int:
    async with _records(settings) as engine:
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("rebuilding", total=None)
            left = await rebuilding.rebuild(
                engine, references, lambda done, of: progress.update(task, completed=done, total=of)
            )
    for reference in left:
        out.print(f"{reference}: left as it is, its log is absent or broken", markup=False, highlight=False)
    return 1 if left else 0


@app.command()
def doctor() -> None:
    """Look at everything that the product needs, and say what is wrong."""
    _run(_doctor(load_settings_or_fail()))


async def _doctor(settings: Settings) -> int:
    ill = 0
    async for finding in doctoring.examine(settings):
        ill += not finding.well
        mark = "well " if finding.well else "WRONG"
        out.print(f"{mark}  {finding.what}: {finding.seen}", markup=False, highlight=False, soft_wrap=True)
    return 1 if ill else 0


@app.command()
def replay(
    folder: Annotated[
        Path | None, typer.Argument(help="Recorded histories as JSON; left out: all open cases.")
    ] = None,
) -> None:
    """Replay histories on this version of the workflows: before a deployment, every open case."""
    _run(_replay(load_settings_or_fail(), folder))


async def _replay(settings: Settings, folder: Path | None) -> int:
    converter = data_converter(settings.keyring)
    if folder is not None:
        histories = replaying.histories_in(folder)
    else:
        histories = replaying.open_histories(await worker.connect(settings))
    count = failures = 0
    async for workflow_id, failure in replaying.replay_all(histories, converter):
        count += 1
        if failure is not None:
            failures += 1
            out.print(f"{workflow_id}: {failure}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"{count} histories replayed, {failures} do not fit this version", highlight=False)
    return 1 if failures else 0


@app.command()
def nudge() -> None:
    """After a deployment: wake every open case and follow-up, so that idle ones learn of the new version."""
    _run(_nudge(load_settings_or_fail()))


async def _nudge(settings: Settings) -> None:
    count = await replaying.nudge_all(await worker.connect(settings))
    out.print(f"{count} open workflows nudged", highlight=False)


# cases -------------------------------------------------------------------------------------------------------------


@case_app.command("list")
def case_list(
    stage: Annotated[str | None, typer.Option(help="Only cases in this stage.")] = None,
    after: Annotated[str, typer.Option(help="Begin after this reference.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.")] = 100,
) -> None:
    """List cases: stage, whose turn it is, until when."""
    _run(_case_list(load_settings_or_fail(), stage, after, limit))


async def _case_list(settings: Settings, stage: str | None, after: str, limit: int) -> None:
    async with _records(settings) as engine, engine.connect() as connection:
        rows = await queries.cases(connection, stage=stage, after=after, limit=limit)
    table = Table("Case", "Stage", "Waits for", "Until (UTC)", "Clock", "Title", box=None)
    for row in rows:
        until = row["due"].strftime("%Y-%m-%d %H:%M") if row["due"] else ""
        table.add_row(
            row["reference"], row["stage"], ", ".join(row["waiting_on"]), until, row["clock"], row["title"]
        )
    out.print(table)
    out.print(f"{len(rows)} cases", highlight=False)


@case_app.command("show")
def case_show(reference: str) -> None:
    """Show one case with everything on record, as JSON."""
    _run(_case_show(load_settings_or_fail(), reference))


async def _case_show(settings: Settings, reference: str) -> int:
    async with _records(settings) as engine, engine.connect() as connection:
        row = await queries.case(connection, reference)
        if row is None:
            err.print(f"There is no case {reference}.")
            return 1
        for name in queries.PARTS:
            row[name] = await queries.parts(connection, reference, name)
    _print_json(row)
    return 0


@case_app.command("do")
def case_do(
    command: Annotated[str, typer.Argument(help="A command: submit, accept, decide, respond, ...")],
    by: Annotated[str, typer.Option(help="The post that acts, as MEMBER/POST.")],
    reference: Annotated[
        str | None, typer.Option("--case", help="The case; left out for draft and submit.")
    ] = None,
    fields: Annotated[str, typer.Option("--with", help="The command's fields, as YAML or JSON.")] = "{}",
    command_id: Annotated[
        str | None, typer.Option("--id", help="Id of the command; the same id acts once.")
    ] = None,
    seen: Annotated[
        int | None, typer.Option(help="Newest entry you have seen; refused if it is stale.")
    ] = None,
) -> None:
    """Do a command on a case."""
    _run(_case_do(load_settings_or_fail(), command, by, reference, fields, command_id or uuid4().hex, seen))


async def _case_do(
    settings: Settings,
    command: str,
    by: str,
    reference: str | None,
    fields: str,
    command_id: str,
    seen: int | None,
) -> None:
    try:
        given = yaml.safe_load(fields) or {}
    except yaml.YAMLError as error:
        raise ScenarioError(f"--with is not YAML: {error}") from None
    if not isinstance(given, dict):
        raise ScenarioError("--with must be a mapping, as in: {gate: activation, position: approve}")
    client = await worker.connect(settings)
    async with _records(settings) as engine:
        casework = Casework(engine, _desk(settings, client), files=_files(settings, engine))
        done = await casework.act(
            command, given, by=by, command_id=command_id, reference=reference, seen=seen
        )
    waiting = f"; waits for {', '.join(done.waiting_on)}" if done.waiting_on else ""
    out.print(f"{done.reference} entry {done.seq}: {done.stage}{waiting}", highlight=False, soft_wrap=True)


@case_app.command("allowed")
def case_allowed(reference: str, by: Annotated[str, typer.Option(help="The post.")]) -> None:
    """Say what a post may do with a case now."""
    _run(_case_allowed(load_settings_or_fail(), reference, by))


def _post(written: str) -> Post:
    try:
        return Post(written)
    except ValueError as error:
        raise Refused(Why.INVALID, f"{error}.") from None


async def _case_allowed(settings: Settings, reference: str, by: str) -> None:
    client = await worker.connect(settings)
    case = await _desk(settings, client).state(reference)
    post = _post(by)
    out.print(", ".join(allowed(case, post)) or "nothing", highlight=False)


@case_app.command("history")
def case_history(reference: str) -> None:
    """Show the log of a case: who did what, when."""
    _run(_case_history(load_settings_or_fail(), reference))


async def _case_history(settings: Settings, reference: str) -> int:
    async with _records(settings) as engine, engine.connect() as connection:
        entries = await queries.entries(connection, reference)
    if not entries:
        err.print(f"There is no case {reference}.")
        return 1
    for entry in entries:
        at = entry.at.strftime("%Y-%m-%d %H:%M:%S")
        who = "the clock" if entry.command.startswith("clock:") else str(entry.by)
        via = f" (recorded by {entry.acted_for.by}: {entry.acted_for.how})" if entry.acted_for else ""
        text = entry.event.get("text") or ""
        out.print(
            f"{entry.seq:>4}  {at}  {who}{via}: {entry.type.replace('_', ' ')}  {text}".rstrip(),
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
    return 0


@case_app.command("export")
def case_export(
    reference: str,
    to: Annotated[Path | None, typer.Option(help="File to write; left out: standard output.")] = None,
) -> None:
    """Export the log of a case as JSON lines that verify without the database (docs/log.md)."""
    _run(_case_export(load_settings_or_fail(), reference, to))


async def _case_export(settings: Settings, reference: str, to: Path | None) -> int:
    async with _records(settings) as engine, engine.connect() as connection:
        entries = await queries.entries(connection, reference)
    if not entries:
        err.print(f"There is no case {reference}.")
        return 1
    lines = "".join(json.dumps(_exported(entry), ensure_ascii=False) + "\n" for entry in entries)
    if to is None:
        sys.stdout.write(lines)
    else:
        to.write_text(lines, encoding="utf-8")
    return 0


@case_app.command("told")
def case_told(
    reference: str,
    to: Annotated[Path | None, typer.Option(help="File to write as a table (CSV).")] = None,
) -> None:
    """Show who was told what and when, and what became of each mail."""
    _run(_case_told(load_settings_or_fail(), reference, to))


async def _case_told(settings: Settings, reference: str, to: Path | None) -> int:
    async with _records(settings) as engine, engine.connect() as connection:
        if await queries.case(connection, reference) is None:
            err.print(f"There is no case {reference}.", markup=False, highlight=False)
            return 1
        notices = await ledger.told(connection, reference)
    if to is not None:
        to.write_text(MARK + csv_text(proof.HEAD, proof.lines(notices)), encoding="utf-8", newline="")
    else:
        for text in mailing.told_lines(notices):
            out.print(text, markup=False, highlight=False, soft_wrap=True)
    return 0


def _exported(entry: Any) -> dict[str, Any]:
    return {**entry.model_dump(mode="json"), "at": entry.at.isoformat()}


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


# the directory -----------------------------------------------------------------------------------------------------


@directory_app.command("import")
def directory_import(
    file: Annotated[Path, typer.Argument(help="CSV: code, name, kind, co_chair, steering_group, ahg_2009.")],
) -> None:
    """Import a member list: members are added or updated by their code, none is removed."""
    _run(_directory_import(load_settings_or_fail(), file))


async def _directory_import(settings: Settings, file: Path) -> None:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise members.DirectoryError(f"{file}: {error}") from None
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with _records(settings) as engine:
        await db.migrate(settings.database)
        count = await directory_changes.import_list(engine, text, datetime.now(UTC))
    out.print(f"{count} members imported", highlight=False)


@directory_app.command("list")
def directory_list() -> None:
    """List members, their kind and what they hold."""
    _run(_directory_list(load_settings_or_fail()))


async def _directory_list(settings: Settings) -> None:
    async with _records(settings) as engine, engine.connect() as connection:
        rows = await members.read_members(connection)
    table = Table("Code", "Name", "Kind", "Holds", "Time zone", box=None)
    for row in rows:
        holds = [
            word
            for word, held in (("Co-Chair", row["co_chair"]), ("Steering Group", row["steering_group"]))
            if held
        ]
        table.add_row(row["code"], row["name"], row["kind"], ", ".join(holds), row["zone"])
    out.print(table)
    out.print(f"{len(rows)} members", highlight=False)


# accounts ----------------------------------------------------------------------------------------------------------


@account_app.command("reset")
def account_reset(email: Annotated[str, typer.Argument(help="The mail address.")]) -> None:
    """Forget the second factor of an account whose device is lost, and end its sessions and API tokens."""
    _run(_account_reset(load_settings_or_fail(), email))


async def _account_reset(settings: Settings, email: str) -> int:
    async with _records(settings) as engine:
        known = await people.reset_account(engine, email, datetime.now(UTC))
    if not known:
        err.print(f"Nobody has signed in as {email}.", markup=False, highlight=False, soft_wrap=True)
        return 1
    out.print("reset: the next sign-in sets up a new second factor", highlight=False)
    return 0


# mail --------------------------------------------------------------------------------------------------------------

By = Annotated[str, typer.Option(help="Who decides; it stays on record.")]
Keys = Annotated[list[str], typer.Argument(help="Keys of notices, as the board shows them.")]


@mail_app.command("bounces")
def mail_bounces(
    path: Annotated[Path, typer.Argument(help="A mail, an mbox file, or a folder of mails.")],
) -> None:
    """Read delivery reports and automatic replies from files, and note what they say of our mails."""
    _run(_mail_bounces(load_settings_or_fail(), path))


async def _mail_bounces(settings: Settings, path: Path) -> int:
    async with _records(settings) as engine:
        try:
            counts = await mailing.note_files(engine, path, datetime.now(UTC))
        except OSError as error:
            err.print(str(error), markup=False, highlight=False, soft_wrap=True)
            return 1
    said = ", ".join(f"{counts[one]} {one.value.replace('_', ' ')}" for one in Noted if counts[one])
    out.print(f"{counts.total()} mails read: {said}" if said else "no mails there", highlight=False)
    if counts[Noted.BOUNCED]:
        await _nudge_delivery(settings)
    return 0


@mail_app.command("board")
def mail_stuck(limit: Annotated[int, typer.Option(help="At most so many notices.")] = 500) -> None:
    """List what is stuck and why, by post: what was tried, and when it is tried next."""
    _run(_mail_stuck(load_settings_or_fail(), limit))


async def _mail_stuck(settings: Settings, limit: int) -> None:
    async with _records(settings) as engine, engine.connect() as connection:
        pause = await mail_pauses.pause_now(connection)
        queued = await mail_board.queue_length(connection)
        rows = await mail_board.board(connection, limit=limit)
    for text in mailing.board_lines(rows, pause, queued):
        out.print(text, markup=False, highlight=False, soft_wrap=True)
    out.print(
        f"{len(rows)} notices are stuck{', perhaps more' if len(rows) == limit else ''}", highlight=False
    )


@mail_app.command("resend")
def mail_resend(
    keys: Keys,
    why: Annotated[str, typer.Option(help="Why; needed for one that may have arrived.")] = "",
    by: By = "operator",
) -> None:
    """Send stuck notices again: the same mails, tried anew."""
    _run(_mail_resend(load_settings_or_fail(), keys, by, why))


async def _mail_resend(settings: Settings, keys: list[str], by: str, why: str) -> None:
    async with _records(settings) as engine:
        try:
            for key in keys:
                await mail_board.resend(engine, key, by=by, why=why, at=datetime.now(UTC))
                out.print(f"{key}: queued again", markup=False, highlight=False, soft_wrap=True)
        finally:  # those before one that is refused go out all the same
            await _nudge_delivery(settings)


@mail_app.command("give-up")
def mail_give_up(keys: Keys, why: Annotated[str, typer.Option(help="Why.")], by: By = "operator") -> None:
    """Give stuck notices up: they are not sent any more, and leave the board."""
    _run(_mail_give_up(load_settings_or_fail(), keys, by, why))


async def _mail_give_up(settings: Settings, keys: list[str], by: str, why: str) -> None:
    async with _records(settings) as engine:
        for key in keys:
            await mail_board.give_up(engine, key, by=by, why=why, at=datetime.now(UTC))
            out.print(f"{key}: given up", markup=False, highlight=False, soft_wrap=True)


@mail_app.command("preview")
def mail_preview(
    kind: Annotated[str, typer.Argument(help="A kind of notice (docs/notices.md).")],
    post: Annotated[str, typer.Option(help="For which post; left out: one that may get it.")] = "",
    language: Annotated[str, typer.Option(help="Left out: that of the post's mails.")] = "",
    html: Annotated[bool, typer.Option("--html", help="The HTML instead of the text.")] = False,
) -> None:
    """Show any kind of notice as any post would get it, with made-up facts; nothing is sent."""
    _run(_mail_preview(load_settings_or_fail(), kind, post, language, html=html))


async def _mail_preview(settings: Settings, kind: str, post: str, language: str, *, html: bool) -> None:
    if kind not in (kinds := [*KINDS, DIGEST]):
        raise Refused(Why.INVALID, f"There is no kind of notice {kind}; there are {', '.join(kinds)}.")
    if language and language not in languages():
        raise Refused(
            Why.INVALID, f"Mails are not written in {language}; they are in {', '.join(languages())}."
        )
    try:
        wanted = Post(post) if post else None
    except ValueError as error:
        raise Refused(Why.INVALID, f"{error}.") from None
    async with _records(settings) as engine, engine.connect() as connection:
        mail = await mailing.preview(connection, settings, kind, wanted, language, datetime.now(UTC).date())
    sys.stdout.write(mail.html if html else f"To: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}")


@mail_app.command("pause")
def mail_pause(why: Annotated[str, typer.Option(help="Why.")], by: By = "operator") -> None:
    """Pause all mail: what is to be told is queued, and nothing goes out until it is resumed."""
    _run(_mail_pause(load_settings_or_fail(), by, why))


async def _mail_pause(settings: Settings, by: str, why: str) -> int:
    async with _records(settings) as engine:
        if await mail_pauses.pause(engine, by, why, datetime.now(UTC)):
            out.print("all mail is paused; `ahg mail resume` lets it go out")
            return 0
    err.print("All mail is paused already; `ahg doctor` says by whom and why.", soft_wrap=True)
    return 1


@mail_app.command("resume")
def mail_resume(by: By = "operator") -> None:
    """Let mail go out again; what was queued meanwhile is delivered, once."""
    _run(_mail_resume(load_settings_or_fail(), by))


async def _mail_resume(settings: Settings, by: str) -> int:
    async with _records(settings) as engine:
        if not await mail_pauses.resume(engine, by, datetime.now(UTC)):
            err.print("Mail is not paused.")
            return 1
    out.print("mail goes out again")
    await _nudge_delivery(settings)
    return 0


async def _nudge_delivery(settings: Settings) -> None:
    """Have the delivery look at the queue; a worker that starts later does so by itself."""
    try:
        await nudge_delivery(await worker.connect(settings), settings.delivery_queue)
    except RuntimeError:
        err.print("Temporal does not answer; what is queued goes out when a worker starts.", soft_wrap=True)


@mail_app.command("preferences")
def mail_preferences(
    post: Annotated[str, typer.Argument(help="The post, such as LK/focal-point.")],
    digest: Annotated[Rhythm | None, typer.Option(help="How often there is a digest.")] = None,
    weekday: Annotated[int | None, typer.Option(help="Of a weekly digest: 0 is Monday.")] = None,
    morning: Annotated[str | None, typer.Option(help="When the digest comes, such as 08:00.")] = None,
    quiet: Annotated[str | None, typer.Option(help="Quiet hours, such as 21:00-06:00; none.")] = None,
    switch: Annotated[
        list[str] | None,
        typer.Option(
            help="WHAT=HOW; WHAT: a kind, a case, CASE:KIND, all; HOW: off, digest, at once, as it is. Can be repeated."
        ),
    ] = None,
    reset: Annotated[bool, typer.Option(help="Begin with the defaults.")] = False,
) -> None:
    """Show what the holder of a post wants of its mails; with options, change it. Times are those of its office."""
    said = {"digest": digest, "weekday": weekday, "morning": morning, "quiet": quiet}
    changes = {name: one for name, one in said.items() if one is not None}
    _run(
        _mail_preferences(
            load_settings_or_fail(), post, {**changes, "switches": switch or (), "reset": reset}
        )
    )


async def _mail_preferences(settings: Settings, written: str, changes: dict[str, Any]) -> None:
    post, now = _post(written), datetime.now(UTC)
    async with _records(settings) as engine:
        if any(changes.values()):
            await wishes.change(engine, post, now, **changes)
            await _nudge_delivery(settings)
        for line in await wishes.read(engine, post, now):
            out.print(line, markup=False, highlight=False, soft_wrap=True)


def main() -> NoReturn:
    """The program `ahg`."""
    worker.to_its_end(app)


if __name__ == "__main__":
    main()
