"""Reports, the silence procedure, circulation with consent, terms of reference, closing."""

import pytest

from models.agenda import next_act, waiting_on
from models.case import Consent, GateName, GateOutcome, ReportState, Stage, Term
from models.refusal import RefusalKind
from models.rules import terms_of_reference
from tests.models.helpers import (
    AU,
    DAY,
    ID,
    IOM,
    LK,
    MY,
    NZ,
    RSO,
    TH,
    approve,
    at_work,
    refuses,
    reported,
    reporting,
    stage_of,
)
from tests.tabletop import Tabletop

STEERING_GROUP = tuple(f"{code}/steering-group" for code in ("AU", "ID", "NZ", "TH", "IOM", "UNHCR"))


def report_state(table: Tabletop) -> ReportState:
    assert table.case.report is not None
    return table.case.report.state


def circulation_state(table: Tabletop, number: int = 1) -> str:
    return table.case.circulations[number].state


def circulate(table: Tabletop, names: list[str], to: str | list[str] = "everyone") -> None:
    table.do(RSO, "circulate", {"what": "summary", "to": to, "names": names})


# the report -------------------------------------------------------------------------------------------------


def test_opening_a_final_report_moves_the_case_and_asks_for_contributions() -> None:
    table = reporting()
    assert stage_of(table) is Stage.REPORTING
    assert table.told("contributions_requested") == [f"{m}/focal-point" for m in ("LK", "MY", "TH", "IOM", "UNHCR")]
    assert "one report" in str(refuses(table, RSO, "open_report"))


def test_an_interim_report_leaves_the_case_at_work() -> None:
    table = at_work()
    table.do(RSO, "open_report", {"kind": "interim", "contributions_by": "2026-04-01"})
    assert stage_of(table) is Stage.OPERATIONAL


def test_a_contribution_changes_what_the_report_is() -> None:
    table = reporting()
    before = table.case.reports[1].content
    table.do(MY, "contribute", {"text": "We trained forty officers."})
    assert table.case.reports[1].content != before
    assert table.case.reports[1].contributed == ("MY",)


def test_a_report_not_tabled_is_reminded() -> None:
    table = reporting()
    table.wait(15 * DAY)
    assert table.told("report_owed") == [RSO, RSO]


def test_silence_adopts_a_report_and_puts_it_before_the_co_chairs() -> None:
    table = reporting()
    table.do(RSO, "table")
    assert waiting_on(table.case) == STEERING_GROUP
    table.until(table.case.ladders["silence"].due)
    assert report_state(table) is ReportState.ADOPTED
    assert waiting_on(table.case) == (AU, ID)


def test_an_objection_in_time_reopens_the_report() -> None:
    table = reporting()
    table.do(RSO, "table")
    assert "what you object to" in str(refuses(table, NZ, "object"))
    table.do(NZ, "object", {"text": "chapter two"})
    assert (report_state(table), table.case.reports[1].objections) == (ReportState.DRAFTING, 1)
    assert "silence" not in table.case.ladders
    table.do(RSO, "revise", {"text": "chapter two is gone"})
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    approve(table, "report")
    assert report_state(table) is ReportState.ACCEPTED
    assert "accepted" in str(refuses(table, NZ, "object", {"text": "too late"}))


def test_revising_a_tabled_report_takes_it_out_of_the_silence_procedure() -> None:
    table = reporting()
    table.do(RSO, "table")
    table.do(RSO, "revise", {"text": "a slip"})
    assert (report_state(table), table.case.reports[1].version) == (ReportState.DRAFTING, 2)


@pytest.mark.parametrize("how", ["declined", "lapsed"])
def test_a_report_that_is_not_accepted_goes_back_to_drafting(how: str) -> None:
    table = reporting()
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    if how == "declined":
        for post in (AU, ID):
            table.do(post, "decide", {"gate": "report", "position": "decline", "text": "too long"})
    else:
        table.wait(40 * DAY)
    assert report_state(table) is ReportState.DRAFTING
    assert RSO in table.told("report_reopened")
    assert next_act(table.case) is not None


def test_after_the_final_report_the_secretariat_is_reminded_to_close() -> None:
    table = reported()
    assert waiting_on(table.case) == (RSO,)
    table.wait(9 * DAY)
    assert table.told("closing_awaited") == [RSO, RSO, AU, ID]  # asked at once, then reminded with the Co-Chairs
    assert "no other report" in str(refuses(table, RSO, "open_report"))


# circulation ------------------------------------------------------------------------------------------------


def test_a_circulation_goes_out_when_it_is_approved_and_every_consent_is_in() -> None:
    table = reported()
    circulate(table, ["MY", "TH"])
    assert table.told("consent_requested") == [MY, TH]
    approve(table, "circulation")
    assert circulation_state(table) == "approved"
    assert waiting_on(table.case) == (MY, TH)
    table.do(MY, "consent")
    assert not table.told("circulated")
    table.do(TH, "consent", {"answer": "give"})
    assert circulation_state(table) == "released"
    told = table.told("circulated")
    assert len(told) == len(set(told)) == len(table.case.directory.members)
    assert next(n for n in table.notices if n.kind == "circulated").facts.names == ("MY", "TH")


def test_the_mail_of_a_circulation_names_nobody_who_has_not_consented() -> None:
    table = reported()
    text = "Malaysia and Thailand asked; the International Organization for Migration helped."
    table.do(ID, "circulate", {"what": "summary", "to": ["NZ"], "names": ["MY", "TH"], "text": text})
    approve(table, "circulation")
    table.do(MY, "consent")
    table.do(TH, "consent", {"answer": "refuse"})
    (notice,) = (one for one in table.notices if one.kind == "circulated")
    assert notice.facts.text == "Malaysia and a member asked; an organisation helped."


def test_consents_may_come_before_the_decision() -> None:
    table = reported()
    circulate(table, ["MY"])
    table.do(MY, "consent")
    assert not table.told("circulated")
    approve(table, "circulation")
    assert table.told("circulated")


def test_who_refuses_or_is_silent_is_not_named() -> None:
    table = reported()
    circulate(table, ["MY", "TH", "LK"], ["NZ", "MY"])
    approve(table, "circulation")
    table.do(MY, "consent", {"answer": "refuse"})
    table.do(LK, "consent")
    assert not table.told("circulated")
    table.until(table.case.ladders["consent"].due)
    assert table.told("consent_reminder") == [TH]
    assert table.case.circulations[1].consents == {"MY": Consent.REFUSED, "TH": Consent.LAPSED, "LK": Consent.GIVEN}
    assert table.case.circulations[1].named == ("LK",)
    assert table.told("circulated") == ["NZ/focal-point", MY]


def test_consents_that_lapse_before_the_decision_do_not_hold_it_up() -> None:
    table = reported()
    circulate(table, ["TH"])
    table.until(table.case.ladders["consent"].due)
    assert circulation_state(table) == "proposed"
    approve(table, "circulation")
    assert circulation_state(table) == "released"
    assert table.case.circulations[1].named == ()


def test_a_word_on_being_named_can_be_changed_until_it_goes_out() -> None:
    table = reported()
    circulate(table, ["MY"])
    table.do(MY, "consent", {"answer": "refuse"})
    table.do(MY, "consent", {"answer": "give"})
    approve(table, "circulation")
    assert table.case.circulations[1].named == ("MY",)
    assert refuses(table, MY, "consent", {"answer": "refuse"}).why is RefusalKind.FORBIDDEN


def test_the_co_chairs_own_countries_consent_by_deciding() -> None:
    table = reported()
    circulate(table, ["AU", "ID"])
    assert table.told("consent_requested") == []
    approve(table, "circulation")
    assert table.case.circulations[1].named == ("AU", "ID")


def test_the_country_of_a_co_chair_that_recused_is_asked_with_the_full_time() -> None:
    table = reported()
    circulate(table, ["AU", "MY"])
    table.do(AU, "decide", {"gate": "circulation", "position": "recuse"})
    table.wait(6 * DAY)
    approve(table, "circulation")
    assert table.told("consent_requested")[-1] == "AU/focal-point"
    assert table.case.ladders["consent"].due > table.now + 6 * DAY
    table.do("AU/focal-point", "consent")
    assert "AU" in table.case.circulations[1].named


def test_a_second_circulation_waits_for_the_first() -> None:
    table = reported()
    circulate(table, ["MY"])
    assert "under way already" in str(refuses(table, RSO, "circulate", {"names": ["TH"]}))
    approve(table, "circulation")
    assert "under way already" in str(refuses(table, RSO, "circulate", {"names": ["TH"]}))
    table.do(MY, "consent")
    circulate(table, ["TH"])
    assert circulation_state(table, 2) == "proposed"


@pytest.mark.parametrize("position", ["decline", None])
def test_a_circulation_not_approved_does_not_go_out(position: str | None) -> None:
    table = reported()
    circulate(table, [])
    if position:
        for post in (AU, ID):
            table.do(post, "decide", {"gate": "circulation", "position": position, "text": "no"})
    else:
        table.wait(40 * DAY)
    assert circulation_state(table) in ("declined", "lapsed")
    assert not table.told("circulated")
    circulate(table, [])


def test_only_who_is_named_consents() -> None:
    table = reported()
    circulate(table, ["MY"])
    assert refuses(table, TH, "consent").why is RefusalKind.FORBIDDEN


def test_the_co_chairs_may_decide_that_nothing_is_circulated() -> None:
    table = reported()
    table.do(AU, "circulate", {"what": "nothing", "names": ["MY"], "text": "Too early."})
    approve(table, "circulation")
    assert circulation_state(table) == "released"
    assert not table.told("circulated")
    assert not table.told("consent_requested")
    circulate(table, [])
    approve(table, "circulation")
    assert len(table.told("circulated")) == len(table.case.directory.members)


def test_an_interim_report_waits_for_the_steering_group_and_for_those_it_names_while_the_group_works() -> None:
    table = at_work()
    table.do(RSO, "open_report", {"kind": "interim"})
    assert waiting_on(table.case) == (RSO,)
    table.do(RSO, "table")
    assert waiting_on(table.case) == table.case.directory.steering_group
    table.until(table.case.ladders["silence"].due)
    approve(table, "report")
    circulate(table, ["MY"])
    approve(table, "circulation")
    assert waiting_on(table.case) == (MY,)


# closing ----------------------------------------------------------------------------------------------------


def test_closing_is_refused_until_each_term_has_evidence_or_a_waiver() -> None:
    table = reported()
    assert terms_of_reference(table.case) == {Term.OUTCOMES: "open", Term.ARRANGEMENTS: "open", Term.REPORT: "covered"}
    assert "(a) and (b)" in str(refuses(table, RSO, "close"))
    for term in ("a", "b"):
        table.do(RSO, "waive", {"term": [term], "text": "no need"})
    table.do(RSO, "close")
    approve(table, "closure")
    assert stage_of(table) is Stage.CLOSED
    assert IOM in table.told("case_ended")


def test_several_terms_are_waived_at_once_and_a_refusal_to_close_names_what_is_open() -> None:
    table = reported()
    assert "practical outcomes, information-sharing arrangements" in str(refuses(table, RSO, "close"))
    table.do(AU, "waive", {"term": ["a", "b"], "text": "no need"})
    assert set(terms_of_reference(table.case).values()) == {"waived", "covered"}


def closing() -> Tabletop:
    table = at_work()
    table.do(AU, "add_outcome", {"title": "Net", "owner": "MY"})
    table.do(RSO, "waive", {"term": ["b"], "text": "no need"})
    table.do(RSO, "open_report")
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    approve(table, "report")
    table.do(MY, "done", {"outcome": "Net"})
    table.do(AU, "verify", {"outcome": "Net"})
    table.do(RSO, "close")
    return table


def test_an_objection_that_uncovers_a_term_takes_the_closing_back() -> None:
    table = closing()
    table.do(ID, "object", {"outcome": "Net", "text": "not yet"})
    assert table.case.gates[GateName.CLOSURE].outcome is GateOutcome.SUPERSEDED
    assert "(a)" in str(refuses(table, RSO, "close"))


def test_a_waiver_stated_while_the_closing_is_decided_voids_positions() -> None:
    table = closing()
    table.do(AU, "decide", {"gate": "closure", "position": "approve"})
    table.do(ID, "waive", {"term": ["b"], "text": "another reason"})
    assert not table.case.gates[GateName.CLOSURE].positions


def test_nothing_new_is_begun_while_the_closing_is_decided() -> None:
    table = closing()
    assert "before the Co-Chairs" in str(refuses(table, RSO, "circulate"))
    assert "decided on what is before them: the closing of the case" in str(refuses(table, RSO, "close"))


def test_a_closing_declined_leaves_the_case_reporting() -> None:
    table = closing()
    for post in (AU, ID):
        table.do(post, "decide", {"gate": "closure", "position": "decline", "text": "circulate first"})
    assert stage_of(table) is Stage.REPORTING
    assert next_act(table.case) is not None


def test_outcomes_may_be_updated_while_the_group_reports() -> None:
    table = reporting()
    assert refuses(table, AU, "add_outcome", {"title": "New"}).why is RefusalKind.CONFLICT
    assert "recommendation is followed" in str(refuses(table, MY, "adopt", {"recommendation": "x"}))
