"""What a process sees to before its work and at its end: its files, its settings, and the way out."""

import atexit
import base64
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from settings import PREFIX, Settings, SettingsError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO

# settings that a process gets ---------------------------------------------------------------------------------------

_EVERY = frozenset(("data_dir", "log_format", "log_level"))
_RECORDS = _EVERY | {"database_url", "sqlite_synchronous"}
_CASES = _RECORDS | {
    *("temporal_mode", "temporal_port", "temporal_namespace", "task_queue", "delivery_queue"),
    *("payload_keys", "history_limit", "traces_url"),
}
_MAILS = _CASES | {
    *("smtp_host", "smtp_port", "smtp_security", "smtp_username", "smtp_password", "mail_from"),
    *("public_url", "web_port"),  # where links in mails lead; without the first it is made of the second
}
_PAGES = {
    *(
        "command_key",
        "command_public_keys",
        "checkpoint_key",
        "witness_keys",
        "web_host",
        "forwarded_allow_ips",
        "metrics_token",
        "mail_catcher",
    ),
    *("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name"),
    *("attachments_dir", "attachment_mb", "attachments_mb", "attachments_max"),
    *("attachments_member_mb", "attachments_case_mb", "attachments_kept_mb"),
}
_WORK = {
    *("command_public_keys", "worker_build", "max_cached_workflows", "smtp_connections"),
    *("worker_metrics_port", "worker_metrics_host"),
    *("imap_host", "imap_port", "imap_security", "imap_username", "imap_password", "imap_folder", "imap_minutes"),
}

NEEDS = MappingProxyType(
    {
        "mail": _EVERY | {"smtp_host", "smtp_port"},
        "temporal": frozenset[str](),
        "prepare": _RECORDS | {"payload_keys", "command_public_keys", "migration_database_url", "checkpoint_key"},
        "worker": _MAILS | _WORK,
        "web": _MAILS | _PAGES,
    }
)
"""The settings that each process gets. The pages send the links to sign in by, and so need the mail server."""


def environment_for(process: str, settings: Settings) -> dict[str, str]:
    """The environment of a process: this one's with the settings that it needs, and no others.

    How to reach Temporal is said to those alone that talk to it.
    """
    needs = NEEDS[process]
    own = settings.environment(needs)
    if "command_public_keys" in needs and "command_key" not in needs:  # it checks signatures, and can make none
        with suppress(SettingsError):  # there is no key yet; whoever needs it says so
            public = ",".join(base64.b64encode(one).decode() for one in settings.command_publics)
            own[f"{PREFIX}COMMAND_PUBLIC_KEYS"] = public
    if "temporal_mode" in needs:
        return own
    return {name: value for name, value in own.items() if not name.upper().startswith("TEMPORAL_")}


# files --------------------------------------------------------------------------------------------------------------


def close_to_others() -> None:
    """Let this process and its children make files that nobody else can read."""
    os.umask(0o077)


def open_to_others(settings: Settings) -> Iterator[Path]:
    """The data folder, what is in it, and the database's file, as far as others can read or enter them."""
    for path in _kept(settings):
        with suppress(FileNotFoundError):  # a file that a database or a server has removed meanwhile
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode) and mode & _OTHERS:
                yield path


def close_data_folder(settings: Settings) -> list[Path]:
    """Take everybody else's rights from what is kept on this machine; returns what was open.

    Raises:
        SettingsError: something cannot be closed, as when it is another user's.
    """
    opened = list(open_to_others(settings))
    for path in opened:
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
        except FileNotFoundError:
            continue
        except OSError as error:
            said = f"others can read {path}, and this cannot be changed ({error.strerror})"
            raise SettingsError(f"AHG_DATA_DIR: {said}; give it to the user that runs the product") from None
    return opened


def _kept(settings: Settings) -> Iterator[Path]:
    folder = settings.data_dir
    for kept in dict.fromkeys((folder, settings.attachments_folder)):
        if not kept.is_dir() or (kept is not folder and folder in kept.parents):
            continue
        yield kept
        for at, folders, files in os.walk(kept):
            yield from (Path(at, name) for name in (*folders, *files))
    scheme, _, file = settings.database.partition(":///")
    beside = (Path(f"{file}{end}") for end in ("", "-wal", "-shm")) if scheme.startswith("sqlite") and file else ()
    yield from (path for path in beside if path.is_file() and folder not in path.parents)


# the end ------------------------------------------------------------------------------------------------------------


def exit_without_teardown(program: Callable[[], object]) -> NoReturn:
    """Run a program, and end the process with its exit code and without taking the interpreter down.

    The threads of Temporal's core outlive the event loop. One of them that still has a word for Python while the
    interpreter is taken down aborts the process, which has done all its work (temporalio/sdk-python, 300). So what
    is due at exit is done here, in the order and the way in which `multiprocessing` ends its processes.
    """
    code = 1
    try:
        program()
        code = 0
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else int(asked.code is not None)
        if isinstance(asked.code, str):
            sys.stderr.write(f"{asked.code}\n")
    except BaseException:  # noqa: BLE001 - said as the interpreter says it
        sys.excepthook(*sys.exc_info())
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(code)
