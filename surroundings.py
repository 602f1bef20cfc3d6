"""What a process sees to before its work: whom its files are open to, how it writes its log, which settings it gets."""

import base64
import logging
import os
import stat
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import structlog
from structlog.typing import Processor

from settings import PREFIX, Settings, SettingsError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO

# settings that a process gets ---------------------------------------------------------------------------------------

_EVERY = frozenset(("data_dir", "log_format", "log_level"))
_RECORDS = _EVERY | {"database_url", "sqlite_synchronous"}
_CASES = _RECORDS | {
    *("temporal_mode", "temporal_port", "temporal_namespace", "task_queue", "delivery_queue"),
    *("payload_keys", "history_limit"),
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


def _quoted(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """With line ends and control characters of texts written out, so that no text makes a line of its own.

    A traceback has lines, none of which begins as one of the log does.
    """
    for name, value in line.items():
        if isinstance(value, str) and not value.isprintable():
            lines = value.splitlines() if name in ("exception", "stack") else [value]
            written = ("".join(c if c.isprintable() else ascii(c)[1:-1] for c in one) for one in lines)
            line[name] = "\n  | ".join(written)
    return line


# log lines ----------------------------------------------------------------------------------------------------------


def set_up_logs(settings: Settings) -> None:
    """Set the format and the least level of this process's log lines, whoever writes them, as the settings say."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    common: list[Processor] = [structlog.processors.add_log_level, stamp]
    plain = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback)
    last: list[Processor] = [structlog.processors.JSONRenderer()] if settings.log_format == "json" else [_quoted, plain]
    ending: list[Processor] = [structlog.processors.format_exc_info, *last]
    of_others = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *common],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(of_others)
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    structlog.configure(
        processors=[*common, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level)),
    )
