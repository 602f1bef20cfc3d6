"""What of a case is searched, and by whom: only what each post sees."""

from collections.abc import Callable
from typing import Any

import pytest

from models.case import Case
from models.posts import Post
from models.projection import rows_of
from models.rules import blank, replay_entry
from models.search import SearchText, Thing, reader_key, search_texts, text_columns
from models.visibility import Sight
from tests.models.helpers import AU, RSO, TH, approve, at_work, reported
from tests.tabletop import Tabletop
from tests.web.whole_case import MARKS, OPEN_TO_TH, READ_ALL, READERS, played


def found_by(case: Case, post: str) -> list[SearchText]:
    mark = reader_key(Post(post))
    return [text for text in search_texts(case).values() if mark in text.readers]


def told(texts: list[SearchText]) -> str:
    return "\n".join(text.text for text in texts)


@pytest.fixture(scope="module")
def whole() -> Case:
    return played().case


@pytest.mark.parametrize("post", sorted(READ_ALL))
def test_who_reads_everything_finds_every_section(whole: Case, post: str) -> None:
    assert [mark for mark in (*MARKS[:5], OPEN_TO_TH) if mark not in told(found_by(whole, post))] == []


@pytest.mark.parametrize("post", sorted(set(READERS) - READ_ALL))
def test_a_closed_section_is_in_no_text_that_a_post_finds_to_which_it_is_not_open(whole: Case, post: str) -> None:
    text = told(found_by(whole, post))

    assert [mark for mark in MARKS if mark in text] == []
    assert (OPEN_TO_TH in text) is (post == TH)


def test_each_post_finds_one_text_of_each_thing(whole: Case) -> None:
    for post in READERS:
        things = [(text.kind, text.part) for text in found_by(whole, post)]
        assert len(things) == len(set(things))


def test_who_owns_an_outcome_finds_it_and_the_title_alone(whole: Case) -> None:
    texts = found_by(whole, "VN/focal-point")

    assert {(text.kind, text.part) for text in texts} == {
        (Thing.CASE, ""),
        (Thing.OUTCOME, "A hotline"),
        (Thing.CIRCULATION, "1"),
    }
    assert told([text for text in texts if text.kind is Thing.CASE]) == "Boats in the strait"


def test_who_was_only_told_finds_what_was_released_and_no_title(whole: Case) -> None:
    (text,) = found_by(whole, "FJ/focal-point")

    assert text.kind is Thing.CIRCULATION
    assert "a member" in text.text
    assert "Malaysia" not in text.text  # it was not asked to be named
    assert "strait" not in text.text


@pytest.mark.parametrize("post", [post for post, sight in READERS.items() if sight is Sight.NOTHING])
def test_who_sees_nothing_finds_nothing(whole: Case, post: str) -> None:
    assert found_by(whole, post) == []


def test_a_recommendation_is_found_by_whom_it_is_addressed_to() -> None:
    case = reported().case

    (text,) = [one for one in found_by(case, "MY/focal-point") if one.kind is Thing.RECOMMENDATION]

    assert text.text == "Share routes\nMalaysia, Thailand"


def test_newer_cases_and_the_request_before_the_rest_come_first(whole: Case) -> None:
    in_order = [search_texts(whole)[number].kind for number in sorted(search_texts(whole), reverse=True)]
    newer = played().case.model_copy(update={"reference": "AHG-2027-001"})

    assert in_order == sorted(in_order, key=list(Thing).index)
    assert min(search_texts(newer)) > max(search_texts(whole))


def test_a_step_writes_only_the_texts_that_it_changes() -> None:
    table = at_work()
    table.do(RSO, "add_outcome", {"title": "Patrols", "owner": "TH"})
    before = table.case
    taken = table.do(TH, "block", {"outcome": "Patrols", "text": "No vessels"})

    rows = [row for row in rows_of(before, table.case, taken.entries) if row.table == "search_texts"]

    assert [row.columns["part"] for row in rows] == ["Patrols"]


def told_in_full_while_work_goes_on() -> Tabletop:
    """A circulation that tells outcomes and recommendations is out before an outcome and a report are done."""
    table = at_work()
    table.do(RSO, "add_outcome", {"title": "Patrols", "owner": "TH"})
    table.do(RSO, "open_report", {"kind": "interim"})
    table.do(RSO, "recommend", {"text": "Share routes", "to": ["MY"], "owner": "TH"})
    table.do(AU, "circulate", {"what": "full", "to": ["FJ"], "names": [], "text": "The group works."})
    approve(table, "circulation")
    assert table.case.circulations[1].state == "released"
    table.do(TH, "done", {"outcome": "Patrols"})
    table.do(AU, "verify", {"outcome": "Patrols"})
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    approve(table, "report")
    return table


@pytest.mark.parametrize("made", [played, told_in_full_while_work_goes_on], ids=["at work", "told in full"])
def test_after_each_step_the_rows_are_the_texts_of_the_case(made: Callable[[], Tabletop]) -> None:
    table = made()
    rows: dict[int, dict[str, Any]] = {}
    case = blank(table.case.reference)
    for entry in table.entries:
        before, case = case, replay_entry(case, entry)
        for row in rows_of(before, case, (entry,)):
            if row.table == "search_texts":
                rows.pop(row.columns["id"], None)
                if not row.gone:
                    rows[row.columns["id"]] = row.columns
        assert rows == {number: text_columns(text) for number, text in search_texts(case).items()}
