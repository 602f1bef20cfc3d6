"""What a circulation tells the wider membership, and whom it leaves without a name."""

import pytest

from models.circulation_preview import if_released
from models.policy import Policy
from models.posts import Post
from models.release import as_asked, passages
from models.rules import allowed
from tests.models.helpers import AU, MY, RSO, approve, at_work, in_selection, refuses, reported
from tests.tabletop import Tabletop


@pytest.mark.parametrize(
    ("text", "named", "told"),
    [
        ("Nobody is named.", (), "Nobody is named."),
        ("THAILAND, the Maldives and Omanis", (), "a member, a member and Omanis"),
        ("The Republic of Korea and Korea", (), "a member and Korea"),
        (
            "Republic of Korea and Democratic People's Republic of Korea",
            ("KP",),
            "a member and Democratic People's Republic of Korea",
        ),
        ("Republic of Korea and Democratic People's Republic of Korea", ("KR",), "Republic of Korea and a member"),
        ("Afghanistan, Bangladesh, Viet Nam and IOM", ("AF",), "Afghanistan, a member, a member and an organisation"),
        ("Afghanistan, Bangladesh, Viet Nam and IOM", ("IOM",), "a member, a member, a member and IOM"),
        ("TH/focal-point told ILO/focal-point and ILO", (), "a member told an organisation and an organisation"),
        ("MY boats, TH and UNHCR", (), "MY boats, TH and an organisation"),
    ],
)
def test_a_case_of_before_tells_no_official_name_of_who_has_not_consented(
    text: str, named: tuple[str, ...], told: str
) -> None:
    table = reported(Policy())
    table.do(RSO, "circulate", {"what": "summary", "to": "everyone", "names": named, "text": text})
    circulation = table.case.circulation
    assert circulation is not None
    assert if_released(table.case, circulation).release.text == told


def with_all_told(policy: Policy, what: str) -> Tabletop:
    """A circulation is proposed; an outcome is verified and a report accepted, with names in their words."""
    table = at_work(policy)
    table.do(RSO, "add_outcome", {"title": "A net of Malaysia", "owner": "MY"})
    table.do(MY, "done", {"outcome": "A net of Malaysia"})
    table.do(AU, "verify", {"outcome": "A net of Malaysia"})
    table.do(RSO, "open_report")
    table.do(RSO, "recommend", {"text": "Ask Sri Lanka", "to": ["LK"], "owner": "LK", "due": "2026-09-01"})
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    approve(table, "report")
    table.do(
        RSO, "circulate", {"what": what, "to": "everyone", "names": ["MY", "LK"], "text": "Malaysia and Sri Lanka."}
    )
    return table


@pytest.mark.parametrize("policy", [Policy(), Policy.default()], ids=["before", "new"])
@pytest.mark.parametrize("what", ["nothing", "summary", "full"])
def test_what_was_achieved_and_recommended_is_told_in_full_alone(policy: Policy, what: str) -> None:
    table = with_all_told(policy, what)
    circulation = table.case.circulation
    assert circulation is not None
    told = if_released(table.case, circulation).release
    full = what == "full"
    assert (told.text, told.outcomes, told.recommendations) == (
        "" if what == "nothing" else "Malaysia and Sri Lanka.",
        ("A net of Malaysia",) if full else (),
        ("Ask Sri Lanka",) if full else (),
    )
    refused = if_released(table.case, circulation, ("LK",))
    if policy == Policy():
        assert refused.release.recommendations == (("Ask a member",) if full else ())
        assert refused.release.outcomes == told.outcomes
    else:
        assert [one.words for one in refused.held] == ["Sri Lanka"] * (what != "nothing")


@pytest.mark.parametrize("what", ["summary", "full"])
def test_who_is_asked_reads_all_that_would_be_told_but_no_other_name(what: str) -> None:
    table = with_all_told(Policy.default(), what)
    circulation = table.case.circulation
    assert circulation is not None
    asked = {member: as_asked(table.case, circulation, member) for member in ("MY", "LK")}
    assert [one.text for one in asked.values()] == ["Malaysia and […].", "[…] and Sri Lanka."]
    if what == "full":
        assert [one.outcomes for one in asked.values()] == [("A net of Malaysia",), ("A net of […]",)]
        assert [one.recommendations for one in asked.values()] == [("Ask […]",), ("Ask Sri Lanka",)]


def test_in_a_case_of_before_who_is_asked_reads_what_would_be_told_now() -> None:
    circulation = (table := with_all_told(Policy(), "full")).case.circulation
    assert circulation is not None
    assert as_asked(table.case, circulation, "MY").text == "a member and a member."


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Thai", [("Thai", True)]),
        ("Boats.", []),
        ("", []),
        ("Thai, THAI and Laos left", [("Thai", True), ("THAI", True), ("Laos", False)]),
    ],
)
def test_a_marked_text_is_the_text_with_its_names_settled_or_not(text: str, marked: list[tuple[str, bool]]) -> None:
    table = in_selection(policy=Policy.default())
    fields = {"text": "The Thai navy and Laos.", "names": ["TH", "LA"]}
    table.do(RSO, "circulate", fields)
    circulation = table.case.circulation
    assert circulation is not None
    pieces = passages(table.case, text, if_released(table.case, circulation, ("TH",)).held)
    assert "".join(one.words for one in pieces) == text
    assert [(one.words, one.unsettled) for one in pieces if one.name] == marked
    assert all(one.words for one in pieces)
    assert not any(one.unsettled for one in pieces if not one.name)


@pytest.mark.parametrize("policy", [Policy(), Policy.default()], ids=["before", "new"])
def test_what_is_under_way_is_written_in_other_words_and_in_a_case_of_before_it_is_not(policy: Policy) -> None:
    table = reported(policy)
    words = {"text": "Fewer boats.", "names": []}
    assert "No circulation is under way" in str(refuses(table, RSO, "reword", words))
    table.do(RSO, "circulate", {"what": "summary", "to": "everyone", "names": [], "text": "Boats."})
    assert ("reword" in allowed(table.case, Post(RSO))) is (policy != Policy())
    if policy == Policy():
        assert "No circulation is under way" in str(refuses(table, RSO, "reword", words))
    else:
        table.do(RSO, "reword", words)
        assert table.case.circulations[1].text == "Fewer boats."
