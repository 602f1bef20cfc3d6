"""``ahg account``: the accounts of people who sign in."""

from datetime import UTC, datetime
from typing import Annotated

import typer

import db
from ops.commands.terminal import as_command, complain, say
from records import second_factor
from settings import load_settings

app = typer.Typer(no_args_is_help=True, help="The accounts of people who sign in.")


@app.command("reset")
@as_command
async def account_reset(email: Annotated[str, typer.Argument(help="The mail address.")]) -> int:
    """Forget the second factor of an account whose device is lost, and end its sessions and API tokens."""
    async with db.open_engine(load_settings()) as engine:
        known = await second_factor.reset_account(engine, email, datetime.now(UTC))
    if not known:
        complain(f"Nobody has signed in as {email}.")
        return 1
    say("reset: the next sign-in sets up a new second factor")
    return 0
