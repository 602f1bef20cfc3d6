"""The request: submission, completeness, versions, joint requesters, withdrawal, lapse."""

from datetime import timedelta
from typing import Any

import pytest

from models.agenda import waiting_on
from models.case import Case, GateName, GateOutcome, Stage
from models.posts import Post
from models.projection import rows_of
from models.refusal import RefusalKind, Refused
from models.request import Request, fingerprint
from models.visibility import Sight, readable, sight
from tests.models.helpers import AU, DAY, ID, LK, MM, MY, RSO, approve, in_review, refuses, stage_of, submitted
from tests.tabletop import REQUEST, Tabletop


def test_a_request_goes_to_the_secretariats_check() -> None:
    table = submitted()
    assert stage_of(table) is Stage.SUBMITTED
    assert waiting_on(table.case) == (RSO,)
    assert table.told("request_received") == [LK]
    assert table.told("completeness_requested") == [RSO]


@pytest.mark.parametrize("missing", [{"title": ""}, {"situation": "   "}, {"title": "", "situation": ""}])
def test_a_request_without_title_or_situation_is_refused(missing: dict[str, str]) -> None:
    refused = refuses(Tabletop(), LK, "submit", {**REQUEST, **missing})
    assert refused.why is RefusalKind.INVALID
    assert "cannot be submitted without" in str(refused)


def test_a_returned_request_says_what_is_missing_and_waits_for_its_requester() -> None:
    table = submitted()
    refuses(table, RSO, "return", {})
    table.do(RSO, "return", {"missing": ["sources of the figures", "dates"]})
    assert table.case.returned == ("sources of the figures", "dates")
    assert waiting_on(table.case) == (LK,)
    assert "completeness" not in table.case.ladders
    table.wait(15 * DAY)
    assert table.told("resubmission_reminder") == [LK, RSO] * 2


def test_a_new_version_keeps_what_it_does_not_change_and_tells_its_differences() -> None:
    table = submitted()
    table.do(RSO, "return", {"missing": ["sources"]})
    before = table.case
    taken = table.do(LK, "resubmit", {"situation": "Boats leave every week.", "text": "as you asked"})
    assert (table.case.version, table.case.request.title) == (2, REQUEST["title"])
    assert table.case.request.changes(before.request) == {
        "situation": (REQUEST["situation"], "Boats leave every week.")
    }
    assert taken.entries[0].event["changed"] == ["situation"]
    assert waiting_on(table.case) == (RSO,)
    versions = [row for row in rows_of(before, table.case, ()) if row.table == "request_versions"]
    assert [row.columns["version"] for row in versions] == [2]


def test_a_request_from_before_there_was_where_reads_and_hashes_as_it_did() -> None:
    written: dict[str, Any] = {
        "title": "Boats",
        "situation": "Boats leave.",
        "since": None,
        "urgency": "routine",
        "routes": [{"from": "MM", "via": [], "to": "MY", "by": ""}],
        "figures": [],
        "affected": ["MY"],
        "done": "",
        "asks": [],
        "confidential": {"routes": []},
        "attachments": [],
    }
    request = Request.model_validate(written)

    assert request.model_dump(mode="json", by_alias=True) == written
    hashed = "7976ec0bb7d26c64812ad6e25652a01706af4142842d3a56fca5c384c0c8f31a"  # by the code of that time
    assert fingerprint(request.model_dump(mode="json", by_alias=True), ["LK"]) == hashed


def test_where_it_happens_is_a_section_of_its_own() -> None:
    table = in_review()
    before = table.case
    table.do(LK, "resubmit", {"where": "Andaman Sea", "confidential": {"where": []}})

    assert table.case.subject != before.subject
    assert table.case.request.changes(before.request)["where"] == ("", "Andaman Sea")
    assert before.request.changes(table.case.request)["where"] == ("Andaman Sea", "")
    assert Case.model_validate_json(table.case.model_dump_json()).request.where == "Andaman Sea"
    assert readable(table.case, Post(MY)).where == ""
    assert readable(table.case, Post(AU)).where == "Andaman Sea"
    table.do(LK, "resubmit", {"where": "", "confidential": {}})
    assert table.case.subject == before.subject


def test_a_field_that_a_request_does_not_have_is_refused_by_name() -> None:
    assert "colour" in str(refuses(submitted(), LK, "resubmit", {"colour": "blue"}))


def test_the_completeness_check_is_overdue_again_and_again_until_it_is_made() -> None:
    table = submitted()
    table.wait(9 * DAY)
    assert table.told("completeness_overdue") == [RSO, AU, ID] * 3
    table.do(RSO, "accept")
    table.wait(2 * DAY)
    assert len(table.told("completeness_overdue")) == 9


def test_only_the_secretariat_finds_a_request_complete() -> None:
    assert refuses(submitted(), LK, "accept").why is RefusalKind.FORBIDDEN


def test_a_requester_withdraws_its_request_and_still_sees_the_case() -> None:
    table = in_review()
    table.do(LK, "withdraw", {"text": "solved"})
    assert stage_of(table) is Stage.WITHDRAWN
    assert table.case.gates[GateName.ACTIVATION].outcome is GateOutcome.SUPERSEDED
    assert table.case.ladders == {}
    assert sight(table.case, Post(LK)) is Sight.CASE
    assert LK in table.told("request_withdrawn")


def test_of_two_requesters_one_withdraws_alone_and_the_other_goes_on() -> None:
    table = submitted()
    table.do(MM, "join")
    assert table.case.requesters == ("LK", "MM")
    table.do(LK, "withdraw")
    assert stage_of(table) is Stage.SUBMITTED
    assert list(table.case.requesters) == ["MM"]
    assert LK in table.told("request_withdrawn")
    assert sight(table.case, Post(LK)) is Sight.OWN_PART
    table.do(MM, "withdraw")
    assert stage_of(table) is Stage.WITHDRAWN


def test_a_member_joins_once() -> None:
    table = submitted()
    table.do(MM, "join")
    assert "already a requester" in str(refuses(table, MM, "join"))


def test_a_lapsed_request_may_be_resubmitted_for_a_while() -> None:
    table = in_review()
    table.wait(40 * DAY)
    assert stage_of(table) is Stage.LAPSED
    assert waiting_on(table.case) == ()
    table.do(LK, "resubmit", {})
    assert stage_of(table) is Stage.SUBMITTED
    table.do(RSO, "accept")
    approve(table, "activation")
    assert stage_of(table) is Stage.PARTICIPANT_SELECTION


def test_a_lapsed_request_is_over_after_that_while() -> None:
    table = in_review()
    table.wait(timedelta(days=150))
    assert table.case.ladders == {}
    assert "is over" in str(refuses(table, LK, "resubmit", {"title": "Again"}))


def test_a_closed_or_declined_case_does_not_change_any_more() -> None:
    table = in_review()
    for post in (AU, ID):
        table.do(post, "decide", {"position": "decline", "text": "no"})
    for by, do in ((LK, "resubmit"), (RSO, "accept"), (AU, "comment")):
        assert "does not change any more" in str(refuses(table, by, do))


def test_confidential_sections_are_read_by_those_they_are_open_to() -> None:
    table = submitted(confidential={"situation": ["MY"]})
    for post in (LK, AU, RSO, MY, "XX/auditor"):
        assert readable(table.case, Post(post)).situation == REQUEST["situation"], post
    for post in ("TH/focal-point", "NZ/steering-group"):
        assert readable(table.case, Post(post)).situation == ""
        assert readable(table.case, Post(post)).title == REQUEST["title"]


def test_numbers_that_json_does_not_have_are_refused() -> None:
    with pytest.raises(Refused, match="finite"):
        Tabletop().do(LK, "submit", {**REQUEST, "figures": [{"what": "boats", "number": float("inf")}]})


@pytest.mark.parametrize(("do", "fields"), [("accept", {}), ("return", {"missing": ["More"]})])
def test_a_request_that_was_returned_waits_for_its_requester(do: str, fields: dict[str, list[str]]) -> None:
    table = submitted()
    table.do(RSO, "return", {"missing": ["Figures"]})
    assert f"waits for a new version from {LK}" in str(refuses(table, RSO, do, fields))
    table.do(LK, "resubmit", {"situation": "With figures."})
    table.do(RSO, do, fields)
