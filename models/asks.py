"""What a notice asks its reader to do: the command, and what it is about. The one place that links in mails follow.

A kind of notice goes to posts that act and to posts that are only told; which are which is in the row of the kind.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from models.notices.facts import NoticeFacts
from models.posts import Post, Role, needs_second_factor

ACKNOWLEDGE = "acknowledge"
"""What is answered by a notice that asks for no command: it was received. It changes no case."""

_DESKS = (Role.FOCAL_POINT, Role.SECRETARIAT)
_DECIDERS = (Role.CO_CHAIR, Role.STEERING_GROUP)
"""In a recused Co-Chair's place a Steering Group member decides."""


class Ask(NamedTuple):
    """The command that a kind of notice asks for, and the roles that are asked.

    ``about``: the fact that names the gate, outcome, arrangement, member or recommendation meant. ``among``: a fact that
    lists the posts that are asked, where not all of the roles are; ``only``: one that lists them, or nobody where all
    are. ``instead``: a fact that has another command, where that comes first.
    """

    do: str
    roles: tuple[Role, ...]
    about: str = ""
    among: str = ""
    only: str = ""
    instead: str = ""


class AskedCommand(NamedTuple):
    """What one reader is asked to do; ``about`` is empty where the case itself is meant."""

    do: str
    about: str = ""


_DECIDE = Ask("decide", _DECIDERS, "gate")
_DECIDE_IF_SILENT = _DECIDE._replace(among="silent")
_ADOPT = Ask("adopt", _DESKS, "recommendation", only="silent")
_PROGRESS = Ask("progress", _DESKS, "outcome")
_EXCHANGE = Ask("log_exchange", (Role.FOCAL_POINT,), "arrangement")
_RESUME = Ask("resume", (Role.CO_CHAIR, Role.SECRETARIAT))
_SECRETARIAT = (Role.SECRETARIAT,)

ASKS: Mapping[str, Ask] = {
    "completeness_requested": Ask("accept", _SECRETARIAT),
    "completeness_overdue": Ask("accept", _SECRETARIAT),
    "request_returned": Ask("resubmit", (Role.FOCAL_POINT,)),
    "resubmission_reminder": Ask("resubmit", (Role.FOCAL_POINT,)),
    "review_requested": _DECIDE,
    "review_requested_again": _DECIDE,
    "review_reminder": _DECIDE,
    "review_escalated": _DECIDE,
    "review_overdue": _DECIDE_IF_SILENT,
    "position_taken": _DECIDE_IF_SILENT,
    "question_answered": _DECIDE_IF_SILENT,
    "consultation_opened": _DECIDE,
    "question_asked": Ask("answer", _DESKS, "gate"),
    "answer_overdue": Ask("answer", _DESKS, "gate"),
    "participants_proposed": Ask("comment", (Role.STEERING_GROUP,)),
    "list_awaited": Ask("propose", (Role.SECRETARIAT, Role.STEERING_GROUP)),
    "invited": Ask("respond", (Role.FOCAL_POINT,)),
    "seat_offered": Ask("respond", (Role.FOCAL_POINT,)),
    "invitation_reminder": Ask("respond", (Role.FOCAL_POINT,)),
    "minimum_missing": Ask("replace", (Role.SECRETARIAT, Role.CO_CHAIR)),
    "admission_considered": Ask("object", (Role.STEERING_GROUP,), "member"),
    "admission_proposed": Ask("endorse", (Role.FOCAL_POINT,), "member"),
    "outcome_assigned": _PROGRESS,
    "outcome_offered": Ask("take_on", _DESKS, "outcome"),
    "outcome_amended": _PROGRESS,
    "outcome_returned": Ask("amend_outcome", (Role.SECRETARIAT, Role.CO_CHAIR), "outcome"),
    "outcome_due": _PROGRESS,
    "outcome_overdue": Ask("progress", (Role.FOCAL_POINT,), "outcome"),
    "outcome_reopened": _PROGRESS,
    "outcome_done": Ask("verify", _DECIDERS, "outcome"),
    "arrangement_proposed": Ask("agree", (Role.FOCAL_POINT,), "arrangement"),
    "arrangement_to_change": Ask("agree", (Role.FOCAL_POINT,), "arrangement"),
    "exchange_due": _EXCHANGE,
    "exchange_overdue": _EXCHANGE,
    "arrangement_review_due": Ask("review_arrangement", _DESKS, "arrangement"),
    "situation_update_due": Ask("situation_update", _DESKS),
    "activation_ending": Ask("extend", (Role.CO_CHAIR, *_DESKS)),
    "case_suspended": _RESUME,
    "suspension_to_review": _RESUME,
    "contributions_requested": Ask("contribute", (Role.FOCAL_POINT,)),
    "report_begun": Ask("table", _SECRETARIAT),
    "report_owed": Ask("table", _SECRETARIAT),
    "report_tabled": Ask("object", (Role.STEERING_GROUP,)),
    "report_reopened": Ask("table", _SECRETARIAT),
    "consent_requested": Ask("consent", (Role.FOCAL_POINT,)),
    "consent_reminder": Ask("consent", (Role.FOCAL_POINT,)),
    "rewording_awaited": Ask("reword", _SECRETARIAT),
    "closing_awaited": Ask("close", _SECRETARIAT, instead="do"),
    "recommendation_addressed": _ADOPT,
    "recommendation_due": _ADOPT,
    "recommendation_overdue": _ADOPT,
}
"""The kinds that ask for a command; the others tell, or ask for what is done outside the case (``meeting_called``)."""


def asked_of(kind: str, post: Post, facts: NoticeFacts) -> AskedCommand | None:
    """What a notice of this kind asks of the post; None when it is only told."""
    ask = ASKS.get(kind)
    if ask is None or post.role not in ask.roles:
        return None
    if ask.among and post not in getattr(facts, ask.among):
        return None
    if ask.only and (named := getattr(facts, ask.only)) and post not in named:
        return None
    do = str(getattr(facts, ask.instead) or ask.do) if ask.instead else ask.do
    return AskedCommand(do, str(getattr(facts, ask.about) or "") if ask.about else "")


def may_answer_by_link(by_link: Collection[str], do: str, post: Post) -> bool:
    """Whether a link in a mail is enough for the post to do this, by the policy's ``answers_by_link``.

    A post that needs a second factor never acts by a link alone; it may acknowledge.
    """
    return do in by_link and (do == ACKNOWLEDGE or not needs_second_factor(post))
