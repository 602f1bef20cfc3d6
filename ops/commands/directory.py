"""``ahg directory``: the directory of members, imported and listed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import db
from notifications.addresses import announced_address
from ops.commands.terminal import as_command, out, say
from records import directory as members
from records.directory_import import import_list
from settings import load_settings

app = typer.Typer(no_args_is_help=True, help="The directory of members.")


@app.command("import")
@as_command
async def directory_import(
    file: Annotated[Path, typer.Argument(help="CSV: code, name, kind, co_chair, steering_group, ahg_2009.")],
) -> None:
    """Import a member list: members are added or updated by their code, none is removed.

    Who co-chairs, and who sits on the Steering Group, changes as on the pages: where a person co-chairs, it is announced.
    """
    settings = load_settings()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise members.DirectoryError(f"{file}: {error}") from None
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with db.open_engine(settings) as engine:
        await db.migrate(settings.database)
        done = await import_list(engine, text, datetime.now(UTC))
    say(f"{done.count} members imported")
    if done.announced is not None:
        when, page = done.announced.takes_effect_at, announced_address(done.announced.id)
        say(
            "Who co-chairs and who sits on the Steering Group is announced to the Co-Chairs: it takes effect at "
            f"{when:%Y-%m-%d %H:%M} UTC, unless one of them stops it ({settings.public_url}{page})."
        )


@app.command("list")
@as_command
async def directory_list() -> None:
    """List members, their kind and what they hold."""
    async with db.open_engine(load_settings()) as engine, engine.connect() as connection:
        rows = await members.read_members(connection)
    table = Table("Code", "Name", "Kind", "Holds", "Time zone", box=None)
    for row in rows:
        holds = [word for word, held in (("Co-Chair", row.co_chair), ("Steering Group", row.steering_group)) if held]
        table.add_row(row.code, row.name, row.kind, ", ".join(holds), row.zone)
    out.print(table)
    say(f"{len(rows)} members")
