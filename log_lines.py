"""The lines of a process's log, whoever writes them: their format, what stands in each, and what stands in none.

With ``AHG_LOG_FORMAT=json`` each line is one JSON object, whoever writes it: we, a library, Python itself or Temporal's
core. No line holds a mail address or a link that acts: the first is written as a hash, by which lines on the same one are
known, the second without its token. What the command ``ahg`` says to its caller is no log.
"""

import hashlib
import json
import logging
import os
import re
import sys
import threading
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NoReturn

import structlog
from structlog.typing import Processor
from temporalio.runtime import LogForwardingConfig, LoggingConfig, TelemetryFilter

from settings import Settings

_TOLD_BESIDE = ("temporal_workflow", "temporal_activity")
"""What lines of the standard library have besides their text, that is written too."""

_ADDRESS = re.compile(r"[^\s<>\"'(),;:=@\[\]{}/\\]+@[^\s<>\"'(),;:=@\[\]{}/\\]+")
_ACTING = re.compile(r"(/(?:sign-in|answer|off)/|[?&](?:key|code|state)=)[\w.~%=-]{12,}")


def hashed_address(email: str) -> str:
    """What stands in log lines for a mail address."""
    return hashlib.sha256(email.casefold().encode(errors="replace")).hexdigest()[:16]


def set_up_logs(settings: Settings) -> None:
    """Set the format and the least level of this process's log lines, whoever writes them, as the settings say."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    common: list[Processor] = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, stamp]
    plain = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback)
    last: list[Processor] = [_as_json] if settings.log_format == "json" else [_quoted, plain]
    ending: list[Processor] = [structlog.processors.format_exc_info, _without_secrets, *last]
    of_others = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(allow=_TOLD_BESIDE), *common],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(of_others)
    # What libraries say at DEBUG is what passes through them: mails line by line, requests with their tokens.
    least = max(logging.INFO, getattr(logging, settings.log_level))
    logging.basicConfig(level=least, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(max(least, logging.WARNING))  # a first start would be lost in its lines
    structlog.configure(
        processors=[*common, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level)),
    )
    warnings.showwarning = _log_warning
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_thread
    sys.unraisablehook = _log_unraisable


@contextmanager
def only_warnings() -> Iterator[None]:
    """While a command of ``ahg`` does in its own process what a worker does, its caller is told of warnings alone."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        yield
    finally:
        structlog.configure(**before)


def core_logging() -> LoggingConfig:
    """How Temporal's core writes its lines: through our log, as all others do."""
    forwarded = LogForwardingConfig(logging.getLogger("temporalio.core"), append_target_to_name=False)
    return LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=forwarded)


def refuse_to_start(why: object, json_lines: bool) -> NoReturn:
    """Say why a program does not start, and end it with 2."""
    said = str(why)
    if json_lines:
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        line = stamp(None, "error", {"event": "the program does not start", "why": said, "level": "error"})
        said = _as_json(None, "error", line)
    sys.stderr.write(f"{said}\n")
    raise SystemExit(2)


def _as_json(_logger: object, _name: str, line: MutableMapping[str, Any]) -> str:
    """One line of JSON. What JSON has no word for is written as Python writes it."""
    try:
        return json.dumps(line, default=repr, allow_nan=False)
    except (TypeError, ValueError):  # a key that is no text, a number that is none
        return json.dumps({str(name): one if isinstance(one, str) else repr(one) for name, one in line.items()})


def _without_secrets(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in line.items():
        line[name] = _cleaned(value)
    return line


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict):
        return {name: _cleaned(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_cleaned(one) for one in value]
    if isinstance(value, (int, float, type(None))):
        return value
    return _clean(str(value) if isinstance(value, os.PathLike) else repr(value))


def _clean(text: str) -> str:
    if "@" in text:
        text = _ADDRESS.sub(lambda found: f"address:{hashed_address(found[0])}", text)
    return _ACTING.sub(r"\1...", text)


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


# what Python itself would write -------------------------------------------------------------------------------------

_PYTHON = logging.getLogger("python")


def _log_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, *_where: object, **_more: object
) -> None:
    _PYTHON.warning("%s: %s (%s:%d)", category.__name__, message, filename, lineno)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _PYTHON.critical("the program ends by a fault", exc_info=(kind, error, trace))


def _log_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _PYTHON.critical("a thread ends by a fault", exc_info=args.exc_value)


def _log_unraisable(args: "sys.UnraisableHookArgs") -> None:
    _PYTHON.error("a fault that nobody could be told of: %s", args.err_msg, exc_info=args.exc_value)
