"""Templates use only facts that the models give; the registry names what is missing or left over."""

import ast
import re
from pathlib import Path

import pytest

import models.notices
import models.recommendation
from notifications import registry
from notifications.environment import SHARED, TEMPLATES, language_of
from notifications.registry import REGISTRY, DeliveryRule, Optionality, Pace
from notifications.sample_facts import SAMPLE_FACTS


def _given() -> set[str]:
    """Every name that the models' source could give a fact: keywords of calls and keys of literals."""
    names: set[str] = set()
    tells = [file for told in (models.notices, models.recommendation) for file in Path(told.__path__[0]).glob("*.py")]
    for path in tells:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg:
                names.add(node.arg)
            elif isinstance(node, ast.Dict):
                names |= {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    return names


def test_samples_hold_only_facts_that_the_models_give() -> None:
    assert {name for facts in SAMPLE_FACTS.values() for name in facts.model_dump()} <= _given() | {"version", "changed"}


@pytest.mark.parametrize("entry", REGISTRY.values(), ids=list(REGISTRY))
def test_a_template_uses_only_facts_of_its_kind(entry: DeliveryRule) -> None:
    source = "".join((entry.folder / part).read_text(encoding="utf-8") for part in registry.TEMPLATE_PARTS)
    for shared in ("gate.txt", "ended.txt", "not_held.txt"):
        if shared in source:
            source += (TEMPLATES / shared).read_text(encoding="utf-8")
    optional = {
        "completeness_requested": {"version", "changed"},
        "review_requested": {"place_of"},
        "admission_refused": {"because"},
        "recording_contested": {"anew", "outcomes", "recommendation", "waivers"},
        "list_awaited": {"first"},
        "closing_awaited": {"first", "do"},
        "consent_requested": {"stage"},
        "consent_reminder": {"stage"},
        "circulated": {"stage"},
        "recommendation_addressed": {"silent"},
        "recommendation_due": {"silent"},
        "recommendation_overdue": {"silent"},
        "recommendation_resolved": {"silent", "member"},
        "meeting_called": {"moved", "was_starts", "was_ends", "was_place"},
        "request_withdrawn": {"undecided", "not_held", "goes_on"},
        "report_tabled": {"because", "post"},
        "contributions_requested": {"early"},
        "report_begun": {"early"},
        "case_ended": {"not_held", "goes_on"},
        "participant_left": {"not_held"},
    }
    of_gates = {"recorded"} if "gate.txt" in source else set()
    given = set(SAMPLE_FACTS[entry.kind].model_dump()) | optional.get(entry.kind, set()) | of_gates
    assert set(re.findall(r"facts\.(\w+)", source)) <= given


@pytest.mark.parametrize("entry", REGISTRY.values(), ids=list(REGISTRY))
def test_every_sentence_can_be_translated(entry: DeliveryRule) -> None:
    shared = [TEMPLATES / name for name in SHARED if name.endswith(".txt")]
    for path in (*(entry.folder / part for part in registry.TEMPLATE_PARTS), *shared):
        source = path.read_text(encoding="utf-8")
        bare = re.sub(r"\{% trans.*?endtrans \+?%\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", source, flags=re.DOTALL)
        assert not re.search(r"\w", bare), bare


def test_the_registry_names_what_is_missing_and_what_is_left_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "TEMPLATES", tmp_path)
    (tmp_path / "nobody").mkdir()
    (tmp_path / "nobody" / "body.txt").touch()
    found = list(registry._faults())
    assert "the template nobody/body.txt belongs to no kind of notice" in found
    assert "invited/subject.txt is missing" in found
    monkeypatch.undo()
    monkeypatch.delitem(registry.REGISTRY, "invited")
    assert any("invited" in fault for fault in registry._faults())


def test_what_waits_for_a_digest_can_be_switched_off() -> None:
    assert all(entry.optionality is Optionality.OPTIONAL for entry in REGISTRY.values() if entry.pace is Pace.DIGEST)


@pytest.mark.parametrize("tag", ["en", "xx", "", "../../etc", "zh-Hant"])
def test_without_a_catalogue_readers_are_written_to_in_english(tag: str) -> None:
    assert language_of(tag) == "en"
