"""What the commands share: consoles and lines on them, the run of a coroutine, and the files of requests."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, NoReturn, ParamSpec

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.service import RPCError

from log_lines import only_warnings
from models.attachments import Limits
from models.posts import Post
from models.refusal import RefusalKind, Refused
from ops.mail_preferences import NotKept
from ops.scenarios.play import Differs
from ops.scenarios.reading import ScenarioError
from ops.supervisor import SupervisorError
from records.attachments import Attachments
from records.backup import DamagedBackup, RecordsThere
from records.directory import DirectoryError
from records.mail_board import NotDecided
from settings import Settings, SettingsError
from workflows.client import NotAnswered, NotRecorded, TemporalAway

out = Console()
err = Console(stderr=True)

_Given = ParamSpec("_Given")
NOT_ANSWERED = 3
"""Exit code when nothing has answered: whether it was done is not known, and to do it again is safe."""

TEMPORAL_AWAY = "Temporal does not answer; is `ahg up` running? `ahg doctor` tells more."

_MENDABLE = (
    Refused,
    NotRecorded,
    ScenarioError,
    SupervisorError,
    NotDecided,
    DirectoryError,
    NotKept,
    DamagedBackup,
    RecordsThere,
    FileExistsError,
    FileNotFoundError,
)
"""Errors whose text tells the user what to mend."""


def as_command(work: Callable[_Given, Coroutine[Any, Any, int | None]]) -> Callable[_Given, None]:
    """The coroutine as a command of Typer: it runs to its end, and its answer is the exit code (None: 0).

    What a user can mend is said in a sentence, without a trace; the exit code is then 1, for a wrong setting 2, and
    3 when Temporal or a case has not answered.
    """

    @wraps(work)
    def run(*args: _Given.args, **options: _Given.kwargs) -> None:
        try:
            with only_warnings():
                code = asyncio.run(work(*args, **options))
        except SettingsError as error:
            _fail(str(error), 2)
        except TemporalAway:
            _fail(TEMPORAL_AWAY, NOT_ANSWERED)
        except RPCError as error:
            _fail(f"Temporal does not do what it is asked: {error.message}", NOT_ANSWERED)
        except NotAnswered as error:
            _fail(str(error), NOT_ANSWERED)
        except _MENDABLE as error:
            _fail(str(error), 1)
        except Differs as error:
            _fail(f"differs: {error}", 1)
        else:
            raise typer.Exit(code or 0)

    return run


def _fail(sentence: str, code: int) -> NoReturn:
    complain(sentence)
    raise typer.Exit(code)


def say(text: str) -> None:
    """Print a line on standard output as it is: no markup, no colours, no line breaks added."""
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def complain(text: str) -> None:
    """Print a line on standard error as it is: no markup, no colours, no line breaks added."""
    err.print(text, markup=False, highlight=False, soft_wrap=True)


def shown_by(progress: Progress, what: str) -> Callable[[int, int], None]:
    """A function that shows on a progress bar how many are done, and of how many."""
    task = progress.add_task(what, total=None)
    return lambda done, of: progress.update(task, completed=done, total=of)


def files(settings: Settings, engine: AsyncEngine) -> Attachments:
    """The files of requests, with the limits of the settings."""
    return Attachments(engine, settings.attachments_folder, Limits(*settings.attachment_limits))


def post_named(written: str) -> Post:
    """The post that is written as MEMBER/POST; what is no post is refused with a sentence."""
    try:
        return Post(written)
    except ValueError as error:
        raise Refused(RefusalKind.INVALID, f"{error}.") from None
