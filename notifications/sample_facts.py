"""Facts of sample notices, one of each kind, as ``models.notices`` gives them: a case of November 2009, invented."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from models.notices import NoticeFacts
from models.reasons import ReasonCode
from notifications.wording import About

SAMPLE_TIME = datetime(2009, 11, 6, 2, 0, tzinfo=UTC)
SAMPLE_DUE = datetime(2009, 11, 13, 2, 0, tzinfo=UTC)

SAMPLE_NAMES = {
    "AU": "Australia",
    "ID": "Indonesia",
    "NZ": "New Zealand",
    "LK": "Sri Lanka",
    "TH": "Thailand",
    "IOM": "International Organization for Migration",
}
SAMPLE_CASE = About(
    reference="AHG-2009-001",
    title="Vessel off Merak with 254 persons aboard",
    stage="co_chair_review",
    names=SAMPLE_NAMES,
    answers_by_link=("respond", "consent", "acknowledge"),
)

_REQUEST = {"who": ["ID"], "version": 1, "title": SAMPLE_CASE.title}


def _of(code: ReasonCode, **facts: Any) -> list[dict[str, Any]]:
    return [{"code": code, "facts": facts}]


_AU, _ID = "AU/co-chair", "ID/co-chair"
_GATE: Mapping[str, Any] = {
    "gate": "activation",
    "about": "Request of Indonesia, version 1: Vessel off Merak with 254 persons aboard",
    "matter": _of(ReasonCode.REQUEST, **_REQUEST),
    "round": 1,
    "interests": [_ID],
}
_MISSING = {"missing": ["Source of the figures", "Members on the route"]}
_OUTCOME = {"outcome": "Common interview form in use"}
_OUTCOME_DUE = {**_OUTCOME, "indicator": "ports that use the form"}
_OUTCOME_DONE = {**_OUTCOME, "text": "The form is in use in four ports."}
_SIGHTINGS = {"arrangement": "Weekly sightings", "marking": "TLP:AMBER", "what": "sightings of vessels"}
_REPORT = {"report": "final report"}
_RECOMMENDATION = {"recommendation": "Members nominate a contact for disembarkation by the end of the year."}
_OWN_WORDS, _BETWEEN_THE_TWO = "Words of its own.", "Words between the two."
_OBJECTION = "Words of a member that objects."

_DELAY = {"subject": "gate:activation", "was": "2009-11-11T11:00:00Z", "until": "2009-11-13T11:00:00Z"}
_FACTS: Mapping[str, Mapping[str, Any]] = {
    "request_received": {},
    "completeness_requested": {"requester": "ID"},
    "completeness_overdue": {},
    "request_returned": {**_MISSING, "text": "We can help."},
    "resubmission_reminder": _MISSING,
    "ground_reviewed": {
        "post": "NZ/steering-group",
        "member": "LK",
        "ground": "landing",
        "disputed": True,
        "text": "The landings counted were in another year.",
    },
    "request_joined": {"member": "LK"},
    "request_withdrawn": {"member": "ID", "text": "The matter has been settled bilaterally."},
    "review_requested": _GATE,
    "review_requested_again": {
        **_GATE,
        "about": "Request of Indonesia, version 2: Vessel off Merak with 254 persons aboard",
        "matter": _of(ReasonCode.REQUEST, **{**_REQUEST, "version": 2}),
        "why": "ID/focal-point submitted version 2",
        "reasons": _of(ReasonCode.VERSION_SUBMITTED, post="ID/focal-point", version=2),
    },
    "review_reminder": _GATE,
    "review_escalated": _GATE,
    "review_overdue": {**_GATE, "silent": [_AU]},
    "position_taken": {**_GATE, "post": _ID, "position": "approve", "text": _OWN_WORDS, "silent": [_AU]},
    "question_asked": {**_GATE, "post": _AU, "text": _BETWEEN_THE_TWO},
    "question_answered": {**_GATE, "text": _BETWEEN_THE_TWO, "silent": [_AU, _ID]},
    "answer_overdue": {**_GATE, "text": _BETWEEN_THE_TWO, "askers": [_AU]},
    "consultation_opened": {**_GATE, "round": 2},
    "decision_made": {
        **_GATE,
        "recorded": [_AU],
        "outcome": "approved",
        "text": "AU/co-chair: with the participation of IOM.",
    },
    "decision_lapsed": {
        **_GATE,
        "outcome": "lapsed",
        "text": "There was no decision in time; nothing is decided.",
        "reasons": _of(ReasonCode.NO_DECISION_IN_TIME),
    },
    "participants_proposed": {
        "about": "Participants: Indonesia, Sri Lanka. Observers: none.",
        "matter": _of(ReasonCode.PARTICIPANTS, participants=["ID", "LK"], observers=[]),
    },
    "list_awaited": {},
    "invited": {
        "seat": "participant",
        "why": "named as affected; on the route",
        "reasons": [*_of(ReasonCode.AFFECTED), *_of(ReasonCode.ON_ROUTE)],
    },
    "seat_offered": {"seat": "participant"},
    "invitation_reminder": {},
    "invitation_answered": {"member": "LK", "answer": "accepted", "text": "With pleasure."},
    "invitation_lapsed": {"member": "LK"},
    "minimum_missing": {
        "lacks": ["1 other most-affected member", "1 organisation"],
        "reasons": [*_of(ReasonCode.LACKS_AFFECTED, count=1), *_of(ReasonCode.LACKS_ORGANISATION, count=1)],
    },
    "admission_considered": {
        "member": "TH",
        "text": "A second vessel has reached its waters.",
        "post": "NZ/steering-group",
    },
    "admission_refused": {"member": "TH", "text": _OBJECTION, "post": "IOM/steering-group"},
    "admission_proposed": {"member": "TH", "text": "A second vessel has reached its waters."},
    "participant_left": {"member": "LK", "text": _OWN_WORDS},
    "group_convened": {"text": "Convened by AU/co-chair.", "reasons": _of(ReasonCode.CONVENED_BY, post=_AU)},
    "outcome_assigned": {**_OUTCOME_DUE, "owner": "ID"},
    "outcome_offered": {**_OUTCOME_DUE, "owner": "ID"},
    "outcome_taken_on": {**_OUTCOME, "member": "LK", "answer": "accepted", "text": "From next month."},
    "outcome_amended": {
        **_OUTCOME,
        "amended": ["owner", "target", "due"],
        "owner": "LK",
        "text": "Two more ports were added.",
    },
    "outcome_returned": {
        **_OUTCOME,
        "text": "LK has not taken it on.",
        "reasons": _of(ReasonCode.NOT_TAKEN_ON, member="LK"),
    },
    "outcome_handed_on": {**_OUTCOME, "text": "Another ministry does it now."},
    "outcome_due": _OUTCOME_DUE,
    "outcome_overdue": _OUTCOME_DUE,
    "outcome_blocked": _OUTCOME_DONE,
    "outcome_done": _OUTCOME_DONE,
    "outcome_verified": {**_OUTCOME_DONE, "post": _ID},
    "outcome_reopened": {**_OUTCOME_DONE, "because": "objected", "post": _AU},
    "arrangement_proposed": _SIGHTINGS,
    "arrangement_to_change": {
        "arrangement": "Weekly sightings",
        "marking": "TLP:AMBER",
        "because": "amended",
        "names": ["LK"],
    },
    "arrangement_changed": {
        "arrangement": "Weekly sightings",
        "because": "left",
        "member": "LK",
        "text": "Other priorities.",
    },
    "exchange_due": _SIGHTINGS,
    "exchange_overdue": _SIGHTINGS,
    "arrangement_in_force": {"arrangement": "Weekly sightings"},
    "arrangement_review_due": {"arrangement": "Weekly sightings"},
    "meeting_called": {
        "meeting": "First meeting of the group",
        "place": "Perth",
        "starts": "2009-11-16T09:00:00+08:00",
        "ends": "2009-11-17T16:30:00+08:00",
        "agenda": ["The situation", "Information sharing", "Any other business"],
    },
    "meeting_cancelled": {
        "meeting": "First meeting of the group",
        "starts": "2009-11-16T09:00:00+08:00",
        "text": "The venue is closed.",
        "not_held": [{"title": "First meeting of the group", "starts": "2009-11-16T09:00:00+08:00"}],
    },
    "situation_update_due": {},
    "situation_updated": {"text": "Words about the situation."},
    "activation_ending": {"until": "2009-11-13"},
    "activation_extended": {"until": "2009-11-13"},
    "case_suspended": {"text": "The requester's ministry is being moved."},
    "suspension_to_review": {"text": "The requester's ministry is being moved."},
    "deadlines_moved": {
        "member": "ID",
        "answer": "closed",
        "starts": "2009-11-11",
        "until": "2009-11-12",
        "delays": [_DELAY],
    },
    "case_resumed": {
        "text": "The move is complete.",
        "dates": [{"do": "respond", "due": "2009-11-20T02:00:00Z"}],
        "delays": [_DELAY],
    },
    "contributions_requested": _REPORT,
    "report_begun": {**_REPORT, "ended": True},
    "report_owed": {},
    "report_tabled": {**_REPORT, "text": "With thanks to all who contributed."},
    "report_reopened": {**_REPORT, "text": _OBJECTION, "because": "objected", "post": "NZ/steering-group"},
    "report_accepted": {**_REPORT, "text": "With the usual editing."},
    "consent_requested": {"what": "summary"},
    "consent_reminder": {"what": "summary"},
    "consent_missing": {"member": "LK", "consent": "lapsed"},
    "waiver_stated": {"term": "b", "text": "No two of the members share a route.", "post": _ID},
    "rewording_awaited": {"member": "LK", "consent": "refused", "words": ["Colombo", "Sri Lankan"], "first": True},
    "closing_awaited": {},
    "circulation_dropped": {"what": "summary", "outcome": "declined", "over": [{"do": "consent"}]},
    "circulated": {
        "what": "summary",
        "names": ["ID", "AU"],
        "text": "The group met twice.\n\nIt agreed on a common interview form and on weekly exchanges.",
    },
    "case_ended": {
        "stage": "closed",
        "text": "With thanks to all.",
        "undecided": ["extension"],
        "over": [{"do": "progress", "about": "Common interview form in use"}],
    },
    "recommendation_addressed": {**_RECOMMENDATION, "owner": "RSO", "addressees": ["ID", "LK"]},
    "recommendation_due": _RECOMMENDATION,
    "recommendation_overdue": _RECOMMENDATION,
    "recommendation_resolved": {**_RECOMMENDATION, "state": "adopted", "text": "Nominated in June."},
    "post_handed_over": {
        "post": "ID/focal-point",
        "person": "Siti Nurhaliza",
        "dates": [{"do": "respond", "due": "2009-11-20T02:00:00Z"}],
    },
    "post_passed_on": {
        "post": "ID/focal-point",
        "over": [{"do": "progress", "about": "Common interview form in use"}],
        "not_held": [{"title": "First meeting of the group", "starts": "2009-11-16T09:00:00+08:00"}],
    },
    "recorded_in_name": {
        "post": _AU,
        "do": "decide",
        "how": "telephone",
        "why": "The minister travels.",
        "gate": "activation",
        "position": "approve",
        "entry": 5,
    },
    "recording_contested": {
        "post": _ID,
        "entry": 5,
        "gate": "activation",
        "position": "approve",
        "stands": True,
        "text": "Nobody here has said this. We have not decided.",
    },
    "post_delegated": {"post": "ID/focal-point", "person": "Budi Santoso", "until": "2009-12-31"},
}
SAMPLE_FACTS: Mapping[str, NoticeFacts] = {kind: NoticeFacts.model_validate(facts) for kind, facts in _FACTS.items()}
"""For every kind, facts as ``models.notices`` gives them."""
