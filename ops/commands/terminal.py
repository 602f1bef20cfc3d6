"""What the commands share: the consoles, a run to its end, the settings, and the way to what is on record."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncEngine

import db
from models.attachments import Limits
from models.posts import Post
from models.refusal import RefusalKind, Refused
from ops.mail_preferences import NotKept
from ops.scenarios.play import Differs
from ops.scenarios.reading import ScenarioError
from ops.supervisor import SupervisorError
from records.attachments import Attachments
from records.directory import DirectoryError
from records.mail_board import NotDecided
from settings import Settings, SettingsError, load_settings
from workflows.client import NotAnswered, NotRecorded, TemporalAway

out = Console()
err = Console(stderr=True)


def run(what: Coroutine[Any, Any, int | None]) -> None:
    """Run a command to its end; what a user can mend is said in a sentence, without a trace."""
    try:
        code = asyncio.run(what)
    except SettingsError as error:
        _fail(str(error), 2)
    except TemporalAway:
        _fail("Temporal does not answer; is `ahg up` running? `ahg doctor` tells more.", 1)
    except (
        Refused,
        NotAnswered,
        NotRecorded,
        ScenarioError,
        SupervisorError,
        NotDecided,
        DirectoryError,
        NotKept,
    ) as error:
        _fail(str(error), 1)
    except Differs as error:
        _fail(f"differs: {error}", 1)
    else:
        raise typer.Exit(code or 0)


def _fail(sentence: str, code: int) -> NoReturn:
    err.print(sentence, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


@asynccontextmanager
async def records(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The database, for as long as a command needs it."""
    engine = db.make_engine(settings)
    try:
        yield engine
    finally:
        await engine.dispose()


def files(settings: Settings, engine: AsyncEngine) -> Attachments:
    """The files of requests, with the limits of the settings."""
    return Attachments(engine, settings.attachments_folder, Limits(*settings.attachment_limits))


def load_settings_or_fail() -> Settings:
    """The settings; a wrong one is named, and the command ends with 2."""
    try:
        return load_settings()
    except SettingsError as error:
        _fail(str(error), 2)


def post_named(written: str) -> Post:
    """The post that is written as MEMBER/POST; what is no post is refused with a sentence."""
    try:
        return Post(written)
    except ValueError as error:
        raise Refused(RefusalKind.INVALID, f"{error}.") from None
