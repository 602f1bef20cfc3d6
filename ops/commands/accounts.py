"""``ahg account``: the accounts of people who sign in."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from ops.commands.terminal import err, load_settings_or_fail, out, records, run
from records import second_factor
from settings import Settings

app = typer.Typer(no_args_is_help=True, help="The accounts of people who sign in.")


@app.command("reset")
def account_reset(email: Annotated[str, typer.Argument(help="The mail address.")]) -> None:
    """Forget the second factor of an account whose device is lost, and end its sessions and API tokens."""
    run(_account_reset(load_settings_or_fail(), email))


async def _account_reset(settings: Settings, email: str) -> int:
    async with records(settings) as engine:
        known = await second_factor.reset_account(engine, email, datetime.now(UTC))
    if not known:
        err.print(f"Nobody has signed in as {email}.", markup=False, highlight=False, soft_wrap=True)
        return 1
    out.print("reset: the next sign-in sets up a new second factor", highlight=False)
    return 0
