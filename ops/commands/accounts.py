"""``ahg account``: the accounts of people who sign in."""

from datetime import UTC, datetime
from typing import Annotated

import typer

import db
from models.mail_addresses import folded
from ops.commands.terminal import as_command, complain, say
from records import second_factor
from settings import load_settings
from web.kit.account_mail import AccountEvent, tell_account
from web.kit.site import Site

app = typer.Typer(no_args_is_help=True, help="The accounts of people who sign in.")


@app.command("reset")
@as_command
async def account_reset(email: Annotated[str, typer.Argument(help="The mail address.")]) -> int:
    """Forget the second factor of an account whose device is lost, end its sessions, API tokens and passkeys.

    Its owner is told by mail.
    """
    settings = load_settings()
    async with db.open_engine(settings) as engine:
        if not await second_factor.reset_account(engine, email, datetime.now(UTC)):
            complain(f"Nobody has signed in as {email}.")
            return 1
        told = await tell_account(Site(settings, engine), None, folded(email), AccountEvent.RESET)
    say("reset: the next sign-in sets up a new second factor")
    if not told:
        complain("The owner could not be told by mail: make sure otherwise that it was the owner who asked.")
    return 0
