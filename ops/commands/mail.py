"""``ahg mail``: what becomes of the mails that go out, and what somebody decides about them."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

import worker
from models.mail_preferences import Rhythm
from models.notices import NOTICE_KINDS, OF_NO_CASE
from models.refusal import RefusalKind, Refused
from notifications.environment import mail_languages
from ops import mail as mailing
from ops import mail_preferences as wishes
from ops.commands.terminal import err, load_settings_or_fail, out, post_named, records, run
from records import mail_board, mail_pauses
from records.returns import Noted
from settings import Settings
from workflows.client import TemporalAway, nudge_delivery

app = typer.Typer(no_args_is_help=True, help="What becomes of the mails that go out.")

By = Annotated[str, typer.Option(help="Who decides; it stays on record.")]
Keys = Annotated[list[str], typer.Argument(help="Keys of notices, as the board shows them.")]


@app.command("bounces")
def mail_bounces(path: Annotated[Path, typer.Argument(help="A mail, an mbox file, or a folder of mails.")]) -> None:
    """Read delivery reports and automatic replies from files, and note what they say of our mails."""
    run(_mail_bounces(load_settings_or_fail(), path))


async def _mail_bounces(settings: Settings, path: Path) -> int:
    async with records(settings) as engine:
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


@app.command("board")
def mail_stuck(limit: Annotated[int, typer.Option(help="At most so many notices.")] = 500) -> None:
    """List what is stuck and why, by post: what was tried, and when it is tried next."""
    run(_mail_stuck(load_settings_or_fail(), limit))


async def _mail_stuck(settings: Settings, limit: int) -> None:
    async with records(settings) as engine, engine.connect() as connection:
        pause = await mail_pauses.current_pause(connection)
        queued = await mail_board.queue_length(connection)
        rows = await mail_board.stuck_notices(connection, limit=limit)
    for text in mailing.board_lines(rows, pause, queued):
        out.print(text, markup=False, highlight=False, soft_wrap=True)
    out.print(f"{len(rows)} notices are stuck{', perhaps more' if len(rows) == limit else ''}", highlight=False)


@app.command("resend")
def mail_resend(
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
    run(_mail_resend(load_settings_or_fail(), keys or [], said if all_refused else None, by, why))


async def _mail_resend(settings: Settings, named: list[str], said: str | None, by: str, why: str) -> None:
    async with records(settings) as engine:
        keys = list(named)
        if said is not None:
            async with engine.connect() as connection:
                keys += [key for key in await mail_board.refused_keys(connection, said) if key not in named]
        try:
            for key in keys:
                await mail_board.resend(engine, key, by=by, why=why, at=datetime.now(UTC))
                out.print(f"{key}: queued again", markup=False, highlight=False, soft_wrap=True)
        finally:  # those before one that is refused go out all the same
            await _nudge_delivery(settings)
    if said is not None:
        out.print(f"{len(keys)} notices are sent again", highlight=False)


@app.command("give-up")
def mail_give_up(keys: Keys, why: Annotated[str, typer.Option(help="Why.")], by: By = "operator") -> None:
    """Give stuck notices up: they are not sent any more, and leave the board."""
    run(_mail_give_up(load_settings_or_fail(), keys, by, why))


async def _mail_give_up(settings: Settings, keys: list[str], by: str, why: str) -> None:
    async with records(settings) as engine:
        for key in keys:
            await mail_board.give_up(engine, key, by=by, why=why, at=datetime.now(UTC))
            out.print(f"{key}: given up", markup=False, highlight=False, soft_wrap=True)


@app.command("preview")
def mail_preview(
    kind: Annotated[str, typer.Argument(help="A kind of notice (docs/notices.md).")],
    post: Annotated[str, typer.Option(help="For which post; left out: one that may get it.")] = "",
    language: Annotated[str, typer.Option(help="Left out: that of the post's mails.")] = "",
    html: Annotated[bool, typer.Option("--html", help="The HTML instead of the text.")] = False,
) -> None:
    """Show any kind of notice as any post would get it, with made-up facts; nothing is sent."""
    run(_mail_preview(load_settings_or_fail(), kind, post, language, html=html))


async def _mail_preview(settings: Settings, kind: str, post: str, language: str, *, html: bool) -> None:
    if kind not in (kinds := [*NOTICE_KINDS, *OF_NO_CASE]):
        raise Refused(RefusalKind.INVALID, f"There is no kind of notice {kind}; there are {', '.join(kinds)}.")
    if language and language not in mail_languages():
        raise Refused(
            RefusalKind.INVALID, f"Mails are not written in {language}; they are in {', '.join(mail_languages())}."
        )
    wanted = post_named(post) if post else None
    async with records(settings) as engine, engine.connect() as connection:
        mail = await mailing.preview_lines(connection, settings, kind, wanted, language, datetime.now(UTC))
    sys.stdout.write(mail.html if html else f"To: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}")


@app.command("pause")
def mail_pause(why: Annotated[str, typer.Option(help="Why.")], by: By = "operator") -> None:
    """Pause all mail: what is to be told is queued, and nothing goes out until it is resumed."""
    run(_mail_pause(load_settings_or_fail(), by, why))


async def _mail_pause(settings: Settings, by: str, why: str) -> int:
    async with records(settings) as engine:
        if await mail_pauses.pause_mail(engine, by, why, datetime.now(UTC)):
            out.print("all mail is paused; `ahg mail resume` lets it go out")
            return 0
    err.print("All mail is paused already; `ahg doctor` says by whom and why.", soft_wrap=True)
    return 1


@app.command("resume")
def mail_resume(by: By = "operator") -> None:
    """Let mail go out again; what was queued meanwhile is delivered, once."""
    run(_mail_resume(load_settings_or_fail(), by))


async def _mail_resume(settings: Settings, by: str) -> int:
    async with records(settings) as engine:
        if not await mail_pauses.resume_mail(engine, by, datetime.now(UTC)):
            err.print("Mail is not paused.")
            return 1
    out.print("mail goes out again")
    await _nudge_delivery(settings)
    return 0


async def _nudge_delivery(settings: Settings) -> None:
    """Have the delivery look at the queue; while Temporal is away, the worker does so by itself later."""
    try:
        await nudge_delivery(await worker.connect(settings), settings.delivery_queue)
    except TemporalAway:
        err.print(
            "Temporal does not answer; what is queued goes out within a quarter of an hour after it does.",
            soft_wrap=True,
        )


@app.command("preferences")
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
    run(_mail_preferences(load_settings_or_fail(), post, {**changes, "switches": switch or (), "reset": reset}))


async def _mail_preferences(settings: Settings, written: str, changes: dict[str, Any]) -> None:
    post, now = post_named(written), datetime.now(UTC)
    async with records(settings) as engine:
        if any(changes.values()):
            await wishes.change_preferences(engine, post, now, **changes)
            await _nudge_delivery(settings)
        for line in await wishes.preference_lines(engine, post, now):
            out.print(line, markup=False, highlight=False, soft_wrap=True)
