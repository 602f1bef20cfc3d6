"""``ahg attachment``: the files of requests."""

from datetime import UTC, datetime

import typer

import db
from models.attachments import written_size
from ops.commands.terminal import as_command, say
from records.attachment_sweep import sweep_attachments
from settings import load_settings

app = typer.Typer(no_args_is_help=True, help="The files of requests.")


@app.callback()
def _group() -> None:
    """The files of requests."""


@app.command("sweep")
@as_command
async def attachment_sweep() -> None:
    """Remove files that no request, draft or log entry has named for a day. The pages do it once a day by themselves."""
    settings = load_settings()
    async with db.open_engine(settings) as engine:
        swept = await sweep_attachments(engine, settings.attachments_folder, datetime.now(UTC))
    say(f"{swept.forgotten} files forgotten, which go in a day; {swept.removed} removed, {written_size(swept.size)}")
