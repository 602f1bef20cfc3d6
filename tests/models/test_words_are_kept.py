"""Nothing that a post says is lost: what any command says with it stands in an entry of the log."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from models.case import Case
from models.commands import ActFor, Command
from models.rules import RULES, Transition, apply_command
from tests import tabletop
from tests.table_of_scenarios import play_on_the_table

SCENARIOS = Path(__file__).parents[1] / "scenarios"
WORDS = "Said with it."
WITHOUT_WORDS = {"submit", "adopt", "log_exchange"}
"""A request has no words beside its own fields, an answer to a recommendation is of another log, and of an exchange the
content is not kept."""


def few_that_give_all_commands() -> list[Path]:
    """Scenarios that give every command between them: of those left, always the one that gives most that are missing."""
    gives = {
        path: set(re.findall(r"do: (\w+)", path.read_text(encoding="utf-8"))) for path in SCENARIOS.rglob("*.yaml")
    }
    chosen, left = [], set(RULES)
    while left:
        chosen.append(max(sorted(gives), key=lambda path: len(gives[path] & left)))
        assert gives[chosen[-1]] & left, f"no scenario gives {left}"
        left -= gives[chosen[-1]]
    return chosen


def saying(command: Command) -> Command:
    """The command, with words where it says none."""
    body = command.body
    inner = body.command if isinstance(body, ActFor) else body
    if inner.do == "log_exchange" or getattr(inner, "text", None) != "":
        return command
    inner = inner.model_copy(update={"text": WORDS})
    return command.model_copy(
        update={"body": body.model_copy(update={"command": inner}) if isinstance(body, ActFor) else inner}
    )


def test_what_any_command_says_stands_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, lost = set[str](), set[str]()

    def applied(case: Case, command: Command, now: datetime) -> Transition:
        taken = apply_command(case, command, now)
        said = saying(command)
        body = said.body.command if isinstance(said.body, ActFor) else said.body
        if text := getattr(body, "text", ""):
            entries = apply_command(case, said, now).entries
            (kept if any(text in one for entry in entries for one in _texts(entry.event)) else lost).add(taken.do)
        return taken

    monkeypatch.setattr(tabletop, "apply_command", applied)
    for path in few_that_give_all_commands():
        play_on_the_table(path)

    assert not lost
    assert kept == set(RULES) - WITHOUT_WORDS


def _texts(said: object) -> list[str]:
    """All the texts in an event."""
    if isinstance(said, str):
        return [said]
    parts = said.values() if isinstance(said, dict) else said if isinstance(said, list | tuple) else ()
    return [text for part in parts for text in _texts(part)]
