"""A post contests what was recorded in its name."""

from datetime import timedelta

import pytest

from models.authentication import Means, Standing
from models.case import GateName, GateOutcome, PositionKind
from models.log import broken_at
from models.posts import Post
from models.projection import step_of
from models.refusal import RefusalKind, Refused
from models.rules import allowed, case_of_log, replay_entry
from models.rules.steps import blank
from tests.models.helpers import AU, DAY, ID, LK, RSO, TH, in_review, refuses
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
