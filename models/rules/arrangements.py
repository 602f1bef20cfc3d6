"""Information-sharing arrangements (b): parties, agreement, exchanges, review."""

from datetime import date

from models import events as e
from models.case import Arrangement, Stage
from models.commands import AddArrangement, Agree, LogExchange, ReviewArrangement
from models.ladder import ClockAct, Rung, ladder_on
from models.ladder_subjects import SubjectKind, subject_of
from models.posts import SECRETARIAT, Role
from models.reasons import ReasonCode, reason
from models.refusal import RefusalKind
from models.rules.actors import BY_CO_CHAIR, BY_GROUP, BY_SECRETARIAT, by_focal_point
from models.rules.checks import must_be_members, refuse, the_one
from models.rules.context import RuleContext
from models.rules.outcomes import overdue_rungs
from models.rules.table import AT_WORK, rule

BY_PARTY = by_focal_point(
    "the focal point of a party to the arrangement",
    lambda case, member: any(member in one.parties for one in case.arrangements.values()),
)


def _their_arrangement(context: RuleContext, title: str) -> Arrangement:
    arrangement = the_one("arrangement", title, context.case.arrangements)
    if context.by.role is Role.FOCAL_POINT and context.by.member not in arrangement.parties:
        raise refuse(f"{context.by.member} is not a party to {title!r}.", RefusalKind.FORBIDDEN)
    return arrangement


_BY_PROPOSERS = (BY_CO_CHAIR, BY_SECRETARIAT, BY_GROUP)


@rule("add_arrangement", "propose an arrangement", _BY_PROPOSERS, {Stage.OPERATIONAL}, own_word=True)
def add_arrangement(context: RuleContext, body: AddArrangement) -> None:
    """Propose an information-sharing arrangement; a party's focal point that proposes it agrees by that."""
    must_be_members(context.case, body.parties)
    if body.title in context.case.arrangements:
        raise refuse(f"There is already an arrangement {body.title!r}.")
    arrangement = Arrangement(
        title=body.title,
        parties=tuple(dict.fromkeys(body.parties)),
        kind=body.kind,
        every=body.every,
        marking=body.marking,
        contacts=body.contacts,
        begins=body.begins,
        review=body.review,
    )
    context.emit(e.ArrangementAdded(arrangement=arrangement))
    agreement_owed(context, body.title)
    if context.by.role is Role.FOCAL_POINT and context.by.member in body.parties:
        _agree(context, body.title, context.by.member)


def agreement_owed(context: RuleContext, title: str) -> None:
    """Remind the parties that have not agreed, at the rhythm of invitations, until they do."""
    parties = context.case.arrangements[title].parties
    context.once(subject_of(SubjectKind.AGREEMENT, title), context.case.track.invitation, ClockAct.REMIND, *parties)


@rule("agree", "agree to an arrangement", BY_PARTY, AT_WORK, own_word=True)
def agree(context: RuleContext, body: Agree) -> None:
    """Agree for a party; with the last one the arrangement is in force, or from the later day that they want."""
    _their_arrangement(context, body.arrangement)
    _agree(context, body.arrangement, context.by.member)


def _agree(context: RuleContext, title: str, member: str) -> None:
    context.emit(e.ArrangementAgreed(arrangement=title, member=member))
    arrangement = context.case.arrangements[title]
    if arrangement.in_force_from is None and set(arrangement.parties) <= set(arrangement.agreed):
        context.clear(subject_of(SubjectKind.AGREEMENT, title))
        begins = context.morning(arrangement.begins, SECRETARIAT.member) if arrangement.begins else context.now
        if begins > context.now:
            rungs = (Rung(at=begins, act=ClockAct.END),)
            ladder = ladder_on(reason(ReasonCode.DAY_WANTED), begins, rungs)
            context.set_ladder(subject_of(SubjectKind.BEGINS, title), ladder)
        else:
            _in_force(context, title)


def begun(context: RuleContext, title: str) -> None:
    """Put an arrangement in force on the day that its parties chose."""
    context.clear(subject_of(SubjectKind.BEGINS, title))
    _in_force(context, title)


def _in_force(context: RuleContext, title: str) -> None:
    context.emit(e.ArrangementInForce(arrangement=title))
    _await_review(context, title, context.case.arrangements[title].review)


def _await_review(context: RuleContext, title: str, review: date | None) -> None:
    subject = subject_of(SubjectKind.ARRANGEMENT, title)
    context.clear(subject)
    if review is not None:
        due = context.morning(review, SECRETARIAT.member)
        rungs = tuple(rung for rung in overdue_rungs(context.case.policy, due, context.now) if rung.at >= due)
        context.set_ladder(subject, ladder_on(reason(ReasonCode.REVIEW_ON, day=review.isoformat()), due, rungs))


def review_overdue(context: RuleContext, title: str) -> None:
    """Ask again, at the steady rhythm, for a review that has not been made."""
    ladder = context.case.ladder(SubjectKind.ARRANGEMENT, title)
    if ladder is not None and not ladder.rungs:
        rungs = overdue_rungs(context.case.policy, ladder.due, context.now)
        context.set_ladder(subject_of(SubjectKind.ARRANGEMENT, title), ladder.model_copy(update={"rungs": rungs}))


@rule("log_exchange", "note an exchange", (BY_PARTY, BY_SECRETARIAT), AT_WORK, own_word=True)
def log_exchange(context: RuleContext, body: LogExchange) -> None:
    """Note that an exchange took place under an arrangement in force: its kind and date, never its content."""
    arrangement = _their_arrangement(context, body.arrangement)
    if arrangement.state == "agreed":
        raise refuse(
            f"The arrangement {body.arrangement!r} is agreed and will be in force from {arrangement.begins}; exchanges "
            "are noted from then on."
        )
    if arrangement.in_force_from is None:
        waiting = ", ".join(code for code in arrangement.parties if code not in arrangement.agreed)
        raise refuse(
            f"The arrangement {body.arrangement!r} is not in force until every party has agreed; it waits for {waiting}."
        )
    kind, on = body.kind or arrangement.kind, body.on or context.today(context.by.member)
    context.emit(e.ExchangeLogged(arrangement=body.arrangement, member=context.by.member, kind=kind, on=on))


@rule("review_arrangement", "review an arrangement", (BY_PARTY, BY_CO_CHAIR, BY_SECRETARIAT), AT_WORK)
def review_arrangement(context: RuleContext, body: ReviewArrangement) -> None:
    """Note a review, and set the next one if a date is given."""
    _their_arrangement(context, body.arrangement)
    context.emit(e.ArrangementReviewed(arrangement=body.arrangement, review=body.review, text=body.text))
    _await_review(context, body.arrangement, body.review)
