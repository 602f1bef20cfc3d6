"""The table of all notices: every kind, the event that causes it, and who is told by its role in the case.

How each is delivered stands in the registry of ``notifications``. Tests hold that each notice keeps to its row here.
"""

from collections.abc import Mapping
from enum import StrEnum

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


def _kind(name: str, summary: str, *, on: tuple[str, ...], to: tuple[Circle, ...], asks: bool = False) -> NoticeKind:
    return NoticeKind(name=name, summary=summary, on=on, to=to, asks=asks)


_ALL = (
    # the request
    _kind(
        "request_received",
        N_("A request has been submitted; its requester has it confirmed."),
        on=("submitted",),
        to=(_C.REQUESTERS,),
    ),
    _kind(
        "completeness_requested",
        N_("The secretariat is asked to check a request."),
        on=("submitted", "resubmitted"),
        to=(_C.SECRETARIAT,),
        asks=True,
    ),
    _kind(
        "completeness_overdue",
        N_("The check of a request is overdue."),
        on=(_clock(SubjectKind.COMPLETENESS),),
        to=(_C.SECRETARIAT, _C.CO_CHAIRS),
        asks=True,
    ),
    _kind(
        "request_returned",
        N_("A request came back with a list of what is missing."),
        on=("returned",),
        to=(_C.REQUESTERS,),
        asks=True,
    ),
    _kind(
        "resubmission_reminder",
        N_("A returned request still waits for a new version."),
        on=(_clock(SubjectKind.RESUBMISSION),),
        to=(_C.REQUESTERS, _C.SECRETARIAT),
        asks=True,
    ),
    _kind(
        "request_joined",
        N_("Another member submits the request jointly."),
        on=("joined",),
        to=(_C.REQUESTERS, _C.SECRETARIAT),
    ),
    _kind(
        "request_withdrawn",
        N_("A requester took its request back."),
        on=("requester_withdrew",),
        to=(_C.MEMBER, _C.EVERYBODY),
    ),
    # gates
    _kind(
        "review_requested",
        N_("A Co-Chair is asked to decide at a gate."),
        on=("gate_opened", "recused"),
        to=(_C.DECIDERS,),
        asks=True,
    ),
    _kind(
        "review_requested_again",
        N_("What a gate is about was amended; positions are void and all are asked again."),
        on=("positions_voided",),
        to=(_C.DECIDERS,),
        asks=True,
    ),
    _kind(
        "review_reminder",
        N_("A gate still waits for this Co-Chair."),
        on=(_clock(SubjectKind.GATE),),
        to=(_C.DECIDERS,),
        asks=True,
    ),
    _kind(
        "review_escalated",
        N_("A gate's deadline has passed; the alternate is asked."),
        on=(_clock(SubjectKind.GATE),),
        to=(_C.ALTERNATES,),
        asks=True,
    ),
    _kind(
        "review_overdue",
        N_("A gate is overdue; both offices and the secretariat are told."),
        on=(_clock(SubjectKind.GATE),),
        to=(_C.DECIDERS, _C.SECRETARIAT),
        asks=True,
    ),
    _kind(
        "position_taken",
        N_("The other Co-Chair has taken a position."),
        on=("position_taken",),
        to=(_C.DECIDERS,),
        asks=True,
    ),
    _kind(
        "question_asked",
        N_("A Co-Chair asks something; the clock stands until it is answered."),
        on=("asked", "positions_voided", "respondent_changed"),
        to=(_C.RESPONDENT,),
        asks=True,
    ),
    _kind(
        "question_answered",
        N_("A question has been answered; the clock runs again."),
        on=("answered",),
        to=(_C.DECIDERS,),
        asks=True,
    ),
    _kind(
        "answer_overdue",
        N_("An answer is still owed."),
        on=(_clock(SubjectKind.ANSWER),),
        to=(_C.RESPONDENT, _C.CO_CHAIRS),
        asks=True,
    ),
    _kind(
        "consultation_opened",
        N_("The Co-Chairs disagree: consultation, then a second round."),
        on=("gate_split",),
        to=(_C.DECIDERS, _C.SECRETARIAT),
        asks=True,
    ),
    _kind(
        "decision_made",
        N_("A gate has been decided."),
        on=("gate_decided",),
        to=(_C.REQUESTERS, _C.RESPONDENT, _C.DECIDERS, _C.CO_CHAIRS, _C.SECRETARIAT),
    ),
    _kind(
        "decision_lapsed",
        N_("A gate lapsed; nothing is decided."),
        on=("gate_decided",),
        to=(_C.REQUESTERS, _C.RESPONDENT, _C.DECIDERS, _C.CO_CHAIRS, _C.SECRETARIAT),
    ),
    # participants
    _kind(
        "participants_proposed",
        N_("The Steering Group is asked to comment on participants."),
        on=("stage_entered",),
        to=(_C.STEERING_GROUP,),
        asks=True,
    ),
    _kind(
        "list_awaited",
        N_("Another list of participants is awaited."),
        on=("gate_decided", _clock(SubjectKind.LIST)),
        to=(_C.SECRETARIAT, _C.STEERING_GROUP, _C.CO_CHAIRS),
        asks=True,
    ),
    _kind("invited", N_("A member is invited to the group."), on=("invited",), to=(_C.MEMBER,), asks=True),
    _kind(
        "invitation_reminder",
        N_("An invitation still waits for an answer."),
        on=(_clock(SubjectKind.INVITATION),),
        to=(_C.MEMBER,),
        asks=True,
    ),
    _kind(
        "invitation_answered",
        N_("A member has answered its invitation."),
        on=("responded",),
        to=(_C.CO_CHAIRS, _C.SECRETARIAT),
    ),
    _kind(
        "invitation_lapsed",
        N_("An invitation lapsed without an answer."),
        on=("responded",),
        to=(_C.MEMBER, _C.SECRETARIAT),
    ),
    _kind(
        "minimum_missing",
        N_("Everyone has answered, but the minimum composition is not met."),
        on=("minimum_missing",),
        to=(_C.CO_CHAIRS, _C.SECRETARIAT),
        asks=True,
    ),
    _kind(
        "admission_proposed",
        N_("The group is asked to endorse a later admission."),
        on=("admitted", _clock(SubjectKind.ADMISSION)),
        to=(_C.PARTICIPANTS,),
        asks=True,
    ),
    _kind(
        "participant_left",
        N_("A participant has left the group."),
        on=("responded",),
        to=(_C.CO_CHAIRS, _C.SECRETARIAT, _C.MEMBER),
    ),
    _kind(
        "group_convened",
        N_("The group is at work."),
        on=("convened",),
        to=(_C.GROUP, _C.CO_CHAIRS, _C.SECRETARIAT, _C.STEERING_GROUP),
    ),
    # operational
    _kind(
        "outcome_assigned",
        N_("A member owns or supports a new outcome."),
        on=("outcome_added",),
        to=(_C.OWNERS,),
        asks=True,
    ),
    _kind("outcome_due", N_("An outcome is due soon."), on=(_clock(SubjectKind.OUTCOME),), to=(_C.OWNERS,), asks=True),
    _kind(
        "outcome_overdue",
        N_("An outcome is due or overdue."),
        on=(_clock(SubjectKind.OUTCOME),),
        to=(_C.OWNERS, _C.SECRETARIAT),
        asks=True,
    ),
    _kind("outcome_blocked", N_("An outcome is blocked."), on=("outcome_moved",), to=(_C.CO_CHAIRS, _C.SECRETARIAT)),
    _kind(
        "outcome_done",
        N_("An outcome is done and waits for a Co-Chair to verify it."),
        on=("outcome_moved", _clock(SubjectKind.VERIFY)),
        to=(_C.CO_CHAIRS,),
        asks=True,
    ),
    _kind(
        "outcome_verified",
        N_("A Co-Chair has verified an outcome; the other may object."),
        on=("outcome_moved",),
        to=(_C.CO_CHAIRS, _C.OWNERS),
    ),
    _kind("outcome_reopened", N_("An outcome is open again."), on=("outcome_moved",), to=(_C.OWNERS,), asks=True),
    _kind(
        "arrangement_proposed",
        N_("The parties are asked to agree to an arrangement."),
        on=("arrangement_added", _clock(SubjectKind.AGREEMENT)),
        to=(_C.PARTIES,),
        asks=True,
    ),
    _kind(
        "arrangement_in_force",
        N_("All parties have agreed; the arrangement is in force."),
        on=("arrangement_in_force",),
        to=(_C.PARTIES, _C.CO_CHAIRS),
    ),
    _kind(
        "arrangement_review_due",
        N_("An arrangement is due for review."),
        on=(_clock(SubjectKind.ARRANGEMENT),),
        to=(_C.PARTIES, _C.SECRETARIAT),
        asks=True,
    ),
    _kind(
        "meeting_called",
        N_("A meeting is called or moved."),
        on=("meeting_scheduled", "responded"),
        to=(_C.GROUP, _C.CO_CHAIRS),
        asks=True,
    ),
    _kind(
        "situation_update_due",
        N_("A situation update is due."),
        on=(_clock(SubjectKind.SITUATION),),
        to=(_C.SECRETARIAT, _C.REQUESTERS),
        asks=True,
    ),
    _kind(
        "situation_updated", N_("There is a situation update."), on=("situation_updated",), to=(_C.GROUP, _C.CO_CHAIRS)
    ),
    _kind(
        "activation_ending",
        N_("The activation ends soon unless it is extended."),
        on=(_clock(SubjectKind.DURATION),),
        to=(_C.CO_CHAIRS, _C.SECRETARIAT, _C.GROUP),
        asks=True,
    ),
    _kind(
        "activation_extended", N_("The activation has been extended."), on=("extended",), to=(_C.GROUP, _C.SECRETARIAT)
    ),
    _kind("case_suspended", N_("The clock of the case stands."), on=("suspended",), to=(_C.EVERYBODY, _C.AWAITED)),
    _kind("case_resumed", N_("The clock of the case runs again."), on=("resumed",), to=(_C.EVERYBODY, _C.AWAITED)),
    # reporting
    _kind(
        "contributions_requested",
        N_("Participants are asked to contribute to a report."),
        on=("report_opened",),
        to=(_C.GROUP,),
        asks=True,
    ),
    _kind(
        "report_begun",
        N_("A report is to be written; the secretariat is asked to draft and table it."),
        on=("report_opened", "stage_entered"),
        to=(_C.SECRETARIAT, _C.CO_CHAIRS),
        asks=True,
    ),
    _kind(
        "report_owed",
        N_("A report waits to be tabled."),
        on=(_clock(SubjectKind.CONTRIBUTIONS),),
        to=(_C.SECRETARIAT,),
        asks=True,
    ),
    _kind(
        "report_tabled",
        N_("A report is before the Steering Group under the silence procedure."),
        on=("report_moved",),
        to=(_C.STEERING_GROUP,),
        asks=True,
    ),
    _kind(
        "report_reopened",
        N_("An objection or the Co-Chairs sent a report back to drafting."),
        on=("report_moved",),
        to=(_C.SECRETARIAT, _C.CO_CHAIRS),
        asks=True,
    ),
    _kind(
        "report_accepted",
        N_("The Co-Chairs have accepted a report."),
        on=("report_moved",),
        to=(_C.GROUP, _C.STEERING_GROUP, _C.SECRETARIAT),
    ),
    _kind(
        "consent_requested",
        N_("A member is asked to consent to being named."),
        on=("circulation_proposed", "circulation_moved"),
        to=(_C.NAMED,),
        asks=True,
    ),
    _kind(
        "consent_reminder",
        N_("A consent is still awaited."),
        on=(_clock(SubjectKind.CONSENT),),
        to=(_C.NAMED,),
        asks=True,
    ),
    _kind(
        "consent_missing",
        N_("A member is not named: it did not consent."),
        on=("consent_noted",),
        to=(_C.CO_CHAIRS, _C.SECRETARIAT),
    ),
    _kind(
        "closing_awaited",
        N_("The report is accepted; the case waits to be circulated or closed."),
        on=("gate_decided", _clock(SubjectKind.CLOSING)),
        to=(_C.SECRETARIAT, _C.CO_CHAIRS),
        asks=True,
    ),
    _kind("circulated", N_("The wider membership is told."), on=("circulation_moved",), to=(_C.ADDRESSED,)),
    _kind("case_ended", N_("The case has ended."), on=("stage_entered",), to=(_C.EVERYBODY, _C.STEERING_GROUP)),
    # recommendations
    _kind(
        "recommendation_addressed",
        N_("A recommendation is addressed to this member."),
        on=("recommendation_opened",),
        to=(_C.ADDRESSEES,),
        asks=True,
    ),
    _kind(
        "recommendation_due",
        N_("A recommendation is due soon."),
        on=("recommendation_reminded",),
        to=(_C.ADDRESSEES, _C.SECRETARIAT),
        asks=True,
    ),
    _kind(
        "recommendation_overdue",
        N_("A recommendation is due or overdue."),
        on=("recommendation_reminded",),
        to=(_C.ADDRESSEES, _C.SECRETARIAT),
        asks=True,
    ),
    _kind(
        "recommendation_resolved",
        N_("A recommendation was adopted, declined or done."),
        on=("recommendation_resolved",),
        to=(_C.ADDRESSEES, _C.CO_CHAIRS, _C.SECRETARIAT),
    ),
    # posts
    _kind("post_handed_over", N_("A post has a new holder."), on=("handed_over",), to=(_C.POST, _C.SECRETARIAT)),
    _kind("post_delegated", N_("A post has an alternate for a time."), on=("delegated",), to=(_C.POST, _C.SECRETARIAT)),
)

NOTICE_KINDS: dict[str, NoticeKind] = {kind.name: kind for kind in _ALL}
"""Every kind of notice, in the order of the procedure."""
