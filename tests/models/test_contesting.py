"""A post contests what was recorded in its name."""

from datetime import timedelta

import pytest

from models.authentication import Means, Standing
from models.case import GateName, GateOutcome, PositionKind, Term
from models.log import broken_at
from models.policy import Policy
from models.posts import Post
from models.projection import step_of
from models.refusal import RefusalKind, Refused
from models.rules import allowed, case_of_log, replay_entry, terms_of_reference
from models.rules.steps import blank
from tests.models.helpers import AU, DAY, ID, LK, RSO, TH, approve, at_work, in_review, in_selection, refuses
from tests.tabletop import Tabletop

ACTIVATION = GateName.ACTIVATION
SAID = {"text": "Nobody here has said this."}


def recorded(table: Tabletop, post: str, do: str, **fields: object) -> int:
    """Have the secretariat record a command in a post's name; the first entry of it."""
    given = {"post": post, "how": "telephone", "text": "No connection.", "command": {"do": do, **fields}}
    return table.do(RSO, "act_for", given).entries[0].seq


def approved(table: Tabletop, post: str = AU, position: str = "approve", text: str = "") -> int:
    """The same of a position at the activation."""
    return recorded(table, post, "decide", gate="activation", position=position, text=text)


def test_a_position_that_is_contested_holds_no_more_while_the_gate_is_open_and_the_post_is_asked_anew() -> None:
    table = in_review()
    entry = approved(table)
    table.wait(2 * DAY)
    due = table.case.ladders["gate:activation"].due
    done = table.do(AU, "contest", {"entry": entry, **SAID})
    gate = table.case.gates[ACTIVATION]
    assert (gate.undecided, dict(gate.positions)) == ((AU, ID), {})
    (past,) = gate.past
    assert (past.void, past.position, past.contested_at) == ("contested", PositionKind.APPROVE, table.now)
    assert table.case.ladders["gate:activation"].due > due
    told = {(one.notice.kind, one.notice.to) for one in step_of(done).notices}
    assert told == {("recording_contested", post) for post in (AU, ID, RSO)} | {("review_requested", AU)}
    table.do(ID, "decide", {"position": "approve"})
    assert table.case.gates[ACTIVATION].open
    table.do(AU, "decide", {"position": "approve"})
    assert table.case.gates[ACTIVATION].recorded == ()


def test_a_decision_that_rests_on_what_is_contested_stands_and_says_so() -> None:
    table = in_review()
    entry = approved(table)
    table.do(ID, "decide", {"position": "approve"})
    done = table.do(AU, "contest", {"entry": entry, **SAID})
    gate = table.case.gates[ACTIVATION]
    assert (gate.outcome, gate.contested, gate.recorded) == (GateOutcome.APPROVED, (AU,), (AU,))
    (event,) = done.entries
    assert (event.event["stands"], event.event["anew"], event.event["gate"]) == (True, False, "activation")
    assert {one.notice.kind for one in step_of(done).notices} == {"recording_contested"}


def test_a_question_that_is_contested_is_dropped_and_the_clock_runs_again() -> None:
    table = in_review()
    approved(table, ID)
    entry = approved(table, position="ask", text="How many boats?")
    stood = table.case.ladders["gate:activation"].stopped_at
    done = table.do(AU, "contest", {"entry": entry, **SAID})
    gate = table.case.gates[ACTIVATION]
    assert (gate.questions, gate.undecided, list(gate.positions)) == ((), (AU,), [ID])
    assert (stood, table.case.ladders["gate:activation"].stopped_at) == (table.now, None)
    assert ("review_requested", AU) in {(one.notice.kind, one.notice.to) for one in step_of(done).notices}


def test_what_the_post_has_said_itself_since_stays() -> None:
    table = in_review()
    entry = approved(table, position="decline", text="No.")
    table.do(AU, "decide", {"position": "approve"})
    table.do(AU, "contest", {"entry": entry, **SAID})
    gate = table.case.gates[ACTIVATION]
    assert gate.positions[Post(AU)].contested_at is None
    assert [(one.void, bool(one.contested_at)) for one in gate.past] == [("changed", True)]


def test_anything_else_that_was_recorded_is_marked() -> None:
    table = in_review()
    entry = recorded(table, LK, "resubmit", title="Boats again")
    done = table.do(LK, "contest", {**SAID})
    assert table.case.recordings[entry].contested_at == table.now
    assert {one.notice.to for one in step_of(done).notices} == {AU, ID, RSO, LK}


def test_what_is_no_word_at_a_gate_is_contested_at_none_and_the_posts_word_there_stands() -> None:
    table = in_selection()
    entry = recorded(table, AU, "comment", text="Ask Laos too.")
    table.do(AU, "decide", {"gate": "participants", "position": "approve"})
    done = table.do(AU, "contest", {"entry": entry, **SAID})
    (event,) = (one.event for one in done.entries)
    said = {name: event.get(name) for name in ("gate", "position", "anew", "stands", "outcomes", "waivers")}
    assert not any(said.values()), said
    assert table.case.gates[GateName.PARTICIPANTS].undecided == (ID,)


def test_who_contests_and_until_when() -> None:
    table = in_review()
    second, first = recorded(table, LK, "resubmit", title="Boats again"), approved(table)
    assert "contest" in allowed(table.case, table.case.recordings[first].post)
    assert refuses(table, ID, "contest", {"entry": first, **SAID}).why is RefusalKind.FORBIDDEN
    assert refuses(table, RSO, "contest", {"entry": first, **SAID}).why is RefusalKind.FORBIDDEN
    assert "records nothing in the name" in str(refuses(table, AU, "contest", {"entry": second, **SAID}))
    in_its_name = {"post": AU, "how": "letter", "text": "So.", "command": {"do": "contest", **SAID}}
    assert "in the name of" in str(refuses(table, RSO, "act_for", in_its_name))
    for standing in Standing:
        if standing in (Standing.POST, Standing.DIRECTORY):
            with pytest.raises(Refused):
                table.do(AU, "contest", SAID, means=Means.SECOND_FACTOR, standing=standing)
    with pytest.raises(Refused, match="in another's name"):
        table.do(RSO, "act_for", in_its_name, means=Means.SECOND_FACTOR)
    for means in (Means.SESSION, Means.MAIL_LINK, Means.API_TOKEN):
        with pytest.raises(Refused, match="not taken like this"):
            table.do(AU, "contest", SAID, means=means, standing=Standing.HOLDER)
    table.do(AU, "contest", SAID, means=Means.SECOND_FACTOR, standing=Standing.ALTERNATE)
    assert "contested already" in str(refuses(table, AU, "contest", {"entry": first, **SAID}))
    assert "contest" not in allowed(table.case, table.case.recordings[first].post)
    table.wait(timedelta(days=8))
    assert "could be contested until" in str(refuses(table, LK, "contest", SAID))
    assert refuses(table, TH, "contest", SAID).why is RefusalKind.FORBIDDEN


def test_a_log_gives_what_was_recorded_and_contested() -> None:
    table = in_review()
    recorded(table, LK, "resubmit", title="Boats again")
    approved(table)
    table.do(AU, "contest", SAID)
    revived = case_of_log(table.case.reference, table.entries)
    shadow = blank(table.case.reference)
    for entry in table.entries:
        shadow = replay_entry(shadow, entry)
    assert revived.recordings == shadow.recordings == table.case.recordings
    assert revived.gates == table.case.gates
    assert broken_at(table.entries) is None


def with_recorded_word(answer: str = "accept", *supporting: str) -> tuple[Tabletop, int]:
    """A case at work by the policy of today, where Thailand's word on an outcome of its own was recorded."""
    table = at_work(Policy.default())
    owner = "LK" if "TH" in supporting else "TH"
    fields = {"title": "Radio net", "owner": owner, "supporting": list(supporting), "due": "2026-09-01"}
    table.do(RSO, "add_outcome", fields)
    return table, recorded(table, TH, "take_on", outcome="Radio net", answer=answer)


def test_an_outcome_that_was_taken_on_in_its_owners_name_is_offered_anew() -> None:
    table, entry = with_recorded_word()
    assert table.case.outcomes["Radio net"].taken_on == ("TH",)
    table.wait(DAY)
    done = table.do(TH, "contest", {"entry": entry, **SAID})
    assert table.case.yet_to_take_on(table.case.outcomes["Radio net"]) == ("TH",)
    assert {one for one in table.case.ladders if "Radio net" in one} == {"taking_on:Radio net"}
    told = {(one.notice.kind, one.notice.to) for one in step_of(done).notices}
    assert told == {("recording_contested", post) for post in (AU, ID, RSO, TH)} | {("outcome_offered", TH)}
    table.do(TH, "take_on", {"outcome": "Radio net"})
    assert table.case.outcomes["Radio net"].taken_on == ("TH",)


def test_what_was_taken_on_by_reporting_in_its_owners_name_is_offered_anew() -> None:
    table = at_work(Policy.default())
    table.do(RSO, "add_outcome", {"title": "Radio net", "owner": "TH"})
    entry = recorded(table, TH, "progress", outcome="Radio net", text="One is set up.")
    table.do(TH, "contest", {"entry": entry, **SAID})
    assert table.case.outcomes["Radio net"].taken_on == ()


@pytest.mark.parametrize("supporting", [(), ("TH",)])
def test_an_outcome_that_was_refused_in_a_name_is_offered_anew(supporting: tuple[str, ...]) -> None:
    table, entry = with_recorded_word("decline", *supporting)
    outcome = table.case.outcomes["Radio net"]
    assert (outcome.refused_by, outcome.supporting) == ("" if supporting else "TH", ())
    table.do(TH, "contest", {"entry": entry, **SAID})
    outcome = table.case.outcomes["Radio net"]
    assert (outcome.refused_by, outcome.supporting) == ("", supporting)
    assert "TH" in table.case.yet_to_take_on(outcome)


def test_a_word_that_the_post_has_given_itself_since_stays() -> None:
    table, entry = with_recorded_word("decline")
    table.wait(DAY)
    table.do(RSO, "amend_outcome", {"outcome": "Radio net", "owner": "TH", "text": "It has thought again."})
    table.do(TH, "take_on", {"outcome": "Radio net"})
    done = table.do(TH, "contest", {"entry": entry, **SAID})
    assert table.case.outcomes["Radio net"].taken_on == ("TH",)
    assert "outcomes" not in done.entries[0].event


def test_an_outcome_that_is_done_meanwhile_stands() -> None:
    table, entry = with_recorded_word()
    table.do(RSO, "done", {"outcome": "Radio net"})
    done = table.do(TH, "contest", {"entry": entry, **SAID})
    assert (table.case.outcomes["Radio net"].taken_on, done.entries[0].event["stands"]) == (("TH",), True)


def test_what_names_a_recommendation_contests_nothing_else() -> None:
    table, _ = with_recorded_word()
    with pytest.raises(Refused, match="No recommendation with this text is followed"):
        table.do(TH, "contest", {"recommendation": "Another", **SAID})


def with_waivers() -> tuple[Tabletop, int]:
    """A case at work where the outcomes are waived: by one Co-Chair itself, and in the name of the other."""
    table = at_work(Policy.default())
    table.do(ID, "waive", {"term": ["a"], "text": "No boats came."})
    table.wait(DAY)
    entry = recorded(table, AU, "waive", term=["a", "b"], text="No boats came.")
    table.wait(DAY)
    return table, entry


def test_a_waiver_that_is_contested_waives_nothing_and_the_post_may_state_it_anew() -> None:
    table, entry = with_waivers()
    assert terms_of_reference(table.case)[Term.OUTCOMES] == "waived"
    done = table.do(AU, "contest", {"entry": entry, **SAID})
    assert terms_of_reference(table.case)[Term.OUTCOMES] == "open"
    assert table.case.waiver_words == {Term.OUTCOMES: {Post(ID): "No boats came."}}
    assert done.entries[0].event["waivers"] == ["a", "b"]
    table.do(AU, "waive", {"term": ["a"], "text": "We say so ourselves."})
    assert terms_of_reference(table.case)[Term.OUTCOMES] == "waived"


def test_a_waiver_that_the_post_has_stated_itself_since_stays() -> None:
    table, entry = with_waivers()
    table.do(AU, "waive", {"term": ["a"], "text": "We say so ourselves."})
    table.do(AU, "contest", {"entry": entry, **SAID})
    assert terms_of_reference(table.case)[Term.OUTCOMES] == "waived"
    assert list(table.case.waiver_words) == [Term.OUTCOMES]


def closing_with_waivers(*, reported: bool) -> Tabletop:
    """A closing that one Co-Chair has approved, where the other is said to have waived (c).

    ``reported``: (c) is covered since, by an accepted report.
    """
    table = at_work(Policy.default())
    table.do(RSO, "open_report")
    if reported:
        table.do(RSO, "recommend", {"text": "Share routes", "to": ["MY"]})
        table.do(TH, "contribute", {"text": "No boats."})
        table.do(RSO, "table")
        table.until(table.case.ladders["silence"].due)
    for post in (ID, AU):
        table.do(post, "waive", {"term": ["a", "b"], "text": "No boats came."})
    table.do(ID, "waive", {"term": ["c"], "text": "No boats came."})
    table.wait(DAY)
    entry = recorded(table, AU, "waive", term=["c"], text="No boats came.")
    if reported:
        approve(table, "report")
    table.do(RSO, "circulate", {"what": "nothing"})
    approve(table, "circulation")
    table.do(RSO, "close")
    table.do(ID, "decide", {"gate": "closure", "position": "approve"})
    table.do(AU, "contest", {"entry": entry, **SAID})
    return table


def test_a_contested_waiver_ends_the_gate_of_the_closing() -> None:
    table = closing_with_waivers(reported=False)
    gate = table.case.gates[GateName.CLOSURE]
    assert (gate.outcome, "closure" in table.case.ladders) == (GateOutcome.SUPERSEDED, False)
    refuses(table, RSO, "close")


def test_a_closing_goes_on_without_the_waiver_where_the_term_is_covered_and_all_are_asked_again() -> None:
    table = closing_with_waivers(reported=True)
    gate = table.case.gates[GateName.CLOSURE]
    assert (gate.open, dict(gate.positions), gate.undecided) == (True, {}, (AU, ID))
    assert "(c)" not in gate.about


def test_a_waiver_of_a_case_of_before_stands_and_is_marked() -> None:
    table = at_work()
    entry = recorded(table, AU, "waive", term=["a"], text="No boats came.")
    table.do(AU, "contest", {"entry": entry, **SAID})
    assert terms_of_reference(table.case)[Term.OUTCOMES] == "waived"


def test_an_entry_of_before_undoes_nothing() -> None:
    """The log of a case tells itself what a contest undid: entries from before say nothing of it."""
    table, entry = with_recorded_word()
    done = table.do(TH, "contest", {"entry": entry, **SAID})
    old = {name: value for name, value in done.entries[0].event.items() if name != "outcomes"}
    again = replay_entry(done.before, done.entries[0].model_copy(update={"event": old}))
    assert again.outcomes["Radio net"].taken_on == ("TH",)
