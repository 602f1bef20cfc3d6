"""Arrangements change: other terms, a new party, one that leaves, the end. What binds all is agreed to by all."""

from models import events as e
from models.case import Arrangement, Case
from models.case.arrangements import ArrangementTerms
from models.commands import AmendArrangement, EndArrangement, JoinArrangement, LeaveArrangement
from models.ladder_subjects import SubjectKind, subject_of
from models.posts import Post, Role
from models.reasons import ReasonCode, StatedReason, in_english, reason
from models.refusal import RefusalKind
from models.rules.actors import BY_CO_CHAIR, BY_GROUP, BY_SECRETARIAT
from models.rules.arrangements import (
    BY_PARTY,
    agreed_by,
    agreement_owed,
    any_goes_on,
    ended,
    must_go_on,
    once_agreed,
    their_arrangement,
)
from models.rules.checks import must_be_members, refuse, the_one
from models.rules.context import RuleContext
from models.rules.table import AT_WORK, rule

_FEWEST = 2
"""Parties between which information is shared."""


@rule(
    "amend_arrangement",
    "propose other terms of an arrangement",
    (BY_PARTY, BY_CO_CHAIR, BY_SECRETARIAT),
    AT_WORK,
    any_goes_on,
)
def amend_arrangement(context: RuleContext, body: AmendArrangement) -> None:
    """Propose other terms to all parties, old and new; until every one has agreed, the terms of before hold."""
    arrangement = their_arrangement(context, body.arrangement)
    given = body.model_dump(exclude_unset=True, exclude={"do", "arrangement", "text"})
    changes = {name: value for name, value in given.items() if value not in (None, ())}
    if parties := changes.get("parties"):
        must_be_members(context.case, parties)
        changes["parties"] = tuple(dict.fromkeys(parties))
        if len(changes["parties"]) < _FEWEST:
            raise refuse("An arrangement is between two parties at least.", RefusalKind.INVALID)
    _propose(context, arrangement, arrangement.terms.model_copy(update=changes), body.text)


def _can_join(case: Case, post: Post) -> bool:
    return any(one.ended_at is None and post.member not in one.concerned for one in case.arrangements.values())


def _can_leave(case: Case, post: Post) -> bool:
    return any(one.ended_at is None and post.member in one.concerned for one in case.arrangements.values())


@rule("join_arrangement", "ask to be a party to an arrangement", BY_GROUP, AT_WORK, _can_join)
def join_arrangement(context: RuleContext, body: JoinArrangement) -> None:
    """Ask the parties to an arrangement to be one of them; each is asked to agree."""
    arrangement = must_go_on(the_one("arrangement", body.arrangement, context.case.arrangements))
    member = context.by.member
    if member in arrangement.concerned:
        raise refuse(f"{member} is a party to {arrangement.title!r} already, or has asked to be one.")
    if arrangement.amendment is not None:
        waiting = ", ".join(arrangement.awaited)
        raise refuse(f"What is proposed for {arrangement.title!r} comes first; it waits for {waiting}.")
    terms = arrangement.terms.model_copy(update={"parties": (*arrangement.parties, member)})
    _propose(context, arrangement, terms, body.text)


@rule("leave_arrangement", "leave an arrangement", BY_PARTY, AT_WORK, _can_leave, own_word=True)
def leave_arrangement(context: RuleContext, body: LeaveArrangement) -> None:
    """Be a party no more, from now on; with fewer than two parties it ends."""
    arrangement = their_arrangement(context, body.arrangement, asked=True)
    _left(context, arrangement.title, context.by.member, body.text)


@rule("end_arrangement", "propose to end an arrangement", (BY_PARTY, BY_CO_CHAIR, BY_SECRETARIAT), AT_WORK, any_goes_on)
def end_arrangement(context: RuleContext, body: EndArrangement) -> None:
    """Propose to all parties that it ends; one to which not all have agreed yet is taken back at once."""
    arrangement = their_arrangement(context, body.arrangement)
    if arrangement.state == "proposed":
        ended(context, arrangement.title, body.text)
    else:
        _propose(context, arrangement, arrangement.terms, body.text, ends=True)


def leave_all_arrangements(context: RuleContext, member: str) -> None:
    """Have a member that leaves the group leave its arrangements."""
    why = reason(ReasonCode.LEFT_GROUP, member=member)
    for title, arrangement in context.case.arrangements.items():
        if arrangement.ended_at is None and member in arrangement.concerned:
            _left(context, title, member, in_english((why,)), why)


def _propose(
    context: RuleContext, arrangement: Arrangement, terms: ArrangementTerms, text: str, *, ends: bool = False
) -> None:
    if terms == arrangement.terms and not ends:
        raise refuse(
            f"The arrangement {arrangement.title!r} already says all of this. Give what is to change in it.",
            RefusalKind.INVALID,
        )
    title = arrangement.title
    proposed = e.ArrangementAmendmentProposed(
        arrangement=title, terms=terms, was=arrangement.terms, ends=ends, text=text
    )
    context.emit(proposed)
    agreement_owed(context, title)
    if context.by.role is Role.FOCAL_POINT:
        agreed_by(context, title, context.by.member)


def _left(context: RuleContext, title: str, member: str, text: str, *reasons: StatedReason) -> None:
    context.emit(e.ArrangementLeft(arrangement=title, member=member, text=text, reasons=reasons))
    arrangement = context.case.arrangements[title]
    if len(arrangement.parties) < _FEWEST:
        ended(context, title, "", reason(ReasonCode.PARTIES_LEFT))
    elif not arrangement.awaited:
        context.clear(subject_of(SubjectKind.AGREEMENT, title))
        once_agreed(context, title)
