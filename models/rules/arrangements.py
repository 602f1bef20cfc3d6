"""Information-sharing arrangements (b): parties, agreement, exchanges, review."""

from datetime import date, timedelta

from models import events as e
from models.case import Arrangement, Case, Stage
from models.commands import AddArrangement, Agree, LogExchange, ReviewArrangement
from models.ladder import ClockAct, Rung, ladder_on
from models.ladder_subjects import SubjectKind, subject_of
from models.posts import SECRETARIAT, Post, Role
from models.reasons import ReasonCode, StatedReason, in_english, reason
from models.refusal import RefusalKind
from models.rhythms import rhythm_of
from models.rules.actors import BY_CO_CHAIR, BY_GROUP, BY_SECRETARIAT, by_focal_point
from models.rules.checks import must_be_members, must_be_news, refuse, the_one
from models.rules.context import RuleContext
from models.rules.overdue import overdue_rungs
from models.rules.table import AT_WORK, rule

BY_PARTY = by_focal_point(
    "the focal point of a party to the arrangement",
    lambda case, member: any(member in one.concerned for one in case.arrangements.values()),
)


def their_arrangement(context: RuleContext, title: str, *, asked: bool = False) -> Arrangement:
    """The arrangement of that title; of a focal point, one to which its member is a party, or ``asked`` to be one.

    Raises:
        Refused: there is none, it is another's, or it has ended.
    """
    arrangement = must_go_on(the_one("arrangement", title, context.case.arrangements))
    admitted = arrangement.concerned if asked else arrangement.parties
    if context.by.role is Role.FOCAL_POINT and context.by.member not in admitted:
        raise refuse(f"{context.by.member} is not a party to {title!r}.", RefusalKind.FORBIDDEN)
    return arrangement


def must_go_on(arrangement: Arrangement) -> Arrangement:
    """Refuse what is said of an arrangement that has ended."""
    if arrangement.ended_at is not None:
        raise refuse(f"The arrangement {arrangement.title!r} has ended; another can be proposed under another title.")
    return arrangement


def any_goes_on(case: Case, post: Post) -> bool:
    """Whether the case has an arrangement, agreed or proposed, that has not ended."""
    return any(one.ended_at is None for one in case.arrangements.values())


def _any_in_force(case: Case, post: Post) -> bool:
    return any(one.state == "in_force" for one in case.arrangements.values())


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
    context.emit(e.ArrangementAdded(arrangement=arrangement, text=body.text))
    agreement_owed(context, body.title)
    if context.by.role is Role.FOCAL_POINT and context.by.member in body.parties:
        agreed_by(context, body.title, context.by.member)


def agreement_owed(context: RuleContext, title: str) -> None:
    """Remind the parties that have not agreed, at the rhythm of invitations, until they do."""
    parties = context.case.arrangements[title].concerned
    context.once(subject_of(SubjectKind.AGREEMENT, title), context.case.track.invitation, ClockAct.REMIND, *parties)


@rule("agree", "agree to an arrangement", BY_PARTY, AT_WORK, own_word=True)
def agree(context: RuleContext, body: Agree) -> None:
    """Agree for a party; with the last one the arrangement, or what is to change of it, is in force.

    An arrangement may be in force only from the later day that its parties want.
    """
    arrangement = their_arrangement(context, body.arrangement, asked=True)
    member = context.by.member
    must_be_news(context.case, member, member not in arrangement.awaited, f"agreed to {arrangement.title!r}")
    agreed_by(context, body.arrangement, context.by.member, body.text)


def agreed_by(context: RuleContext, title: str, member: str, text: str = "") -> None:
    """Note that a party agrees, and what follows when it is the last one."""
    context.emit(e.ArrangementAgreed(arrangement=title, member=member, text=text))
    once_agreed(context, title)


def once_agreed(context: RuleContext, title: str) -> None:
    """Have follow what every party has agreed to, if none is awaited: other terms, the end, or that it is in force."""
    arrangement = context.case.arrangements[title]
    if arrangement.awaited:
        return
    if (amendment := arrangement.amendment) is not None:
        if amendment.ends:
            ended(context, title)
            return
        context.emit(e.ArrangementAmended(arrangement=title, terms=amendment.terms, was=arrangement.terms))
    if arrangement.in_force_from is not None:
        if amendment is not None:
            context.clear(subject_of(SubjectKind.AGREEMENT, title))
            _await_review(context, title, amendment.terms.review)
            await_exchange(context, title)
        return
    context.clear(subject_of(SubjectKind.AGREEMENT, title))
    begins = context.morning(arrangement.begins, SECRETARIAT.member) if arrangement.begins else context.now
    if begins > context.now:
        rungs = (Rung(at=begins, act=ClockAct.END),)
        ladder = ladder_on(reason(ReasonCode.DAY_WANTED), begins, rungs)
        context.set_ladder(subject_of(SubjectKind.BEGINS, title), ladder)
    else:
        _in_force(context, title)


def ended(context: RuleContext, title: str, text: str = "", *reasons: StatedReason) -> None:
    """End an arrangement: nothing of it is awaited any more."""
    waiting = (SubjectKind.AGREEMENT, SubjectKind.BEGINS, SubjectKind.ARRANGEMENT, SubjectKind.EXCHANGE)
    context.clear(*(subject_of(kind, title) for kind in waiting))
    context.emit(e.ArrangementEnded(arrangement=title, text=text or in_english(reasons), reasons=reasons))


def begun(context: RuleContext, title: str) -> None:
    """Put an arrangement in force on the day that its parties chose."""
    context.clear(subject_of(SubjectKind.BEGINS, title))
    _in_force(context, title)


def _in_force(context: RuleContext, title: str) -> None:
    context.emit(e.ArrangementInForce(arrangement=title))
    _await_review(context, title, context.case.arrangements[title].review)
    await_exchange(context, title)


def await_exchange(context: RuleContext, title: str) -> None:
    """Remind the parties of the next exchange, by the rhythm of an arrangement in force; overdue it is marked."""
    arrangement = context.case.arrangements[title]
    subject = subject_of(SubjectKind.EXCHANGE, title)
    context.clear(subject)
    rhythm = rhythm_of(arrangement.every)
    if rhythm is None or not context.case.policy.carries_out or arrangement.state != "in_force":
        return
    due = context.after(rhythm, *arrangement.parties)
    late = due + timedelta(days=context.case.policy.exchange_overdue.number)
    rungs = (Rung(at=due, act=ClockAct.REMIND), Rung(at=late, act=ClockAct.OVERDUE))
    members = rhythm.offices(arrangement.parties)
    context.set_ladder(subject, ladder_on(reason(ReasonCode.SPAN, span=rhythm), due, rungs, members))


def exchange_overdue(context: RuleContext, title: str) -> None:
    """Tell the parties again, at the same rhythm, of an exchange that has not been noted."""
    ladder = context.case.ladder(SubjectKind.EXCHANGE, title)
    arrangement = context.case.arrangements[title]
    rhythm = rhythm_of(arrangement.every)
    if ladder is None or ladder.rungs or rhythm is None:
        return
    again = (Rung(at=context.after(rhythm, *arrangement.parties), act=ClockAct.OVERDUE),)
    context.set_ladder(subject_of(SubjectKind.EXCHANGE, title), ladder.model_copy(update={"rungs": again}))


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


@rule("log_exchange", "note an exchange", (BY_PARTY, BY_SECRETARIAT), AT_WORK, _any_in_force, own_word=True)
def log_exchange(context: RuleContext, body: LogExchange) -> None:
    """Note that an exchange took place under an arrangement in force: its kind and date, who gave and who received.

    Never its content.
    """
    arrangement = their_arrangement(context, body.arrangement)
    if arrangement.state == "agreed":
        raise refuse(
            f"The arrangement {body.arrangement!r} is agreed and will be in force from {arrangement.begins}; exchanges "
            "are noted from then on."
        )
    if arrangement.in_force_from is None:
        waiting = ", ".join(arrangement.awaited)
        raise refuse(
            f"The arrangement {body.arrangement!r} is not in force until every party has agreed; it waits for {waiting}."
        )
    kind, on = body.kind or arrangement.kind, body.on or context.today(context.by.member)
    gave, received = _given_to(context, arrangement, body)
    logged = e.ExchangeLogged(
        arrangement=body.arrangement, member=context.by.member, kind=kind, on=on, gave=gave, received=received
    )
    context.emit(logged)
    if context.case.policy.carries_out:
        await_exchange(context, body.arrangement)


def _given_to(context: RuleContext, arrangement: Arrangement, body: LogExchange) -> tuple[str, tuple[str, ...]]:
    """Who gave and who received. Without a word the party that notes it gave to all others."""
    by_a_party, named = context.by.role is Role.FOCAL_POINT, body.gave or body.received
    if not context.case.policy.carries_out and not named:
        return "", ()  # as it was noted before
    gave = body.gave or (context.by.member if by_a_party else "")
    if not gave:
        raise refuse("Say which party gave the information.", RefusalKind.INVALID)
    received = body.received or tuple(code for code in arrangement.parties if code != gave)
    outside = [code for code in (gave, *received) if code not in arrangement.parties]
    if outside:
        names = " and ".join(map(context.case.directory.name, dict.fromkeys(outside)))
        raise refuse(
            f"Only parties exchange under the arrangement {arrangement.title!r}, and {names} is none. A member of the "
            "group becomes one by asking to join it, once all parties agree.",
            RefusalKind.INVALID,
        )
    if gave in received:
        raise refuse(
            f"{gave} stands as the party that gave and as one that received. Name the others that received.",
            RefusalKind.INVALID,
        )
    if by_a_party and context.by.member not in (gave, *received):
        raise refuse(
            "A party notes the exchanges in which it gave or received itself; others note theirs.",
            RefusalKind.FORBIDDEN,
        )
    return gave, received


@rule("review_arrangement", "review an arrangement", (BY_PARTY, BY_CO_CHAIR, BY_SECRETARIAT), AT_WORK, any_goes_on)
def review_arrangement(context: RuleContext, body: ReviewArrangement) -> None:
    """Note a review, and set the next one if a date is given."""
    their_arrangement(context, body.arrangement)
    context.emit(e.ArrangementReviewed(arrangement=body.arrangement, review=body.review, text=body.text))
    _await_review(context, body.arrangement, body.review)
