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

POST_CHANGED = "post_changed"
"""The same for the mail that tells who holds a post or stands in, or is to, by the directory (decision 44)."""

POST_PASSED_ON = "post_passed_on"
"""The kind that takes what lay ahead for a post out of the calendar of who held it: it goes to that person."""

DAY_ENTERED = "day_entered"
"""The same for the mail that asks another person of the secretariat to confirm announced days of an office."""

OF_NO_CASE: Mapping[str, str] = {
    DIGEST: N_("A digest"),
    POLICY_PROPOSED: N_("A policy is proposed, and your answer is asked for"),
    POLICY_SETTLED: N_("A proposed policy is in force, refused or taken back"),
    POST_CHANGED: N_("A post changes hands or has another alternate, or will have"),
    DAY_ENTERED: N_("Days of an office wait until another person of the secretariat confirms them"),
}
"""What else goes out through the ledger: it belongs to no case, and no event of a log causes it."""


UNDELAYED = (
    POST_CHANGED,
    "recorded_in_name",
    "recording_contested",
    "post_handed_over",
    "post_passed_on",
    "post_delegated",
)
"""What tells a post of what others have done with it or in its name: it waits for no hour that its reader sets."""


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
    VERIFIERS = N_("who may verify the outcome")
    PLACES = N_("who sits in the Co-Chairs' places")
    OWNERS = N_("owner and supporters of the outcome")
    PARTIES = N_("the parties to the arrangement")
    NAMED = N_("the members that would be named")
    ADDRESSED = N_("the members that it is circulated to")
    ADDRESSEES = N_("addressees and owner of the recommendation")
    POST = N_("the post that it is about")
    BEFORE = N_("whoever it concerned before")


class NoticeKind(Value):
    """A kind of notice.

    ``on``: the events that cause it, by their type; ``clock:gate`` is a rung of a gate's ladder, ``acted_for`` whatever
    was recorded in a post's name. ``to``: who is told, as far as it may learn of the case. ``asks``: the reader has to do
    something.
    """

    summary: str
    on: tuple[str, ...]
    to: tuple[Circle, ...]
    asks: bool = False


def _tells(summary: str, on: str, to: str, asks: bool = False) -> NoticeKind:
    """A kind whose reader is told; ``on``: its events, ``to``: its circles in small letters, both between blanks.

    Raises:
        LookupError, ValueError: there is no such circle, or no such ladder for the clock.
    """
    for ladder in on.split("clock:")[1:]:
        SubjectKind(ladder.split()[0])
    circles = tuple(Circle[word.upper()] for word in to.split())
    return NoticeKind(summary=summary, on=tuple(on.split()), to=circles, asks=asks)


_asks = partial(_tells, asks=True)
"""A kind whose reader has to do something."""

NOTICE_KINDS: dict[str, NoticeKind] = {
    # the request
    "request_received": _tells(
        N_("A request has been submitted; its requester has it confirmed."), "submitted", "requesters"
    ),
    "completeness_requested": _asks(
        N_("The secretariat is asked to check a request."), "submitted resubmitted", "secretariat"
    ),
    "completeness_overdue": _asks(
        N_("The check of a request is overdue."), "clock:completeness", "secretariat co_chairs"
    ),
    "request_returned": _asks(N_("A request came back with a list of what is missing."), "returned", "requesters"),
    "resubmission_reminder": _asks(
        N_("A returned request still waits for a new version."), "clock:resubmission", "requesters secretariat"
    ),
    "ground_reviewed": _tells(
        N_("A Steering Group member confirms or disputes how a member is affected."),
        "ground_reviewed",
        "requesters co_chairs secretariat",
    ),
    "request_joined": _tells(N_("Another member submits the request jointly."), "joined", "requesters secretariat"),
    "request_withdrawn": _tells(N_("A requester took its request back."), "requester_withdrew", "member everybody"),
    # gates
    "review_requested": _asks(
        N_("A Co-Chair is asked to decide at a gate."), "gate_opened recused contested", "deciders"
    ),
    "review_requested_again": _asks(
        N_("What a gate is about was amended; positions are void and all are asked again."),
        "positions_voided",
        "deciders",
    ),
    "review_reminder": _asks(N_("A gate still waits for this Co-Chair."), "clock:gate", "deciders"),
    "review_escalated": _asks(N_("A gate's deadline has passed; the alternate is asked."), "clock:gate", "alternates"),
    "review_overdue": _asks(
        N_("A gate is overdue; both offices and the secretariat are told."), "clock:gate", "deciders secretariat"
    ),
    "position_taken": _asks(N_("The other Co-Chair has taken a position."), "position_taken", "deciders"),
    "question_asked": _asks(
        N_("A Co-Chair asks something; the clock stands until it is answered."),
        "asked positions_voided respondent_changed",
        "respondent",
    ),
    "question_answered": _asks(N_("A question has been answered; the clock runs again."), "answered", "deciders"),
    "answer_overdue": _asks(N_("An answer is still owed."), "clock:answer", "respondent co_chairs"),
    "consultation_opened": _asks(
        N_("The Co-Chairs disagree: consultation, then a second round."), "gate_split", "deciders secretariat"
    ),
    "decision_made": _tells(
        N_("A gate has been decided."), "gate_decided", "requesters respondent deciders co_chairs secretariat"
    ),
    "decision_lapsed": _tells(
        N_("A gate lapsed; nothing is decided."), "gate_decided", "requesters respondent deciders co_chairs secretariat"
    ),
    # participants
    "participants_proposed": _asks(
        N_("The Steering Group is asked to comment on participants."), "stage_entered", "steering_group"
    ),
    "list_awaited": _asks(
        N_("Another list of participants is awaited."),
        "gate_decided clock:list",
        "secretariat steering_group co_chairs",
    ),
    "invited": _asks(N_("A member is invited to the group."), "invited", "member"),
    "seat_offered": _asks(N_("A member of the group is asked to take another seat in it."), "seat_offered", "member"),
    "invitation_reminder": _asks(N_("An invitation still waits for an answer."), "clock:invitation", "member"),
    "invitation_answered": _tells(N_("A member has answered its invitation."), "responded", "co_chairs secretariat"),
    "invitation_lapsed": _tells(N_("An invitation lapsed without an answer."), "responded", "member secretariat"),
    "minimum_missing": _asks(
        N_("Everyone has answered, but the minimum composition is not met."), "minimum_missing", "co_chairs secretariat"
    ),
    "admission_considered": _asks(
        N_("A later admission is before the Steering Group, which may object."),
        "admission_proposed",
        "steering_group co_chairs secretariat",
    ),
    "admission_refused": _tells(
        N_("The Steering Group has objected to a later admission."),
        "objected",
        "steering_group co_chairs secretariat participants",
    ),
    "admission_proposed": _asks(
        N_("The group is asked to endorse a later admission."),
        "admitted admission_unopposed clock:admission",
        "participants",
    ),
    "participant_left": _tells(N_("A participant has left the group."), "responded", "co_chairs secretariat member"),
    "group_convened": _tells(N_("The group is at work."), "convened", "group co_chairs secretariat steering_group"),
    # operational
    "outcome_assigned": _asks(
        N_("A member owns or supports a new outcome."), "outcome_added outcome_taken_on", "owners"
    ),
    "outcome_offered": _asks(
        N_("A member is asked whether it takes an outcome on."), "outcome_added clock:taking_on", "owners"
    ),
    "outcome_taken_on": _tells(
        N_("A member has taken an outcome on, or has not."), "outcome_taken_on", "co_chairs secretariat"
    ),
    "outcome_amended": _asks(
        N_("An outcome has been amended: who works on it, its target or its date."),
        "outcome_amended",
        "owners co_chairs secretariat",
    ),
    "outcome_returned": _asks(
        N_("An outcome has come back to the group, which is to find an owner for it."),
        "outcome_amended clock:taking_on",
        "secretariat co_chairs",
    ),
    "outcome_handed_on": _tells(N_("An outcome is no longer this member's."), "outcome_amended", "before"),
    "outcome_due": _asks(N_("An outcome is due soon."), "clock:outcome", "owners"),
    "outcome_overdue": _asks(N_("An outcome is due or overdue."), "clock:outcome", "owners secretariat"),
    "outcome_blocked": _tells(N_("An outcome is blocked."), "outcome_moved", "co_chairs secretariat"),
    "outcome_done": _asks(
        N_("An outcome is done and waits for a Co-Chair to verify it."), "outcome_moved clock:verify", "verifiers"
    ),
    "outcome_verified": _tells(
        N_("A Co-Chair has verified an outcome; the other may object."), "outcome_moved", "places owners"
    ),
    "outcome_reopened": _asks(N_("An outcome is open again."), "outcome_moved", "owners"),
    "arrangement_proposed": _asks(
        N_("The parties are asked to agree to an arrangement."), "arrangement_added clock:agreement", "parties"
    ),
    "arrangement_to_change": _asks(
        N_("The parties are asked to agree to other terms of an arrangement, or to its end."),
        "arrangement_amendment_proposed clock:agreement",
        "parties",
    ),
    "arrangement_changed": _tells(
        N_("An arrangement has been amended or left, or has ended."),
        "arrangement_amended arrangement_left arrangement_ended",
        "parties before co_chairs",
    ),
    "arrangement_in_force": _tells(
        N_("All parties have agreed; the arrangement is in force."), "arrangement_in_force", "parties co_chairs"
    ),
    "arrangement_review_due": _asks(
        N_("An arrangement is due for review."), "clock:arrangement", "parties secretariat"
    ),
    "exchange_due": _asks(N_("An exchange is due, by the rhythm of its arrangement."), "clock:exchange", "parties"),
    "exchange_overdue": _asks(N_("An exchange is overdue."), "clock:exchange", "parties"),
    "meeting_called": _asks(
        N_("A meeting is called or moved."), "meeting_scheduled responded handed_over", "group co_chairs"
    ),
    "meeting_cancelled": _tells(N_("A meeting is called off."), "meeting_cancelled", "group co_chairs"),
    "situation_update_due": _asks(N_("A situation update is due."), "clock:situation", "secretariat requesters"),
    "situation_updated": _tells(N_("There is a situation update."), "situation_updated", "group co_chairs"),
    "activation_ending": _asks(
        N_("The activation ends soon unless it is extended."), "clock:duration", "co_chairs secretariat group"
    ),
    "activation_extended": _tells(N_("The activation has been extended."), "extended", "group secretariat"),
    "case_suspended": _asks(N_("The clock of the case stands."), "suspended", "everybody awaited"),
    "deadlines_moved": _tells(
        N_("Deadlines have moved: a question was answered, or an office announced a day."),
        "deadlines_moved day_announced",
        "everybody awaited",
    ),
    "suspension_to_review": _asks(
        N_("A suspension is to be looked at again."), "clock:suspension", "co_chairs secretariat requesters"
    ),
    "case_resumed": _tells(N_("The clock of the case runs again."), "resumed", "everybody awaited"),
    # reporting
    "contributions_requested": _asks(N_("Participants are asked to contribute to a report."), "report_opened", "group"),
    "report_begun": _asks(
        N_("A report is to be written; the secretariat is asked to draft and table it."),
        "report_opened stage_entered",
        "secretariat co_chairs",
    ),
    "report_owed": _asks(N_("A report waits to be tabled."), "clock:contributions", "secretariat"),
    "report_tabled": _asks(
        N_("A report is before the Steering Group under the silence procedure."),
        "report_moved",
        "steering_group co_chairs secretariat group",
    ),
    "report_reopened": _asks(
        N_("An objection, a new version or the Co-Chairs sent a report back to drafting."),
        "report_moved",
        "secretariat co_chairs steering_group group",
    ),
    "report_accepted": _tells(
        N_("The Co-Chairs have accepted a report."), "report_moved", "group steering_group secretariat"
    ),
    "consent_requested": _asks(
        N_("A member is asked to consent to being named."),
        "circulation_proposed circulation_reworded circulation_moved recused",
        "named",
    ),
    "consent_reminder": _asks(N_("A consent is still awaited."), "clock:consent", "named"),
    "consent_missing": _tells(
        N_("A member is not named: it did not consent."), "consent_noted", "co_chairs secretariat"
    ),
    "waiver_stated": _tells(
        N_("A Co-Chair waives a term of reference; it is waived when the other does too."), "waived", "places"
    ),
    "rewording_awaited": _asks(
        N_("A circulation names a member that has not consented; other words are awaited."),
        "consent_noted clock:wording",
        "secretariat co_chairs",
    ),
    "closing_awaited": _asks(
        N_("The report is accepted; the case waits to be circulated or closed."),
        "gate_decided clock:closing",
        "secretariat co_chairs",
    ),
    "circulated": _tells(N_("The wider membership is told."), "circulation_moved", "addressed"),
    "circulation_dropped": _tells(
        N_("What was to name a member, which was asked for its consent, does not go out."), "circulation_moved", "named"
    ),
    "case_ended": _tells(
        N_("The case has ended."), "stage_entered circulation_moved", "everybody steering_group named"
    ),
    # recommendations
    "recommendation_addressed": _asks(
        N_("A recommendation is addressed to this member."),
        "recommendation_opened recommendation_addressed",
        "addressees",
    ),
    "recommendation_due": _asks(
        N_("A recommendation is due soon."), "recommendation_reminded", "addressees secretariat"
    ),
    "recommendation_overdue": _asks(
        N_("A recommendation is due or overdue."), "recommendation_reminded", "addressees secretariat"
    ),
    "recommendation_resolved": _tells(
        N_("A recommendation was adopted, declined or done."),
        "recommendation_resolved",
        "addressees co_chairs secretariat",
    ),
    # posts
    "post_handed_over": _tells(N_("A post has a new holder."), "handed_over", "post secretariat"),
    "post_passed_on": _tells(
        N_("What lay ahead for a post is no longer for the person who held it."), "handed_over", "post"
    ),
    "recorded_in_name": _tells(
        N_("The secretariat has recorded something in a post's name; the post may contest it."), "acted_for", "post"
    ),
    "recording_contested": _asks(
        N_("A post contests what was recorded in its name."),
        "contested recommendation_contested",
        "co_chairs secretariat post deciders addressees",
    ),
    "post_delegated": _tells(N_("A post has an alternate for a time."), "delegated", "post secretariat"),
}
"""Every kind of notice by its name, in the order of the procedure."""
