"""The table of all notices: every kind, the event that causes it, and who is told by its role in the case.

How each is delivered stands in the registry of ``notifications``. Tests hold that each notice keeps to its row here.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial

from models.base import N_, Value
from models.ladder_subjects import SubjectKind

DIGEST = "digest"
"""Stands in the place of a kind for a digest: one mail with notices of several kinds and cases, caused by no event."""

POLICY_PROPOSED = "policy_proposed"
"""Stands in the place of a kind for the mail that asks a Co-Chair to answer a proposed policy (decision 25)."""

POLICY_SETTLED = "policy_settled"
"""The same for the mail that says what has become of a proposed policy."""

OF_NO_CASE: Mapping[str, str] = {
    DIGEST: N_("A digest"),
    POLICY_PROPOSED: N_("A policy is proposed, and your answer is asked for"),
    POLICY_SETTLED: N_("A proposed policy is in force, refused or taken back"),
}
"""What else goes out through the ledger: it belongs to no case, and no event of a log causes it."""


def summary_of(kind: str) -> str:
    """What a mail of a kind says, or of ``OF_NO_CASE``; an unknown kind stands for itself."""
    return NOTICE_KINDS[kind].summary if kind in NOTICE_KINDS else OF_NO_CASE.get(kind, kind)


class Circle(StrEnum):
    """Who is told, by its role in the case."""

    REQUESTERS = N_("the requesters")
    SECRETARIAT = N_("the secretariat")
    CO_CHAIRS = N_("both Co-Chairs")
    STEERING_GROUP = N_("the Steering Group")
    EVERYBODY = N_("requesters, Co-Chairs, secretariat, and all who take part or are invited")
    AWAITED = N_("whoever has something to do in the case")
    DECIDERS = N_("who decides at the gate")
    ALTERNATES = N_("the alternates of who has not decided")
    RESPONDENT = N_("who answers for what the gate is about")
    MEMBER = N_("the member that it is about")
    GROUP = N_("participants and observers")
    PARTICIPANTS = N_("participants")
    OWNERS = N_("owner and supporters of the outcome")
    PARTIES = N_("the parties to the arrangement")
    NAMED = N_("the members that would be named")
    ADDRESSED = N_("the members that it is circulated to")
    ADDRESSEES = N_("addressees and owner of the recommendation")
    POST = N_("the post that it is about")


class NoticeKind(Value):
    """A kind of notice.

    ``on``: the events that cause it, by their type; ``clock:gate`` is a rung of a gate's ladder. ``to``: who is told, as
    far as it may learn of the case. ``asks``: the reader has to do something.
    """

    name: str
    summary: str
    on: tuple[str, ...]
    to: tuple[Circle, ...]
    asks: bool = False


_C = Circle


def _clock(kind: SubjectKind) -> str:
    return f"clock:{kind.value}"


def _tells(name: str, summary: str, on: str, *to: Circle, asks: bool = False) -> NoticeKind:
    """A kind whose reader is told; ``on``: its events, between blanks."""
    return NoticeKind(name=name, summary=summary, on=tuple(on.split()), to=to, asks=asks)


_asks = partial(_tells, asks=True)
"""A kind whose reader has to do something."""


_ALL = (
    # the request
    _tells(
        "request_received",
        N_("A request has been submitted; its requester has it confirmed."),
        "submitted",
        _C.REQUESTERS,
    ),
    _asks(
        "completeness_requested",
        N_("The secretariat is asked to check a request."),
        "submitted resubmitted",
        _C.SECRETARIAT,
    ),
    _asks(
        "completeness_overdue",
        N_("The check of a request is overdue."),
        _clock(SubjectKind.COMPLETENESS),
        _C.SECRETARIAT,
        _C.CO_CHAIRS,
    ),
    _asks("request_returned", N_("A request came back with a list of what is missing."), "returned", _C.REQUESTERS),
    _asks(
        "resubmission_reminder",
        N_("A returned request still waits for a new version."),
        _clock(SubjectKind.RESUBMISSION),
        _C.REQUESTERS,
        _C.SECRETARIAT,
    ),
    _tells(
        "request_joined", N_("Another member submits the request jointly."), "joined", _C.REQUESTERS, _C.SECRETARIAT
    ),
    _tells(
        "request_withdrawn", N_("A requester took its request back."), "requester_withdrew", _C.MEMBER, _C.EVERYBODY
    ),
    # gates
    _asks("review_requested", N_("A Co-Chair is asked to decide at a gate."), "gate_opened recused", _C.DECIDERS),
    _asks(
        "review_requested_again",
        N_("What a gate is about was amended; positions are void and all are asked again."),
        "positions_voided",
        _C.DECIDERS,
    ),
    _asks("review_reminder", N_("A gate still waits for this Co-Chair."), _clock(SubjectKind.GATE), _C.DECIDERS),
    _asks(
        "review_escalated",
        N_("A gate's deadline has passed; the alternate is asked."),
        _clock(SubjectKind.GATE),
        _C.ALTERNATES,
    ),
    _asks(
        "review_overdue",
        N_("A gate is overdue; both offices and the secretariat are told."),
        _clock(SubjectKind.GATE),
        _C.DECIDERS,
        _C.SECRETARIAT,
    ),
    _asks("position_taken", N_("The other Co-Chair has taken a position."), "position_taken", _C.DECIDERS),
    _asks(
        "question_asked",
        N_("A Co-Chair asks something; the clock stands until it is answered."),
        "asked positions_voided respondent_changed",
        _C.RESPONDENT,
    ),
    _asks("question_answered", N_("A question has been answered; the clock runs again."), "answered", _C.DECIDERS),
    _asks("answer_overdue", N_("An answer is still owed."), _clock(SubjectKind.ANSWER), _C.RESPONDENT, _C.CO_CHAIRS),
    _asks(
        "consultation_opened",
        N_("The Co-Chairs disagree: consultation, then a second round."),
        "gate_split",
        _C.DECIDERS,
        _C.SECRETARIAT,
    ),
    _tells(
        "decision_made",
        N_("A gate has been decided."),
        "gate_decided",
        _C.REQUESTERS,
        _C.RESPONDENT,
        _C.DECIDERS,
        _C.CO_CHAIRS,
        _C.SECRETARIAT,
    ),
    _tells(
        "decision_lapsed",
        N_("A gate lapsed; nothing is decided."),
        "gate_decided",
        _C.REQUESTERS,
        _C.RESPONDENT,
        _C.DECIDERS,
        _C.CO_CHAIRS,
        _C.SECRETARIAT,
    ),
    # participants
    _asks(
        "participants_proposed",
        N_("The Steering Group is asked to comment on participants."),
        "stage_entered",
        _C.STEERING_GROUP,
    ),
    _asks(
        "list_awaited",
        N_("Another list of participants is awaited."),
        f"gate_decided {_clock(SubjectKind.LIST)}",
        _C.SECRETARIAT,
        _C.STEERING_GROUP,
        _C.CO_CHAIRS,
    ),
    _asks("invited", N_("A member is invited to the group."), "invited", _C.MEMBER),
    _asks(
        "invitation_reminder", N_("An invitation still waits for an answer."), _clock(SubjectKind.INVITATION), _C.MEMBER
    ),
    _tells(
        "invitation_answered", N_("A member has answered its invitation."), "responded", _C.CO_CHAIRS, _C.SECRETARIAT
    ),
    _tells("invitation_lapsed", N_("An invitation lapsed without an answer."), "responded", _C.MEMBER, _C.SECRETARIAT),
    _asks(
        "minimum_missing",
        N_("Everyone has answered, but the minimum composition is not met."),
        "minimum_missing",
        _C.CO_CHAIRS,
        _C.SECRETARIAT,
    ),
    _asks(
        "admission_proposed",
        N_("The group is asked to endorse a later admission."),
        f"admitted {_clock(SubjectKind.ADMISSION)}",
        _C.PARTICIPANTS,
    ),
    _tells(
        "participant_left",
        N_("A participant has left the group."),
        "responded",
        _C.CO_CHAIRS,
        _C.SECRETARIAT,
        _C.MEMBER,
    ),
    _tells(
        "group_convened",
        N_("The group is at work."),
        "convened",
        _C.GROUP,
        _C.CO_CHAIRS,
        _C.SECRETARIAT,
        _C.STEERING_GROUP,
    ),
    # operational
    _asks("outcome_assigned", N_("A member owns or supports a new outcome."), "outcome_added", _C.OWNERS),
    _asks("outcome_due", N_("An outcome is due soon."), _clock(SubjectKind.OUTCOME), _C.OWNERS),
    _asks(
        "outcome_overdue", N_("An outcome is due or overdue."), _clock(SubjectKind.OUTCOME), _C.OWNERS, _C.SECRETARIAT
    ),
    _tells("outcome_blocked", N_("An outcome is blocked."), "outcome_moved", _C.CO_CHAIRS, _C.SECRETARIAT),
    _asks(
        "outcome_done",
        N_("An outcome is done and waits for a Co-Chair to verify it."),
        f"outcome_moved {_clock(SubjectKind.VERIFY)}",
        _C.CO_CHAIRS,
    ),
    _tells(
        "outcome_verified",
        N_("A Co-Chair has verified an outcome; the other may object."),
        "outcome_moved",
        _C.CO_CHAIRS,
        _C.OWNERS,
    ),
    _asks("outcome_reopened", N_("An outcome is open again."), "outcome_moved", _C.OWNERS),
    _asks(
        "arrangement_proposed",
        N_("The parties are asked to agree to an arrangement."),
        f"arrangement_added {_clock(SubjectKind.AGREEMENT)}",
        _C.PARTIES,
    ),
    _tells(
        "arrangement_in_force",
        N_("All parties have agreed; the arrangement is in force."),
        "arrangement_in_force",
        _C.PARTIES,
        _C.CO_CHAIRS,
    ),
    _asks(
        "arrangement_review_due",
        N_("An arrangement is due for review."),
        _clock(SubjectKind.ARRANGEMENT),
        _C.PARTIES,
        _C.SECRETARIAT,
    ),
    _asks("meeting_called", N_("A meeting is called or moved."), "meeting_scheduled responded", _C.GROUP, _C.CO_CHAIRS),
    _asks(
        "situation_update_due",
        N_("A situation update is due."),
        _clock(SubjectKind.SITUATION),
        _C.SECRETARIAT,
        _C.REQUESTERS,
    ),
    _tells("situation_updated", N_("There is a situation update."), "situation_updated", _C.GROUP, _C.CO_CHAIRS),
    _asks(
        "activation_ending",
        N_("The activation ends soon unless it is extended."),
        _clock(SubjectKind.DURATION),
        _C.CO_CHAIRS,
        _C.SECRETARIAT,
        _C.GROUP,
    ),
    _tells("activation_extended", N_("The activation has been extended."), "extended", _C.GROUP, _C.SECRETARIAT),
    _tells("case_suspended", N_("The clock of the case stands."), "suspended", _C.EVERYBODY, _C.AWAITED),
    _tells("case_resumed", N_("The clock of the case runs again."), "resumed", _C.EVERYBODY, _C.AWAITED),
    # reporting
    _asks(
        "contributions_requested", N_("Participants are asked to contribute to a report."), "report_opened", _C.GROUP
    ),
    _asks(
        "report_begun",
        N_("A report is to be written; the secretariat is asked to draft and table it."),
        "report_opened stage_entered",
        _C.SECRETARIAT,
        _C.CO_CHAIRS,
    ),
    _asks("report_owed", N_("A report waits to be tabled."), _clock(SubjectKind.CONTRIBUTIONS), _C.SECRETARIAT),
    _asks(
        "report_tabled",
        N_("A report is before the Steering Group under the silence procedure."),
        "report_moved",
        _C.STEERING_GROUP,
    ),
    _asks(
        "report_reopened",
        N_("An objection or the Co-Chairs sent a report back to drafting."),
        "report_moved",
        _C.SECRETARIAT,
        _C.CO_CHAIRS,
    ),
    _tells(
        "report_accepted",
        N_("The Co-Chairs have accepted a report."),
        "report_moved",
        _C.GROUP,
        _C.STEERING_GROUP,
        _C.SECRETARIAT,
    ),
    _asks(
        "consent_requested",
        N_("A member is asked to consent to being named."),
        "circulation_proposed circulation_moved",
        _C.NAMED,
    ),
    _asks("consent_reminder", N_("A consent is still awaited."), _clock(SubjectKind.CONSENT), _C.NAMED),
    _tells(
        "consent_missing",
        N_("A member is not named: it did not consent."),
        "consent_noted",
        _C.CO_CHAIRS,
        _C.SECRETARIAT,
    ),
    _asks(
        "closing_awaited",
        N_("The report is accepted; the case waits to be circulated or closed."),
        f"gate_decided {_clock(SubjectKind.CLOSING)}",
        _C.SECRETARIAT,
        _C.CO_CHAIRS,
    ),
    _tells("circulated", N_("The wider membership is told."), "circulation_moved", _C.ADDRESSED),
    _tells("case_ended", N_("The case has ended."), "stage_entered", _C.EVERYBODY, _C.STEERING_GROUP),
    # recommendations
    _asks(
        "recommendation_addressed",
        N_("A recommendation is addressed to this member."),
        "recommendation_opened",
        _C.ADDRESSEES,
    ),
    _asks(
        "recommendation_due",
        N_("A recommendation is due soon."),
        "recommendation_reminded",
        _C.ADDRESSEES,
        _C.SECRETARIAT,
    ),
    _asks(
        "recommendation_overdue",
        N_("A recommendation is due or overdue."),
        "recommendation_reminded",
        _C.ADDRESSEES,
        _C.SECRETARIAT,
    ),
    _tells(
        "recommendation_resolved",
        N_("A recommendation was adopted, declined or done."),
        "recommendation_resolved",
        _C.ADDRESSEES,
        _C.CO_CHAIRS,
        _C.SECRETARIAT,
    ),
    # posts
    _tells("post_handed_over", N_("A post has a new holder."), "handed_over", _C.POST, _C.SECRETARIAT),
    _tells("post_delegated", N_("A post has an alternate for a time."), "delegated", _C.POST, _C.SECRETARIAT),
)

NOTICE_KINDS: dict[str, NoticeKind] = {kind.name: kind for kind in _ALL}
"""Every kind of notice, in the order of the procedure."""
