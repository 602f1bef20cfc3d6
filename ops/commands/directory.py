"""``ahg directory``: the directory of members, imported and listed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import db
from ops.commands.terminal import load_settings_or_fail, out, records, run
from records import directory as members
from records import directory_changes
from settings import Settings

app = typer.Typer(no_args_is_help=True, help="The directory of members.")


@app.command("import")
def directory_import(
    file: Annotated[Path, typer.Argument(help="CSV: code, name, kind, co_chair, steering_group, ahg_2009.")],
) -> None:
    """Import a member list: members are added or updated by their code, none is removed."""
    run(_directory_import(load_settings_or_fail(), file))


async def _directory_import(settings: Settings, file: Path) -> None:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise members.DirectoryError(f"{file}: {error}") from None
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with records(settings) as engine:
        await db.migrate(settings.database)
        count = await directory_changes.import_list(engine, text, datetime.now(UTC))
    out.print(f"{count} members imported", highlight=False)


@app.command("list")
def directory_list() -> None:
    """List members, their kind and what they hold."""
    run(_directory_list(load_settings_or_fail()))


async def _directory_list(settings: Settings) -> None:
    async with records(settings) as engine, engine.connect() as connection:
        rows = await members.read_members(connection)
    table = Table("Code", "Name", "Kind", "Holds", "Time zone", box=None)
    for row in rows:
        holds = [word for word, held in (("Co-Chair", row.co_chair), ("Steering Group", row.steering_group)) if held]
        table.add_row(row.code, row.name, row.kind, ", ".join(holds), row.zone)
    out.print(table)
    out.print(f"{len(rows)} members", highlight=False)
