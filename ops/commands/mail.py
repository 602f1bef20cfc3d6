"""``ahg mail``: what becomes of the mails that go out, and what somebody decides about them."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

import db
import worker
from models.mail_preferences import Rhythm
from models.notices import NOTICE_KINDS, OF_NO_CASE
from models.refusal import RefusalKind, Refused
from notifications.environment import mail_languages
from ops import mail as mailing
from ops import mail_preferences as wishes
from ops.commands.terminal import as_command, complain, post_named, say
from records import mail_board, mail_pauses
from records.returns import Noted
from settings import Settings, load_settings
from workflows.client import TemporalAway, nudge_delivery

app = typer.Typer(no_args_is_help=True, help="What becomes of the mails that go out.")

By = Annotated[str, typer.Option(help="Who decides; it stays on record.")]
Keys = Annotated[list[str], typer.Argument(help="Keys of notices, as the board shows them.")]


@app.command("bounces")
@as_command
async def mail_bounces(
    path: Annotated[Path, typer.Argument(help="A mail, an mbox file, or a folder of mails.")],
) -> int:
    """Read delivery reports and automatic replies from files, and note what they say of our mails."""
    settings = load_settings()
    async with db.open_engine(settings) as engine:
        try:
            counts = await mailing.note_files(engine, path, datetime.now(UTC))
        except OSError as error:
            complain(str(error))
            return 1
    said = ", ".join(f"{counts[one]} {one.value.replace('_', ' ')}" for one in Noted if counts[one])
    say(f"{counts.total()} mails read: {said}" if said else "no mails there")
    if counts[Noted.BOUNCED]:
        await _nudge_delivery(settings)
    return 0


@app.command("board")
@as_command
async def mail_stuck(limit: Annotated[int, typer.Option(help="At most so many notices.")] = 500) -> None:
    """List what is stuck and why, by post: what was tried, and when it is tried next."""
    async with db.open_engine(load_settings()) as engine, engine.connect() as connection:
        pause = await mail_pauses.current_pause(connection)
        queued = await mail_board.queue_length(connection)
        rows = await mail_board.stuck_notices(connection, limit=limit)
    for text in mailing.board_lines(rows, pause, queued):
        say(text)
    say(f"{len(rows)} notices are stuck{', perhaps more' if len(rows) == limit else ''}")


@app.command("resend")
@as_command
async def mail_resend(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys of notices, as the board shows them.")] = None,
    all_refused: Annotated[
        bool, typer.Option("--all-refused", help="All that are refused or undeliverable, as well.")
    ] = False,
    said: Annotated[str, typer.Option(help="Of those, the ones with these words in what was said.")] = "",
    why: Annotated[str, typer.Option(help="Why; needed for one that may have arrived.")] = "",
    by: By = "operator",
) -> None:
    """Send stuck notices again: the same mails, tried anew."""
    if not (keys or all_refused) or (said and not all_refused):
        raise typer.BadParameter("Name notices by their keys, or say --all-refused, with --said or without.")
    settings = load_settings()
    async with db.open_engine(settings) as engine:
        wanted = list(keys or ())
        if all_refused:
            async with engine.connect() as connection:
                wanted += [key for key in await mail_board.refused_keys(connection, said) if key not in wanted]
        try:
            for key in wanted:
                await mail_board.resend(engine, key, by=by, why=why, at=datetime.now(UTC))
                say(f"{key}: queued again")
        finally:  # those before one that is refused go out all the same
            await _nudge_delivery(settings)
    if all_refused:
        say(f"{len(wanted)} notices are sent again")


@app.command("give-up")
@as_command
async def mail_give_up(keys: Keys, why: Annotated[str, typer.Option(help="Why.")], by: By = "operator") -> None:
    """Give stuck notices up: they are not sent any more, and leave the board."""
    async with db.open_engine(load_settings()) as engine:
        for key in keys:
            await mail_board.give_up(engine, key, by=by, why=why, at=datetime.now(UTC))
            say(f"{key}: given up")


@app.command("preview")
@as_command
async def mail_preview(
    kind: Annotated[str, typer.Argument(help="A kind of notice (docs/notices.md).")],
    post: Annotated[str, typer.Option(help="For which post; left out: one that may get it.")] = "",
    language: Annotated[str, typer.Option(help="Left out: that of the post's mails.")] = "",
    html: Annotated[bool, typer.Option("--html", help="The HTML instead of the text.")] = False,
) -> None:
    """Show any kind of notice as any post would get it, with made-up facts; nothing is sent."""
    settings = load_settings()
    if kind not in (kinds := [*NOTICE_KINDS, *OF_NO_CASE]):
        raise Refused(RefusalKind.INVALID, f"There is no kind of notice {kind}; there are {', '.join(kinds)}.")
    if language and language not in mail_languages():
        raise Refused(
            RefusalKind.INVALID, f"Mails are not written in {language}; they are in {', '.join(mail_languages())}."
        )
    wanted = post_named(post) if post else None
    async with db.open_engine(settings) as engine, engine.connect() as connection:
        mail = await mailing.preview_lines(connection, settings, kind, wanted, language, datetime.now(UTC))
    sys.stdout.write(mail.html if html else f"To: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}")


@app.command("pause")
@as_command
async def mail_pause(why: Annotated[str, typer.Option(help="Why.")], by: By = "operator") -> int:
    """Pause all mail: what is to be told is queued, and nothing goes out until it is resumed."""
    async with db.open_engine(load_settings()) as engine:
        if await mail_pauses.pause_mail(engine, by, why, datetime.now(UTC)):
            say("all mail is paused; `ahg mail resume` lets it go out")
            return 0
    complain("All mail is paused already; `ahg doctor` says by whom and why.")
    return 1


@app.command("resume")
@as_command
async def mail_resume(by: By = "operator") -> int:
    """Let mail go out again; what was queued meanwhile is delivered, once."""
    settings = load_settings()
    async with db.open_engine(settings) as engine:
        if not await mail_pauses.resume_mail(engine, by, datetime.now(UTC)):
            complain("Mail is not paused.")
            return 1
    say("mail goes out again")
    await _nudge_delivery(settings)
    return 0


async def _nudge_delivery(settings: Settings) -> None:
    """Have the delivery look at the queue; while Temporal is away, the worker does so by itself later."""
    try:
        await nudge_delivery(await worker.connect(settings), settings.delivery_queue)
    except TemporalAway:
        complain("Temporal does not answer; what is queued goes out within a quarter of an hour after it does.")


@app.command("preferences")
@as_command
async def mail_preferences(
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
    said: dict[str, Any] = {"digest": digest, "weekday": weekday, "morning": morning, "quiet": quiet}
    settings, named, now = load_settings(), post_named(post), datetime.now(UTC)
    async with db.open_engine(settings) as engine:
        if switch or reset or any(one is not None for one in said.values()):
            await wishes.change_preferences(engine, named, now, **said, switches=switch or (), reset=reset)
            await _nudge_delivery(settings)
        for line in await wishes.preference_lines(engine, named, now):
            say(line)
