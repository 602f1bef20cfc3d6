"""Refusals as pages show them: in the words of the page, whatever the rules refuse."""

import ast
import re
from functools import cache
from html import unescape
from itertools import chain, cycle, product
from pathlib import Path

import pytest
from starlette.requests import Request

from models.commands import COMMANDS, parse
from models.posts import Post, Role
from models.refusal import RefusalKind, Refused
from models.rules import permitted
from models.visibility import Sight, as_seen
from tests.situations import AU, NZ, RSO, SITUATIONS, situation
from tests.who_may_what import CAST, PARTS, give
from web.case.refusals import refusal_for_reader
from web.kit.forms import FORMS
from web.kit.render import LANGUAGE_COOKIE, render

_NAMES = "|".join(do for do in COMMANDS if "_" in do)
NO_WORDS_OF_PAGES = re.compile(rf"\b(?:{_NAMES})\b|\b\w+/(?:{'|'.join(Role)})\b|in the field |The gate '")
"""A command, post, field or gate by the name that programs give it."""

_TRIALS = [*chain.from_iterable(PARTS.values())]
_POSTS = ("MY/focal-point", "TH/focal-point", AU, NZ, RSO)
_TRIED = [
    *((trial, by, trial.situation) for trial, by in product(_TRIALS, CAST)),
    *((trial, by, moment) for (trial, moment), by in zip(product(_TRIALS, SITUATIONS), cycle(_POSTS), strict=False)),
]


@cache
def provoked() -> dict[str, tuple[Refused, str, str]]:
    """Refusals of the rules, by their sentences: each with the post that was refused and the moment of the case."""
    found: dict[str, tuple[Refused, str, str]] = {}
    for trial, by, moment in _TRIED:
        try:
            give(trial, by, moment)
        except Refused as refused:
            found.setdefault(refused.sentence, (refused, by, moment))
    return found


def notice(refused: Refused, moment: str, language: str) -> str:
    """What a page says of a refusal, as HTML."""
    headers = [(b"cookie", f"{LANGUAGE_COOKIE}={language}".encode())]
    asked = Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers})
    case = situation(moment).table.case
    page = render(asked, "kit/error.html", refused=refused, case=case, heading="", words="")
    found = re.search(r'<div class="notice bad" role="alert">(.*?)</div>', bytes(page.body).decode(), re.DOTALL)
    assert found
    return found[1]


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_refusal_on_a_page_has_the_names_that_programs_use(language: str) -> None:
    said = {text_of(notice(refused, moment, language)) for refused, _by, moment in provoked().values()}
    assert len(said) > 200
    assert [one for one in said if NO_WORDS_OF_PAGES.search(one)] == []


@pytest.mark.parametrize(
    ("do", "fields", "says"),
    [
        ("add_outcome", {"title": "Net", "due": "soon"}, "'Add an outcome' cannot be taken so: Due: found 'soon'"),
        ("amend_outcome", {"outcome": "Net"}, "'Amend an outcome' cannot be taken so: Why: must be given"),
        ("take_over", {}, "The command 'take_over' cannot be read: email: must be given"),
    ],
)
def test_a_form_that_cannot_be_read_is_told_by_its_labels(do: str, fields: dict[str, str], says: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(do, fields, by=RSO, command_id="1")
    assert says in text_of(notice(caught.value, "work", "en"))


def test_no_sentence_of_the_rules_is_written_with_the_names_that_programs_use() -> None:
    written = []
    for path in (Path(__file__).parents[2] / "models" / "rules").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("refuse", "Refused", "must_say"):
                parts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
                written.append("".join(map(str, parts)))
    assert len(written) > 100
    assert [one for one in written if NO_WORDS_OF_PAGES.search(one)] == []


@pytest.mark.parametrize(
    ("language", "says"), [("en", "What you can do in this case now"), ("id", "Yang dapat Anda lakukan")]
)
def test_what_can_be_done_instead_is_told_by_the_headings_of_the_forms_with_links(language: str, says: str) -> None:
    case = situation("work").table.case
    refused = Refused(RefusalKind.CONFLICT, "No.", permitted=permitted(case, Post(AU)))
    html = notice(refused, "work", language)
    assert says in html
    for do in permitted(case, Post(AU)).commands:
        assert (f'href="/cases/{case.reference}/do/{do}"' in html) == (do in FORMS), do
    if language == "en":
        assert FORMS["suspend"].title in html


def test_who_may_do_nothing_is_told_so() -> None:
    case = situation("work").table.case
    refused = Refused(RefusalKind.FORBIDDEN, "No.", permitted=permitted(case, Post("XX/auditor")))
    assert "There is nothing that you can do" in notice(refused, "work", "en")
    assert refused.allowed.endswith("XX/auditor may now do: nothing.")


def test_who_sees_a_part_of_a_case_is_not_told_where_the_whole_stands() -> None:
    table = situation("selection").table
    post = next(Post(one) for one in CAST if (seen := as_seen(table.case, Post(one))) and seen.sight is Sight.OWN_PART)
    seen = as_seen(table.case, post)
    assert seen is not None
    told = refusal_for_reader(Refused(RefusalKind.CONFLICT, "No."), table.case, seen, "comment", {}, table.now)
    assert told.allowed == f"{post} may now do: {', '.join(permitted(table.case, post).commands)}."
    assert "Waiting for" not in notice(told, "selection", "en")
