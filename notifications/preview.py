"""How a mail reads before it is sent: any kind of notice with sample facts, for any post; and a mail taken apart.

What is rendered here is never sent. Its links are signed with a key that no deployment has, so they open nothing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from models.base import Value
from models.notices import DIGEST, POLICY_PROPOSED, POLICY_SETTLED, NoticeFacts
from models.posts import Capacity, Post
from models.reasons import ReasonCode
from notifications.answer_links import AnswerLinks
from notifications.compose import MailReader, compose
from notifications.digest import Item, compose_digest
from notifications.off_links import OffLinks
from notifications.policy_mail import compose_policy
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

SAMPLE_LINKS = AnswerLinks({"samples": b"k" * 32})
"""Signs the links of previews. The same key always, so that a sample is the same mail always; known to everybody, so
that what it signs proves nothing (``web.mail.opened_link`` takes the deployment's own keys alone)."""

SAMPLE_OFF_LINKS = OffLinks({"samples": b"k" * 32})
"""The same for links that switch mails off."""

_REQUEST = {"who": ["ID"], "version": 1, "title": SAMPLE_CASE.title}


def _of(code: ReasonCode, **facts: Any) -> list[dict[str, Any]]:
    return [{"code": code, "facts": facts}]


_GATE: Mapping[str, Any] = {
    "gate": "activation",
    "about": "Request of Indonesia, version 1: Vessel off Merak with 254 persons aboard",
    "matter": _of(ReasonCode.REQUEST, **_REQUEST),
    "round": 1,
    "interests": ["ID/co-chair"],
}
_OUTCOME = {"outcome": "Common interview form in use", "text": "The form is in use in four ports."}
_RECOMMENDATION = {"recommendation": "Members nominate a contact for disembarkation by the end of the year."}

_FACTS: Mapping[str, Mapping[str, Any]] = {
    "request_received": {},
    "completeness_requested": {"requester": "ID"},
    "completeness_overdue": {},
    "request_returned": {"missing": ["Source of the figures", "Members on the route"], "text": "We can help."},
    "resubmission_reminder": {"missing": ["Source of the figures", "Members on the route"]},
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
    "review_overdue": {**_GATE, "silent": ["AU/co-chair"]},
    "position_taken": {
        **_GATE,
        "post": "ID/co-chair",
        "position": "approve",
        "text": "Words of its own.",
        "silent": ["AU/co-chair"],
    },
    "question_asked": {**_GATE, "post": "AU/co-chair", "text": "Words between the two."},
    "question_answered": {**_GATE, "text": "Words between the two.", "silent": ["AU/co-chair", "ID/co-chair"]},
    "answer_overdue": {**_GATE, "text": "Words between the two.", "askers": ["AU/co-chair"]},
    "consultation_opened": {**_GATE, "round": 2},
    "decision_made": {**_GATE, "outcome": "approved", "text": "AU/co-chair: with the participation of IOM."},
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
    "invitation_reminder": {},
    "invitation_answered": {"member": "LK", "answer": "accepted", "text": "With pleasure."},
    "invitation_lapsed": {"member": "LK"},
    "minimum_missing": {
        "lacks": ["1 other most-affected member", "1 organisation"],
        "reasons": [*_of(ReasonCode.LACKS_AFFECTED, count=1), *_of(ReasonCode.LACKS_ORGANISATION, count=1)],
    },
    "admission_proposed": {"member": "TH", "text": "A second vessel has reached its waters."},
    "participant_left": {"member": "LK", "text": "Words of its own."},
    "group_convened": {"text": "Convened by AU/co-chair.", "reasons": _of(ReasonCode.CONVENED_BY, post="AU/co-chair")},
    "outcome_assigned": {
        "outcome": "Common interview form in use",
        "indicator": "ports that use the form",
        "owner": "ID",
    },
    "outcome_due": {"outcome": "Common interview form in use", "indicator": "ports that use the form"},
    "outcome_overdue": {"outcome": "Common interview form in use", "indicator": "ports that use the form"},
    "outcome_blocked": _OUTCOME,
    "outcome_done": _OUTCOME,
    "outcome_verified": {**_OUTCOME, "post": "ID/co-chair"},
    "outcome_reopened": {**_OUTCOME, "because": "objected", "post": "AU/co-chair"},
    "arrangement_proposed": {"arrangement": "Weekly sightings", "marking": "TLP:AMBER", "what": "sightings of vessels"},
    "arrangement_in_force": {"arrangement": "Weekly sightings"},
    "arrangement_review_due": {"arrangement": "Weekly sightings"},
    "meeting_called": {
        "meeting": "First meeting of the group",
        "place": "Perth",
        "starts": "2009-11-16T09:00:00+08:00",
        "ends": "2009-11-17T16:30:00+08:00",
        "agenda": ["The situation", "Information sharing", "Any other business"],
    },
    "situation_update_due": {},
    "situation_updated": {"text": "Words about the situation."},
    "activation_ending": {},
    "activation_extended": {},
    "case_suspended": {"text": "The requester's ministry is being moved."},
    "case_resumed": {"text": "The move is complete.", "dates": [{"do": "respond", "due": "2009-11-20T02:00:00Z"}]},
    "contributions_requested": {"report": "final report"},
    "report_begun": {"report": "final report", "ended": True},
    "report_owed": {},
    "report_tabled": {"report": "final report", "text": "With thanks to all who contributed."},
    "report_reopened": {
        "report": "final report",
        "text": "Words of a member that objects.",
        "because": "objected",
        "post": "NZ/steering-group",
    },
    "report_accepted": {"report": "final report", "text": "With the usual editing."},
    "consent_requested": {"what": "summary"},
    "consent_reminder": {"what": "summary"},
    "consent_missing": {"member": "LK", "consent": "lapsed"},
    "closing_awaited": {},
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
    "post_handed_over": {"post": "ID/focal-point", "person": "Siti Nurhaliza"},
    "post_delegated": {"post": "ID/focal-point", "person": "Budi Santoso", "until": "2009-12-31"},
}
SAMPLE_FACTS: Mapping[str, NoticeFacts] = {kind: NoticeFacts.model_validate(facts) for kind, facts in _FACTS.items()}
"""For every kind, facts as ``models.notices`` gives them."""

_SECRETARIAT = (
    "completeness_requested",
    "completeness_overdue",
    "report_begun",
    "report_owed",
    "report_reopened",
    "closing_awaited",
)
_STEERING_GROUP = ("participants_proposed", "report_tabled", "list_awaited")
_CO_CHAIRS = (
    "review_requested",
    "review_requested_again",
    "review_reminder",
    "review_escalated",
    "review_overdue",
    "position_taken",
    "question_answered",
    "consultation_opened",
    "minimum_missing",
    "outcome_done",
    "outcome_verified",
    "outcome_blocked",
    "invitation_answered",
    "participant_left",
    "consent_missing",
    POLICY_PROPOSED,
    POLICY_SETTLED,
)
_WITHOUT_DATE = (
    "request_joined",
    "request_withdrawn",
    "decision_made",
    "invitation_answered",
    "invitation_lapsed",
    "participant_left",
    "outcome_blocked",
    "meeting_called",
    "situation_updated",
    "case_suspended",
    "case_resumed",
    "report_accepted",
    "consent_missing",
    "circulated",
    "case_ended",
    "post_handed_over",
    "post_delegated",
)


def reader_of(kind: str) -> MailReader:
    """Somebody who may get such a notice."""
    if kind in _SECRETARIAT:
        post, zone = Post("RSO/secretariat"), "Asia/Bangkok"
    elif kind in _STEERING_GROUP:
        post, zone = Post("NZ/steering-group"), "Pacific/Auckland"
    elif kind in _CO_CHAIRS:
        post, zone = Post("AU/co-chair"), "Australia/Sydney"
    else:
        post, zone = Post("ID/focal-point"), "Asia/Jakarta"
    capacity = Capacity.ALTERNATE if kind == "review_escalated" else Capacity.HOLDER
    return MailReader(name="Siti Nurhaliza", address="desk@example.org", post=post, zone=zone, capacity=capacity)


_IN_A_DIGEST = ("situation_updated", "outcome_due", "invitation_answered", "outcome_blocked", "recommendation_due")


def sample_digest(about: About = SAMPLE_CASE, **changes: Any) -> EmailMessage:
    """A digest with sample facts, of two cases; ``changes`` replace arguments of ``compose_digest``."""
    other = about.model_copy(
        update={"reference": "AHG-2009-002", "title": "Boats in the strait", "stage": "operational"}
    )
    items = [
        Item(
            kind=kind,
            about=case,
            facts=SAMPLE_FACTS[kind],
            due=None if kind in _WITHOUT_DATE else SAMPLE_DUE,
            queued_at=SAMPLE_TIME,
        )
        for case in (about, other)
        for kind in (_IN_A_DIGEST if case is other else _IN_A_DIGEST[2:4])
    ]
    arguments: Mapping[str, Any] = {
        "items": items,
        "reader": reader_of(DIGEST),
        "at": SAMPLE_TIME,
        "key": f"{DIGEST}:ID/focal-point:7",
        "mail_from": "Bali Process Ad Hoc Group <ahg@example.org>",
        "reply_to": "Secretariat <secretariat@example.org>",
        "public_url": "https://ahg.example.org",
        "off": SAMPLE_OFF_LINKS,
        **changes,
    }
    return compose_digest(**arguments)


_A_POLICY: Mapping[str, Mapping[str, str]] = {
    POLICY_PROPOSED: {
        "by": "RSO/secretariat",
        "why": "Ten days were too long in June.",
        "version": "2",
        "changes": "3",
    },
    POLICY_SETTLED: {
        "by": "RSO/secretariat",
        "why": "Shorter for routine cases too, please.",
        "version": "2",
        "outcome": "refused",
        "who": "ID/co-chair",
    },
}


def sample_policy(kind: str, about: About = SAMPLE_CASE, **changes: Any) -> EmailMessage:
    """A mail about a proposed policy; ``changes`` replace arguments of ``compose_policy``. Of ``about``: the names."""
    arguments: Mapping[str, Any] = {
        "facts": _A_POLICY[kind],
        "names": about.names,
        "reader": reader_of(kind),
        "at": SAMPLE_TIME,
        "key": f"{kind}:AU/co-chair:7",
        "mail_from": "Bali Process Ad Hoc Group <ahg@example.org>",
        "reply_to": "Secretariat <secretariat@example.org>",
        "public_url": "https://ahg.example.org",
        **changes,
    }
    return compose_policy(kind, **arguments)


def sample_mail(kind: str, **changes: Any) -> EmailMessage:
    """The mail of a kind with its sample facts; ``changes`` replace arguments of ``compose``: ``reader``, ``about``, ...

    Raises:
        KeyError: an unknown kind.
    """
    if kind == DIGEST:
        return sample_digest(**changes)
    if kind in _A_POLICY:
        return sample_policy(kind, **changes)
    arguments: Mapping[str, Any] = {
        "reader": reader_of(kind),
        "about": SAMPLE_CASE,
        "facts": SAMPLE_FACTS[kind],
        "due": None if kind in _WITHOUT_DATE else SAMPLE_DUE,
        "at": SAMPLE_TIME,
        "key": f"AHG-2009-001/7/{kind}/desk@example.org",
        "mail_from": "Bali Process Ad Hoc Group <ahg@example.org>",
        "reply_to": "Secretariat <secretariat@example.org>",
        "public_url": "https://ahg.example.org",
        "links": SAMPLE_LINKS,
        "off": SAMPLE_OFF_LINKS,
        "sequence": 7,
        **changes,
    }
    return compose(kind, **arguments)


class MailShown(Value):
    """A mail as it is shown to people: who gets it, its subject, its two bodies, every header, and its files' names."""

    to: str
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()


def mail_shown(message: EmailMessage) -> MailShown:
    """A composed mail, taken apart."""
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    return MailShown(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=plain.get_content() if plain is not None else "",
        html=page.get_content() if page is not None else "",
        headers=tuple((name, str(value)) for name, value in message.items()),
        files=tuple(part.get_filename() or part.get_content_type() for part in message.iter_attachments()),
    )
