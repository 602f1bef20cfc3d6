"""``ahg backup``, ``ahg restore`` and ``ahg restored``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

import db
from ops.backup import back_keys_up, made_words, make_backup, restore_backup, restore_keys
from ops.commands.terminal import as_command, say
from records.backup import hold_what_waited, sign_everybody_out
from settings import load_settings

_KEYS = "The file for the keys that lie in the data folder; keep it elsewhere than the records."


@as_command
async def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there.")],
    keys: Annotated[Path | None, typer.Option(help=_KEYS)] = None,
) -> None:
    """Write the records, as they are at one moment, and the files of requests into one file, while the product works."""
    settings = load_settings()
    if keys is not None:
        say(f"{keys}: {', '.join(back_keys_up(settings, keys)) or 'no keys lie in the data folder'}")
    contents = await make_backup(settings, file, datetime.now(UTC))
    say(f"{file}: {made_words(contents)}")


@as_command
async def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    keys: Annotated[Path | None, typer.Option(help="A backup of keys; a key that is there stays.")] = None,
) -> None:
    """Bring a backup into an empty database, with nothing running; mail is paused, and what waited is for the board."""
    settings = load_settings()
    if keys is not None:
        say(f"{keys}: {', '.join(restore_keys(settings, keys)) or 'every key was there already'}")
    contents = await restore_backup(settings, file, datetime.now(UTC))
    say(f"{file}: {made_words(contents)}")
    say("Start the product on an empty Temporal: the cases begin again from their logs. Then check with `ahg verify`.")
    say("Mail is paused: look through the board of mails, and let it go out with `ahg mail resume`.")


@as_command
async def restored() -> None:
    """After the database was brought back to an earlier moment by its own tools: pause mail, and sign everybody out."""
    settings = load_settings()
    async with db.open_engine(settings, owning=True) as engine, db.write_transaction(engine) as connection:
        await hold_what_waited(connection, datetime.now(UTC))
        await sign_everybody_out(connection)
    say("Mail is paused, and what waited at that moment is ambiguous; changes of posts that waited are overtaken.")
    say("Start the product on an empty Temporal, check with `ahg verify`, then look through the board of mails.")
