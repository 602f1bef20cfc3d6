"""``ahg case``: cases looked at, acted on and exported."""

import getpass
import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import typer
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

import db
import worker
from casework import Casework
from models.authentication import Means
from models.command_signing import CommandSigner
from models.log import Entry
from models.readings import Reading, WhatWasRead
from models.refusal import RefusalKind, Refused
from models.rules import allowed
from ops import mail as mailing
from ops.commands.terminal import NOT_ANSWERED, TEMPORAL_AWAY, as_command, complain, files, out, post_named, say
from ops.yaml12 import NotYaml, read_yaml
from records import proof, queries
from records.csv_text import BYTE_ORDER_MARK, csv_text
from records.readings import note_readings
from records.rows import columns_of, table_of
from settings import Settings, load_settings
from workflows.client import CaseClient, NotAnswered, TemporalAway

app = typer.Typer(no_args_is_help=True, help="Look at cases and act on them.")

_Found = TypeVar("_Found")


@app.command("list")
@as_command
async def case_list(
    stage: Annotated[str | None, typer.Option(help="Only cases in this stage.")] = None,
    after: Annotated[str, typer.Option(help="Begin after this reference.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.")] = 100,
) -> None:
    """List cases: stage, whose turn it is, until when."""
    async with db.open_engine(load_settings()) as engine, engine.connect() as connection:
        rows = await queries.case_rows(connection, stage=stage, after=after, limit=limit)
    table = Table("Case", "Stage", "Waits for", "Until (UTC)", "Clock", "Title", box=None)
    for row in rows:
        until = row.due.strftime("%Y-%m-%d %H:%M") if row.due else ""
        table.add_row(row.reference, row.stage, ", ".join(row.waiting_on), until, row.clock, row.title)
    out.print(table)
    say(f"{len(rows)} cases")


@app.command("show")
@as_command
async def case_show(reference: str) -> None:
    """Show one case with everything on record, as JSON."""
    async with db.open_engine(load_settings()) as engine:
        async with engine.connect() as connection:
            shown = columns_of(_found(await queries.case_row(connection, reference), reference))
            for kind in queries.PARTS:
                rows = await queries.parts(connection, reference, kind)
                shown[table_of(kind).name] = [columns_of(part) for part in rows]
        await _note_taken(engine, reference, f"case show {reference}")
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2, default=str) + "\n")


@app.command("do")
@as_command
async def case_do(
    command: Annotated[str, typer.Argument(help="A command: submit, accept, decide, respond, ...")],
    by: Annotated[str, typer.Option(help="The post that acts, as MEMBER/POST.")],
    reference: Annotated[str | None, typer.Option("--case", help="The case; left out for draft and submit.")] = None,
    fields: Annotated[str, typer.Option("--with", help="The command's fields, as YAML or JSON.")] = "{}",
    command_id: Annotated[str | None, typer.Option("--id", help="Id of the command; the same id acts once.")] = None,
    seen: Annotated[int | None, typer.Option(help="Newest entry you have seen; refused if it is stale.")] = None,
) -> int:
    """Do a command on a case."""
    settings = load_settings()
    given, own_id = fields_written(fields), command_id or uuid4().hex
    try:
        client = await worker.connect(settings)
        async with db.open_engine(settings) as engine:
            casework = Casework(engine, _desk(settings, client), files=files(settings, engine))
            done = await casework.act(
                command, given, by=by, means=Means.COMMAND_LINE, command_id=own_id, reference=reference, seen=seen
            )
    except NotAnswered as away:
        complain(TEMPORAL_AWAY if isinstance(away, TemporalAway) else str(away))
        complain(f"The id of the command is {own_id}. Send it again with this id, and it is done once:")
        complain(_again(command, by, reference, fields, own_id, seen))
        return NOT_ANSWERED
    waiting = f"; waits for {', '.join(done.waiting_on)}" if done.waiting_on else ""
    say(f"{done.reference} entry {done.seq}: {done.stage}{waiting}")
    return 0


def _again(command: str, by: str, reference: str | None, fields: str, command_id: str, seen: int | None) -> str:
    """The same command with its id, as a shell takes it."""
    words = ["ahg", "case", "do", command, "--by", by, *(["--case", reference] if reference else [])]
    words += ["--with", fields, *(["--seen", str(seen)] if seen is not None else []), "--id", command_id]
    return shlex.join(words)


@app.command("allowed")
@as_command
async def case_allowed(reference: str, by: Annotated[str, typer.Option(help="The post.")]) -> None:
    """Say what a post may do with a case now."""
    settings = load_settings()
    client = await worker.connect(settings)
    case = await _desk(settings, client).state(reference)
    say(", ".join(allowed(case, post_named(by))) or "nothing")


@app.command("history")
@as_command
async def case_history(reference: str) -> None:
    """Show the log of a case: who did what, when."""
    async with db.open_engine(load_settings()) as engine, engine.connect() as connection:
        entries = _found(await queries.entries(connection, reference), reference)
    for entry in entries:
        at = entry.at.strftime("%Y-%m-%d %H:%M:%S")
        who = "the clock" if entry.by_clock else str(entry.by)
        via = f" (recorded by {entry.acted_for.by}: {entry.acted_for.how})" if entry.acted_for else ""
        text = entry.event.get("text") or ""
        say(f"{entry.seq:>4}  {at}  {who}{via}: {entry.type.replace('_', ' ')}  {text}".rstrip())


@app.command("export")
@as_command
async def case_export(
    reference: str, to: Annotated[Path | None, typer.Option(help="File to write; left out: standard output.")] = None
) -> None:
    """Export the log of a case as JSON lines that verify without the database (docs/log.md)."""
    async with db.open_engine(load_settings()) as engine:
        async with engine.connect() as connection:
            entries = _found(await queries.entries(connection, reference), reference)
        await _note_taken(engine, reference.partition("/")[0], f"case export {reference}")
    lines = "".join(json.dumps(exported_entry(entry), ensure_ascii=False) + "\n" for entry in entries)
    if to is None:
        sys.stdout.write(lines)
    else:
        to.write_text(lines, encoding="utf-8")


async def _note_taken(engine: AsyncEngine, reference: str, what: str) -> None:
    """Write down that whoever is at the command line is about to be given a case whole."""
    read = WhatWasRead(Reading.EXPORT, what)
    await note_readings(engine, reference, [read], post="", email=getpass.getuser(), at=datetime.now(UTC))


@app.command("told")
@as_command
async def case_told(
    reference: str, to: Annotated[Path | None, typer.Option(help="File to write as a table (CSV).")] = None
) -> None:
    """Show who was told what and when, and what became of each mail."""
    async with db.open_engine(load_settings()) as engine, engine.connect() as connection:
        _found(await queries.case_row(connection, reference), reference)
        notices = await proof.ledger_of_case(connection, reference)
    if to is not None:
        to.write_text(BYTE_ORDER_MARK + csv_text(proof.HEAD, proof.lines(notices)), encoding="utf-8", newline="")
    else:
        for text in mailing.told_lines(notices):
            say(text)


def _found(there: _Found | None, reference: str) -> _Found:
    """The row or the entries of a case. None, or no entries: the reference is refused, for there is no such case."""
    if not there:
        raise Refused(RefusalKind.NOT_FOUND, f"There is no case {reference}.")
    return there


def fields_written(text: str) -> dict[str, Any]:
    """A command's fields as they are written on the command line, as YAML or JSON.

    Raises:
        Refused: they are no mapping.
    """
    try:
        written = read_yaml(text)
    except NotYaml as error:
        place = f"line {error.place.line}, column {error.place.column}"
        raise Refused(RefusalKind.INVALID, f"--with is not YAML: {error} ({place}).") from None
    if written.faults:
        wrong = "; ".join(str(fault) for _, fault in written.faults)
        raise Refused(RefusalKind.INVALID, f"--with cannot be read: {wrong}.")
    if written.value is not None and not isinstance(written.value, dict):
        raise Refused(RefusalKind.INVALID, "--with must be a mapping, as in: {gate: activation, position: approve}.")
    return written.value or {}


def exported_entry(entry: Entry) -> dict[str, Any]:
    """An entry of the log as ``ahg case export`` writes it (docs/log.md), ready for JSON."""
    return {**entry.model_dump(mode="json"), "at": entry.at.isoformat()}


def _desk(settings: Settings, client: Client) -> CaseClient:
    return CaseClient(
        client, settings.task_queue, signer=CommandSigner(settings.command_seed), history_limit=settings.history_limit
    )
