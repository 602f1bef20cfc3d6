"""The tables are whole: commands, rules, events, ladders, notices; and refusals help."""

import ast
from pathlib import Path

import pytest

import models
from models import events
from models.case import Case, GateName
from models.commands import COMMANDS, parse
from models.evolve.handlers import HANDLERS
from models.ladder_subjects import SubjectKind, read_subject, subject_of
from models.notices import NOTICE_KINDS, NOTICE_RULES
from models.notices.clock import _BY_CLOCK
from models.posts import Post
from models.refusal import RefusalKind, Refused
from models.rules import RULES, allowed
from models.rules.clock import _FOLLOWS
from tests.models.helpers import (
    AU,
    LK,
    MY,
    RSO,
    at_work,
    in_review,
    in_selection,
    refuses,
    reported,
    reporting,
    submitted,
)
from tests.tabletop import Tabletop

SOURCES = {path: path.read_text() for path in Path(models.__file__).parent.rglob("*.py")}


def test_every_command_has_a_rule() -> None:
    """A draft is kept outside of any case; act_for takes the rule of the command inside."""
    assert set(COMMANDS) - set(RULES) == {"draft", "act_for"}
    assert set(RULES) <= set(COMMANDS)


def test_every_rule_says_what_it_allows_and_to_whom() -> None:
    for rule in RULES.values():
        assert rule.phrase
        assert rule.who_words
        assert rule.stages
        assert rule.apply.__doc__


def test_every_event_has_a_meaning() -> None:
    assert set(events.EVENTS.values()) == set(HANDLERS)


def test_every_ladder_that_is_set_has_what_follows_it() -> None:
    assert set(_FOLLOWS) == set(SubjectKind)
    assert set(_BY_CLOCK) <= set(_FOLLOWS)


def test_a_subject_is_written_and_read_back() -> None:
    for kind in SubjectKind:
        assert read_subject(subject_of(kind)) == (kind, "")
        assert read_subject(subject_of(kind, "Radio: net")) == (kind, "Radio: net")
    assert subject_of(SubjectKind.GATE, GateName.CLOSURE) == "gate:closure"


def test_every_event_that_is_told_is_an_event() -> None:
    assert set(NOTICE_RULES) <= set(events.EVENTS.values())


def _words_of(node: ast.expr) -> set[str]:
    """The texts that an expression may be: itself, or either side of a condition."""
    match node:
        case ast.Constant(value=str() as word):
            return {word}
        case ast.IfExp():
            return _words_of(node.body) | _words_of(node.orelse)
    return set()


def test_the_kinds_of_notices_that_the_code_names_are_those_that_are_listed() -> None:
    """A kind is an argument of ``notify`` or ``_tell`` by its place, or what ``kind`` is set to before."""
    named = set()
    for path in SOURCES:
        if path.parent.name in ("notices", "recommendation"):
            for node in ast.walk(ast.parse(SOURCES[path])):
                match node:
                    case ast.Call(func=ast.Name(id="notify" | "_tell")):
                        named |= set[str]().union(*map(_words_of, node.args))
                    case ast.Assign(targets=[ast.Name(id="kind")]):
                        named |= _words_of(node.value)

    assert named == set(NOTICE_KINDS)


def test_nothing_in_models_is_imported_late_and_the_domain_knows_no_tables() -> None:
    for path, source in SOURCES.items():
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert node in tree.body, f"{path.name} imports inside a function"
                if path.parent.name != "tables":
                    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [n.name for n in node.names]
                    assert not {"models.tables", "sqlmodel", "sqlalchemy"} & set(names), path.name


@pytest.mark.parametrize("table", [submitted(), in_review(), in_selection(), at_work()])
def test_a_refusal_says_what_is_allowed_now_and_who_is_waited_for(table: Tabletop) -> None:
    refused = refuses(table, "JO/focal-point", "accept")
    assert refused.why is RefusalKind.FORBIDDEN
    sentence = str(refused)
    assert "Only the secretariat may find a request complete" in sentence
    assert f"The case is in {table.case.stage.words}" in sentence
    assert "it waits for " in sentence
    assert "JO/focal-point may now do: " in sentence


def test_every_rule_refuses_a_post_that_has_no_part_by_naming_who_has() -> None:
    case = at_work().case
    for rule in RULES.values():
        if not rule.admits(case, Post("XX/auditor")):
            assert rule.who_words not in ("", "None")
    assert allowed(case, Post("XX/auditor")) == ()
    assert allowed(case, Post("JP/co-chair")) == ()


def tabled() -> Tabletop:
    """The final report is before the Steering Group."""
    table = reporting()
    table.do(RSO, "table")
    return table


@pytest.mark.parametrize(
    ("table", "by", "do", "fields", "says"),
    [
        (submitted(), LK, "convene", {}, ["Only a Co-Chair may convene the group", "this is done at participant sel"]),
        (submitted(), "BD/co-chair", "convene", {}, ["There is no post BD/co-chair", "Only a Co-Chair may convene"]),
        (
            in_review(),
            MY,
            "withdraw",
            {},
            ["Only a requester's focal point may withdraw", "Only the requester, LK/focal-point, may."],
        ),
        (submitted(), MY, "resubmit", {"title": "x"}, ["Only the requester, LK/focal-point, may."]),
        (in_selection(), "BD/focal-point", "respond", {}, ["Only the focal point of an invited", "is not invited"]),
        (
            submitted(),
            AU,
            "decide",
            {"gate": "activation", "position": "approve"},
            [
                "Nothing has been put to the Co-Chairs",
                "The secretariat's completeness check comes first.",
                "Open now: nothing.",
            ],
        ),
        (submitted(), AU, "decide", {"position": "approve"}, ["The secretariat's completeness check comes first."]),
        (
            in_review(),
            AU,
            "decide",
            {"gate": "participants", "position": "approve"},
            ["The activation is decided first."],
        ),
        (
            tabled(),
            AU,
            "decide",
            {"gate": "report", "position": "approve"},
            ["the silence procedure runs until 2026-03-17 03:00 UTC, and", "Open now: nothing."],
        ),
        (reporting(), AU, "decide", {"gate": "report", "position": "approve"}, ["is tabled first"]),
        (at_work(), AU, "decide", {"gate": "report", "position": "approve"}, ["A report has to be opened"]),
        (at_work(), AU, "decide", {"gate": "extension", "position": "approve"}, ["An extension has to be asked"]),
        (
            at_work(),
            AU,
            "close",
            {},
            [
                "too early to propose to close the case: the case is at the stage operational",
                "(a) and (b) and (c) have neither evidence nor",
            ],
        ),
        (tabled(), AU, "adopt", {}, ["is meant, by its text. The final report is tabled; the silence procedure"]),
    ],
)
def test_a_refusal_says_who_may_when_and_what_comes_first(
    table: Tabletop, by: str, do: str, fields: dict[str, str], says: list[str]
) -> None:
    sentence = refuses(table, by, do, fields).sentence

    assert [words for words in says if words not in sentence] == []
    assert "''" not in sentence
    assert "  " not in sentence


def test_of_two_requesters_a_refusal_names_both() -> None:
    table = in_review()
    table.do("MM/focal-point", "join")

    assert "Only the requesters, LK/focal-point and MM/focal-point, may." in str(refuses(table, MY, "withdraw"))


def test_a_command_in_the_wrong_stage_is_told_the_right_ones() -> None:
    assert (
        "too late to convene the group: the case is at the stage operational, and this is done at participant selection"
        in str(refuses(at_work(), AU, "convene"))
    )


def test_a_post_that_does_not_exist_may_do_nothing() -> None:
    assert "no post JP/co-chair" in str(refuses(in_review(), "JP/co-chair", "decide", {"position": "approve"}))


@pytest.mark.parametrize(
    ("do", "fields", "words"),
    [
        ("fly", {}, "There is no command 'fly'"),
        ("comment", {"text": "a\x00b"}, "NUL"),
        ("comment", {"text": "x" * 20_001}, "at most 20,000"),
        ("add_outcome", {"title": "  "}, "title: must not be empty"),
        ("add_outcome", {"title": "x" * 301}, "at most 300"),
        ("add_outcome", {"title": "x", "due": "9999-12-31"}, "2200-01-01"),
        ("decide", {"position": "shrug"}, "position"),
        ("comment", {"text": "x", "colour": "blue"}, "colour"),
        ("act_for", {"post": AU, "how": "letter", "text": "x", "command": 5}, "cannot be read: command: found"),
        ("act_for", {"post": AU, "how": "letter", "text": "x", "command": {"do": "act_for"}}, "command: do must"),
    ],
)
def test_a_field_that_cannot_be_read_is_named_with_its_limit(do: str, fields: dict[str, object], words: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(do, fields, by=LK, command_id="x")
    assert caught.value.why is RefusalKind.INVALID
    assert words in str(caught.value)


def test_an_unreadable_post_is_refused() -> None:
    with pytest.raises(Refused, match="MEMBER/POST"):
        parse("comment", {"text": "x"}, by="nobody", command_id="x")


def test_texts_keep_what_people_wrote_in_one_normal_form() -> None:
    table = submitted()
    name = "Đặng Thị A\u0301nh \u0627\u0644\u0628\u062d\u0631"
    table.do(RSO, "return", {"missing": [name]})
    assert table.case.returned == ("Đặng Thị Ánh \u0627\u0644\u0628\u062d\u0631",)


def test_posts_change_hands_by_their_own_word_or_the_secretariats() -> None:
    table = submitted()
    table.do(LK, "hand_over", {"to": {"name": "José"}})
    table.do(RSO, "delegate", {"post": AU, "to": {"name": "Ångström", "email": "a@example.org"}, "until": "2026-04-01"})
    assert table.told("post_handed_over") == [LK, RSO]
    assert table.told("post_delegated") == [AU, RSO]
    assert refuses(table, LK, "hand_over", {"post": AU, "to": {"name": "José"}}).why is RefusalKind.FORBIDDEN
    assert "before it begins" in str(refuses(table, LK, "delegate", {"to": {"name": "José"}, "until": "2026-01-01"}))


def test_the_same_state_is_read_again_from_its_json() -> None:
    for table in (Tabletop(), in_review(), at_work(), reported()):
        assert Case.model_validate_json(table.case.model_dump_json()) == table.case
