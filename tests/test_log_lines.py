"""Each line of a process's log: of one format, whoever writes it, and without what is nobody's to read there."""

import gc
import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

import db
from log_lines import hashed_address, set_up_logs
from models.log import Entry
from settings import Settings
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[1]


@pytest.fixture
def _logs_as_they_were() -> object:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning
    yield
    root.handlers[:], root.level = before[0], before[1]
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.usefixtures("_logs_as_they_were")
def test_lines_of_others_are_written_as_ours_are(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(settings.model_copy(update={"log_format": "json", "log_level": "WARNING"}))
    logging.getLogger("others").warning("half %s", "sent")
    logging.getLogger("others").info("not kept")
    said = capsys.readouterr().err
    (line,) = [one for one in said.splitlines() if "half sent" in one]
    written = json.loads(line)

    assert "not kept" not in said
    assert (written["event"], written["level"], written["logger"]) == ("half sent", "warning", "others")


@pytest.mark.usefixtures("_logs_as_they_were")
def test_no_text_makes_a_line_of_the_log_of_its_own(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(settings)
    forged = "x\n2026-01-01 00:00:00 [info     ] signed in\x1b[2K\u2028\x85 \u202e"
    try:
        raise ValueError(forged)
    except ValueError:
        logging.getLogger("others").exception("%s", forged)
        structlog.get_logger("ours").error(forged, name=forged, exc_info=True)
    said = capsys.readouterr()

    lines = (said.err + said.out).splitlines()
    assert len([line for line in lines if "signed in" in line]) >= 4
    assert not [line for line in lines if line.startswith("2026-01-01")]
    assert not set("\x1b\x85\u2028\u202e") & set(said.err + said.out)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """The lines that were written, each of which must be JSON."""
    said = capsys.readouterr()
    return [json.loads(line) for line in (said.err + said.out).splitlines()]


def as_json(settings: Settings) -> None:
    set_up_logs(settings.model_copy(update={"log_format": "json"}))


@pytest.mark.usefixtures("_logs_as_they_were")
def test_what_python_says_itself_is_json_too(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    as_json(settings)

    class Faulty:
        def __del__(self) -> None:
            raise ValueError("nobody hears it")

    def fail() -> None:
        raise ValueError("in a thread")

    warnings.warn("it is old", DeprecationWarning, stacklevel=1)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    Faulty()
    gc.collect()
    lines = written(capsys)

    said = " ".join(f"{line['event']} {line.get('exception', '')}" for line in lines)
    assert "DeprecationWarning: it is old" in said
    assert "ValueError: in a thread" in said
    assert "ValueError: nobody hears it" in said
    assert {"level", "timestamp", "event"} <= set.intersection(*(set(line) for line in lines))


@pytest.mark.usefixtures("_logs_as_they_were")
def test_whatever_a_line_is_given_it_is_json(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    as_json(settings)
    structlog.get_logger("ours").info("odd", path=ROOT, number=float("nan"), lone="\ud800", nested={1: {2}, "a": b"x"})
    logging.getLogger("others").warning("as it is", extra={"temporal_workflow": {"workflow_id": "AHG-2026-001"}})
    others, odd = written(capsys)

    assert odd["event"] == "odd"
    assert odd["lone"] in ("\ud800", repr("\ud800"))
    assert others["temporal_workflow"] == {"workflow_id": "AHG-2026-001"}


@pytest.mark.usefixtures("_logs_as_they_were")
def test_a_line_holds_the_request_in_whose_course_it_was_written(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    as_json(settings)
    structlog.contextvars.bind_contextvars(request="r-1")
    structlog.get_logger("ours").info("ours")
    logging.getLogger("others").warning("others")

    assert [line["request"] for line in written(capsys)] == ["r-1", "r-1"]


@pytest.mark.usefixtures("_logs_as_they_were")
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_line_has_an_address_or_a_link_that_acts(
    log_format: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(settings.model_copy(update={"log_format": log_format}))
    try:
        raise ValueError("550 <Ana.Silva@example.org>: no such user")
    except ValueError:
        logging.getLogger("others").exception("to %s", "ana.silva@EXAMPLE.org")
    structlog.get_logger("ours").warning(
        "see https://ahg.example.org/sign-in/AAAABBBBCCCCDDDD and /mail?key=AAAABBBBCCCCDDDD",
        reply={"to": ["ana.silva@example.org"]},
        error=OSError("postgresql://ahg:hunter2@db.example.org/ahg"),
    )
    said = "".join(capsys.readouterr())

    assert "silva" not in said.lower()
    assert "AAAABBBB" not in said
    assert "hunter2" not in said
    assert said.count(hashed_address("ana.silva@example.org")) >= 3


async def test_a_fault_of_the_records_does_not_repeat_what_they_were_given(settings: Settings) -> None:
    engine = db.make_engine(settings)
    with pytest.raises(SQLAlchemyError) as fault:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("SELECT * FROM nowhere WHERE name = ?", ("Ana Silva",))
    await engine.dispose()

    assert "nowhere" in str(fault.value)
    assert "Ana Silva" not in str(fault.value)


def test_a_fault_of_the_domain_does_not_repeat_what_it_was_given() -> None:
    with pytest.raises(ValidationError) as fault:
        Entry.model_validate({"seq": "Ana Silva", "at": datetime.now(UTC)})

    assert "seq" in str(fault.value)
    assert "Ana Silva" not in str(fault.value)


@pytest.mark.parametrize("module", ["worker", "web.serve", "ops.prepare", "ops.catcher", "ops.supervisor"])
def test_a_program_that_does_not_start_says_why_in_json(module: str) -> None:
    """The programs begin with a wrong setting."""
    done = subprocess.run(
        (sys.executable, "-m", module),
        cwd=ROOT,
        env={**os.environ, "AHG_LOG_FORMAT": "json", "AHG_WEB_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    (line,) = [json.loads(one) for one in (done.stdout + done.stderr).splitlines()]

    assert done.returncode == 2
    assert "AHG_WEB_PORT" in line["why"]
