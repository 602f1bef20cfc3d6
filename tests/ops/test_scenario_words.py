"""``with:`` as outsiders write it, who know the procedure and not our fields: each of these is read."""

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from models.commands import parse
from models.refusal import Refused
from ops.scenario_values import Known
from ops.scenario_words import NOT_SAID, worded
from tests.tabletop import directory

KNOWN = Known(
    directory=directory(),
    group=("MY", "TH", "IOM"),
    requesters=("MY",),
    outcomes=("Patrols agreed",),
    arrangements=("Weekly picture",),
    meetings=("First", "Second"),
    recommendations={1: "Keep the plan.", 2: "Share lists\nShare lists each week."},
    at=datetime(2026, 7, 6, 2, tzinfo=UTC),
)
REQUEST = "title: Boats, situation: Boats leave."


def _read(do: str, written: str, known: Known = KNOWN) -> dict[str, Any]:
    """The command's own fields, as a scenario file's ``with`` gives them; the command can be read."""
    given = yaml.safe_load("{" + written + "}")
    fields = worded(do, given, known).fields
    return parse(do, fields, by="MY/focal-point", command_id="1").body.model_dump(mode="json", by_alias=True)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("title: A, situation: {what: Boats, since: 2026-06-01}", {"situation": "Boats", "since": "2026-06-01"}),
        (REQUEST + ", where: Andaman Sea", {"where": "Andaman Sea"}),
        ("title: A, situation: {what: Boats, where: Andaman Sea}", {"situation": "Boats", "where": "Andaman Sea"}),
        (REQUEST + ", where: [Cox's Bazar, Langkawi]", {"where": "Cox's Bazar, Langkawi"}),
        (REQUEST + ", confidential: [where]", {"confidential": {"where": []}}),
        (REQUEST + ", what_has_been_done: [patrols, calls]", {"done": "patrols\ncalls"}),
        (REQUEST + ", what has been done: patrols", {"done": "patrols"}),
        (REQUEST + ", done_so_far: patrols", {"done": "patrols"}),
        (REQUEST + ", actions_taken: patrols", {"done": "patrols"}),
        (REQUEST + ", measures: patrols", {"done": "patrols"}),
        (REQUEST + ", members_affected: [MY, TH]", {"affected": ["MY", "TH"]}),
        (REQUEST + ", affected_members: [MY]", {"affected": ["MY"]}),
        (REQUEST + ", countries: [Thailand]", {"affected": ["TH"]}),
        (REQUEST + ", what_is_asked: help", {"asks": ["help"]}),
        (REQUEST + ", asked: help", {"asks": ["help"]}),
        (REQUEST + ", ask: help", {"asks": ["help"]}),
        (REQUEST + ", requested: [help, more]", {"asks": ["help", "more"]}),
        (REQUEST + ", requests: [help]", {"asks": ["help"]}),
        (REQUEST + ", confidentiality: [figures]", {"confidential": {"figures": []}}),
        (REQUEST + ", confidential: figures", {"confidential": {"figures": []}}),
        (REQUEST + ", confidential: {figures: co-chairs}", {"confidential": {"figures": []}}),
        (REQUEST + ", confidential: {figures: [TH]}", {"confidential": {"figures": ["TH"]}}),
        (REQUEST + ", confidential: [figures, done so far]", {"confidential": {"figures": [], "done": []}}),
        (REQUEST + ", affected: MY", {"affected": ["MY"]}),
        (REQUEST + ", affected: 'MY, TH and LK'", {"affected": ["MY", "TH", "LK"]}),
        (REQUEST + ", affected: [MY/focal-point]", {"affected": ["MY"]}),
        (
            REQUEST + ", routes: {from: BD, via: TH, to: MY, by: sea}",
            {"routes": [{"from": "BD", "via": ["TH"], "to": "MY", "by": "sea"}]},
        ),
        (REQUEST + ", routes: [BD to MY by sea]", {"routes": [{"from": "BD", "via": [], "to": "MY", "by": "sea"}]}),
        (REQUEST + ", routes: [MM, TH, MY]", {"routes": [{"from": "MM", "via": ["TH"], "to": "MY", "by": ""}]}),
        (
            REQUEST + ", figures: [{what: persons, value: '2,700', date: 2026-06-01, source: UNHCR}]",
            {"figures": [{"what": "persons", "number": 2700, "as_of": "2026-06-01", "source": "UNHCR"}]},
        ),
        (
            REQUEST + ", figures: {persons: 12}",
            {"figures": [{"what": "persons", "number": 12, "as_of": None, "source": ""}]},
        ),
        (
            REQUEST + ", figures: 300 persons",
            {"figures": [{"what": "persons", "number": 300, "as_of": None, "source": ""}]},
        ),
        (REQUEST + ", since: 2026-06", {"since": "2026-06-01", "situation": "Boats leave.\nsince: 2026-06"}),
        (REQUEST + ", since: '2026-06-01T09:00:00+07:00'", {"since": "2026-06-01"}),
        (REQUEST + ", since: June 2026", {"since": "2026-06-01"}),
        (REQUEST + ", since: the monsoon", {"since": None, "situation": "Boats leave.\nsince: the monsoon"}),
        (REQUEST + ", Urgency: Urgent", {"urgency": "urgent"}),
        (REQUEST + ", urgent: true", {"urgency": "urgent"}),
        (REQUEST + ", urgency: high", {"urgency": "urgent"}),
        (REQUEST + ", attachments: [map.pdf]", {"attachments": [], "situation": "Boats leave.\nattachment: map.pdf"}),
        (REQUEST + ", attachments: [{name: map.pdf}]", {"attachments": []}),
        (REQUEST + ", note: Please hurry.", {"situation": "Boats leave.\nPlease hurry."}),
        (REQUEST + ", text: Please hurry.", {"situation": "Boats leave.\nPlease hurry."}),
        (REQUEST + ", jointly_with: [TH]", {"situation": "Boats leave.\njointly with: TH"}),
        (REQUEST + ", weather: calm", {"situation": "Boats leave.\nweather: calm"}),
    ],
)
@pytest.mark.parametrize("do", ["draft", "submit"])
def test_a_request_is_read(do: str, written: str, meant: dict[str, Any]) -> None:
    read = _read(do, written)

    assert {name: read[name] for name in meant} == meant


OUTCOME = "title: Ports, owner: TH"
MEETING = "title: First, place: Bangkok"


@pytest.mark.parametrize(
    ("do", "written", "meant"),
    [
        ("resubmit", "members_affected: MY, note: As asked.", {"changes": {"affected": ["MY"]}, "text": "As asked."}),
        ("resubmit", "changes: {what has been done: x}", {"changes": {"done": "x"}}),
        ("resubmit", "weather: calm", {"changes": {}, "text": "weather: calm"}),
        ("return", "what: [figures]", {"missing": ["figures"]}),
        ("return", "list: [figures]", {"missing": ["figures"]}),
        ("return", "what is missing: figures", {"missing": ["figures"]}),
        ("return", "missing: {figures: no source}", {"missing": ["figures: no source"]}),
        ("return", "", {"missing": [NOT_SAID]}),
        ("join", "situation: ours too, affected: [TH]", {"text": "situation: ours too\naffected: TH"}),
        ("decide", "gate: Activation, position: Approve", {"gate": "activation", "position": "approve"}),
        ("decide", "position: approved", {"position": "approve"}),
        (
            "decide",
            "position: approve-with-conditions, conditions: [a, b]",
            {"position": "approve with conditions", "text": "a\nb"},
        ),
        ("decide", "position: approve_with_conditions", {"text": NOT_SAID}),
        ("decide", "position: declined, because: too late", {"position": "decline", "text": "too late"}),
        ("decide", "position: recused, reason: x", {"position": "recuse", "text": "x"}),
        ("decide", "decision: approve", {"position": "approve"}),
        ("decide", "activation: approve", {"gate": "activation", "position": "approve"}),
        ("decide", "position: ask, questions: [who, when]", {"position": "ask", "text": "who\nwhen"}),
        ("decide", "approve: true", {"position": "approve"}),
        ("answer", "gate: activation, reply: a", {"gate": "activation", "text": "a"}),
        ("answer", "answers: [a, b]", {"text": "a\nb"}),
        (
            "propose",
            "members: [{member: LK, why: on the route}, TH]",
            {"members": ["LK", "TH"], "text": "LK: on the route"},
        ),
        ("propose", "members: [LK], reasons: {LK: on the route}", {"members": ["LK"], "text": "LK: on the route"}),
        ("propose", "states: [LK], organisations: [UNHCR]", {"members": ["LK", "UNHCR"]}),
        ("propose", "members: [SG, lk]", {"members": ["SG", "LK"]}),
        ("propose", "member: LK, as: observer", {"members": [], "observers": ["LK"]}),
        ("comment", "text: x, members: [BD]", {"text": "x", "member": "BD"}),
        ("respond", "response: Accepted", {"answer": "accept"}),
        ("respond", "decline: no capacity", {"answer": "decline", "text": "no capacity"}),
        ("respond", "as: observer", {"answer": "observe"}),
        ("replace", "old: TH, new: LK/focal-point", {"member": "TH", "by": "LK"}),
        ("admit", "members: [LK]", {"member": "LK", "observer": False}),
        ("admit", "observers: [LK]", {"member": "LK", "observer": True}),
        ("add_outcome", OUTCOME + ", supporting_participants: [IOM]", {"supporting": ["IOM"]}),
        ("add_outcome", OUTCOME + ", supported_by: IOM", {"supporting": ["IOM"]}),
        ("add_outcome", OUTCOME + ", participants: [IOM, MY/focal-point]", {"supporting": ["IOM", "MY"]}),
        ("add_outcome", OUTCOME + ", due_date: 2026-09-01", {"due": "2026-09-01"}),
        ("add_outcome", "outcome: Ports, owner: TH/focal-point", {"title": "Ports", "owner": "TH"}),
        ("add_outcome", "name: Ports, responsible: Thailand", {"title": "Ports", "owner": "TH"}),
        ("add_outcome", OUTCOME + ", description: All of them.", {"text": "All of them."}),
        (
            "add_outcome",
            OUTCOME + ", indicator: {name: ports named, baseline: 0, target: 4, unit: ports}",
            {"indicator": "ports named", "baseline": 0, "target": 4, "unit": "ports"},
        ),
        ("progress", "outcome: patrols agreed, progress: 3", {"outcome": "Patrols agreed", "value": 3}),
        ("progress", "progress: two ports", {"outcome": "Patrols agreed", "value": None, "text": "two ports"}),
        ("progress", "outcome: Patrols agreed, entry: two ports", {"text": "two ports"}),
        ("progress", "value: 3 of 4", {"value": 3, "text": "value: 3 of 4"}),
        ("block", "outcome: Patrols agreed, because: a storm", {"text": "a storm"}),
        ("add_arrangement", "title: A, parties: [MY, TH], kind_of_information: ports", {"kind": "ports"}),
        ("add_arrangement", "title: A, between: [MY, TH]", {"parties": ["MY", "TH"]}),
        ("add_arrangement", "title: A, parties: [MY], tlp: amber", {"marking": "TLP:AMBER"}),
        ("add_arrangement", "title: A, parties: [MY], marking: 'TLP amber strict'", {"marking": "TLP:AMBER+STRICT"}),
        ("add_arrangement", "title: A, parties: [MY], in force from: 2026-08-20", {"begins": "2026-08-20"}),
        ("add_arrangement", "title: A, parties: [MY], often: weekly", {"every": "weekly"}),
        (
            "add_arrangement",
            "title: A, parties: [MY], contacts: {MY: focal point, TH: duty officer}",
            {"contacts": ["MY/focal-point", "TH: duty officer"]},
        ),
        ("agree", "title: weekly picture", {"arrangement": "Weekly picture"}),
        ("agree", "", {"arrangement": "Weekly picture"}),
        ("review_arrangement", "outcome: end", {"arrangement": "Weekly picture", "text": "outcome: end"}),
        ("schedule_meeting", MEETING + ", date: 2026-08-01, time: '9:00'", {"starts": "2026-08-01T09:00"}),
        ("schedule_meeting", MEETING + ", day: 2026-08-01", {"starts": "2026-08-01"}),
        (
            "schedule_meeting",
            MEETING + ", dates: [2026-08-01, 2026-08-02]",
            {"starts": "2026-08-01", "ends": "2026-08-02"},
        ),
        ("schedule_meeting", "meeting: M, venue: Bangkok, on: 2026-08-01", {"title": "M", "place": "Bangkok"}),
        ("schedule_meeting", "name: M, date: 2026-08-01", {"title": "M"}),
        ("schedule_meeting", "date: 2026-08-01", {"title": "Meeting 3"}),
        ("schedule_meeting", MEETING + ", date: 2026-08-01, invited: [MY, TH]", {"text": "invited: MY, TH"}),
        (
            "attend",
            "meeting: first, present: MY/focal-point, observed: [BD], apologies: [TH]",
            {"meeting": "First", "present": ["MY"], "observing": ["BD"], "absent": ["TH"]},
        ),
        ("attend", "participants: [MY]", {"meeting": "Second", "present": ["MY"]}),
        ("attend", "members: MY", {"present": ["MY"]}),
        (
            "attend",
            "attendance: {MY: present, TH: absent, BD: observing}",
            {"present": ["MY"], "absent": ["TH"], "observing": ["BD"]},
        ),
        ("situation_update", "summary: calm, as_of: 2026-07-01", {"text": "calm\nas of: 2026-07-01"}),
        (
            "situation_update",
            "situation: calm, routes: [{from: BD, to: MY}]",
            {"text": "calm\nroutes: from: BD; to: MY"},
        ),
        ("extend", "to: 2028-01-01", {"until": "2028-01-01"}),
        ("extend", "new_end: 2028-01-01", {"until": "2028-01-01"}),
        ("extend", "until: 6 months", {"by": "6mo"}),
        ("extend", "by: 2028-01-01", {"until": "2028-01-01"}),
        ("terminate", "'on': 2026-08-01, why: x", {"text": "x\non: 2026-08-01"}),
        ("suspend", "until: 2026-08-01, reason: x", {"text": "x\nuntil: 2026-08-01"}),
        ("suspend", "", {"text": NOT_SAID}),
        ("open_report", "report: interim, title: First", {"kind": "interim", "text": "title: First"}),
        ("open_report", "final: true", {"kind": "final"}),
        ("contribute", "contribution: x", {"text": "x"}),
        ("contribute", "report: final, text: x", {"text": "x"}),
        ("table", "report: final", {"text": ""}),
        ("table", "kind: final", {"text": ""}),
        ("table", "until: 2026-08-30", {"text": "until: 2026-08-30"}),
        ("object", "report: final, text: x", {"text": "x"}),
        ("object", "outcome: patrols agreed, text: x", {"outcome": "Patrols agreed"}),
        ("revise", "changes: x", {"text": "x"}),
        ("revise", "", {"text": NOT_SAID}),
        ("recommend", "text: B, addressed_to: [ID], due_date: 2027-01-31", {"to": ["ID"], "due": "2027-01-31"}),
        ("recommend", "text: B, to: AU/co-chair, owner: RSO/secretariat", {"to": ["AU"], "owner": "RSO"}),
        ("recommend", "text: B, to: participants", {"to": ["MY", "TH", "IOM"]}),
        ("recommend", "title: E, text: Long.", {"text": "E\nLong."}),
        ("adopt", "recommendation: 1", {"recommendation": "Keep the plan."}),
        ("adopt", "recommendation: keep the plan", {"recommendation": "Keep the plan."}),
        (
            "adopt",
            "title: Share lists, decision: declined, because: costly",
            {"recommendation": "Share lists\nShare lists each week.", "state": "declined", "text": "costly"},
        ),
        ("adopt", "text: Keep the plan.", {"recommendation": "Keep the plan.", "text": ""}),
        ("circulate", "names: none", {"names": []}),
        ("circulate", "names: everyone", {"names": ["MY", "TH", "IOM"]}),
        ("circulate", "to: all, names: TH/focal-point", {"to": "everyone", "names": ["TH"]}),
        ("circulate", "to: steering group", {"to": ["AU", "ID", "NZ", "TH", "IOM", "UNHCR"]}),
        ("circulate", "to: [AU/focal-point]", {"to": ["AU"]}),
        ("circulate", "what: full report", {"what": "full"}),
        ("consent", "refuse: true", {"answer": "refuse"}),
        ("consent", "give: no", {"answer": "refuse"}),
        ("consent", "to: being named", {"answer": "give"}),
        ("waive", "tor: a, why: x", {"term": ["a"], "text": "x"}),
        ("waive", "a: nothing to do", {"term": ["a"], "text": "nothing to do"}),
        ("waive", "terms: [a, b]", {"term": ["a", "b"], "text": NOT_SAID}),
        (
            "delegate",
            "alternate: Jo Doe, from: 2026-07-10, for: 2w, until: 2026-09-01",
            {
                "to": {"name": "Jo Doe", "email": "", "language": "en"},
                "until": "2026-09-01",
                "text": "from: 2026-07-10\nfor: 2w",
            },
        ),
        (
            "hand_over",
            "new holder: Jo Doe, 'on': 2026-07-10, phone: '123'",
            {"to": {"name": "Jo Doe", "email": "", "language": "en"}, "text": "on: 2026-07-10\nphone: 123"},
        ),
        ("delegate", "until: 2026-09-01", {"to": {"name": "The alternate", "email": "", "language": "en"}}),
        ("add_arrangement", "kind: ports", {"title": "Arrangement 2", "parties": ["MY", "TH", "IOM"]}),
        ("hand_over", "to: {name: Jo Doe, phone: '123'}", {"text": "phone: 123"}),
    ],
)
def test_fields_are_found_by_what_people_call_them(do: str, written: str, meant: dict[str, Any]) -> None:
    read = _read(do, written)

    assert {
        name: sorted(one) if name == "to" and do == "circulate" and isinstance(one, list) else one
        for name, one in read.items()
        if name in meant
    } == {
        name: sorted(one) if name == "to" and isinstance(one, list) and do == "circulate" else one
        for name, one in meant.items()
    }


def test_organisations_can_be_addressed_together() -> None:
    to = _read("circulate", "to: organisations")["to"]

    assert {"IOM", "UNHCR"} <= set(to)
    assert "MY" not in to


@pytest.mark.parametrize(
    "written",
    [
        "post: ID/co-chair, how: telephone, why: no mail, do: decide, with: {gate: Activation, position: approved}",
        "whom: ID/co-chair, how: telephone, why: no mail, command: {do: decide, gate: activation, decision: approve}",
        "for: ID/co-chair, how: telephone, why: no mail, do: decide, position: Approve, gate: activation",
    ],
)
def test_what_is_done_for_a_post_is_read_the_same(written: str) -> None:
    read = _read("act_for", written)

    assert (read["post"], read["how"], read["text"]) == ("ID/co-chair", "telephone", "no mail")
    assert (read["command"]["gate"], read["command"]["position"]) == ("activation", "approve")


def test_what_is_kept_or_left_out_is_told() -> None:
    read = worded("recommend", {"report": "final", "text": "A", "priority": "high"}, KNOWN)

    assert (read.fields["text"], read.kept, read.left_out) == (
        "A\npriority: high",
        ("priority: high",),
        ("report: final",),
    )


def test_nothing_is_said_for_an_act_that_is_to_be_refused() -> None:
    assert worded("revise", {}, KNOWN, fill=False).fields == {}


def test_programs_are_told_of_their_slips_as_before() -> None:
    with pytest.raises(Refused, match="weather: Extra inputs"):
        parse("submit", {"title": "A", "weather": "calm"}, by="MY/focal-point", command_id="1")
