"""Information-sharing arrangements (b): parties, agreement, exchanges, review."""

from datetime import date

from models import events as e
from models.case import Arrangement, Case, Stage
from models.commands import AddArrangement, Agree, LogExchange, ReviewArrangement
from models.ladder import ClockAct, Ladder, Rung
from models.posts import SECRETARIAT as THE_SECRETARIAT
from models.posts import Post, Role
from models.refusal import Why
from models.rules.outcomes import overdue_rungs
from models.rules.turn import AT_WORK, Turn, Who, must_be_members, refuse, rule
from models.rules.who import CO_CHAIR, IN_THE_GROUP, SECRETARIAT


def _is_party(case: Case, post: Post) -> bool:
    return post.role is Role.FOCAL_POINT and any(post.member in one.parties for one in case.arrangements.values())


PARTY = Who("the focal point of a party to the arrangement", _is_party)


def _the_arrangement(turn: Turn, title: str) -> Arrangement:
    arrangement = turn.case.arrangements.get(title)
    if arrangement is None:
        known = "; ".join(turn.case.arrangements) or "none"
        raise refuse(f"There is no arrangement {title!r}; the arrangements are: {known}.", Why.NOT_FOUND)
    return arrangement


@rule("add_arrangement", "propose an arrangement", (CO_CHAIR, SECRETARIAT, IN_THE_GROUP), {Stage.OPERATIONAL})
def add_arrangement(turn: Turn, body: AddArrangement) -> None:
    """An information-sharing arrangement; a party's focal point that proposes it agrees by that."""
    must_be_members(turn.case, body.parties)
    if body.title in turn.case.arrangements:
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
    turn.emit(e.ArrangementAdded(arrangement=arrangement))
    agreement_owed(turn, body.title)
    if turn.by.role is Role.FOCAL_POINT and turn.by.member in body.parties:
        _agree(turn, body.title, turn.by.member)


def agreement_owed(turn: Turn, title: str) -> None:
    """The parties that have not agreed are reminded, at the rhythm of invitations, until they do."""
    parties = turn.case.arrangements[title].parties
    turn.once(f"agreement:{title}", turn.case.track.invitation, ClockAct.REMIND, *parties)


@rule("agree", "agree to an arrangement", PARTY, AT_WORK)
def agree(turn: Turn, body: Agree) -> None:
    """A party agrees; with the last one the arrangement is in force, or from the later day that they want."""
    arrangement = _the_arrangement(turn, body.arrangement)
    if turn.by.member not in arrangement.parties:
        raise refuse(f"{turn.by.member} is not a party to {body.arrangement!r}.", Why.FORBIDDEN)
    _agree(turn, body.arrangement, turn.by.member)


def _agree(turn: Turn, title: str, member: str) -> None:
    turn.emit(e.ArrangementAgreed(arrangement=title, member=member))
    arrangement = turn.case.arrangements[title]
    if arrangement.in_force_from is None and set(arrangement.parties) <= set(arrangement.agreed):
        turn.clear(f"agreement:{title}")
        begins = turn.morning(arrangement.begins, THE_SECRETARIAT.member) if arrangement.begins else turn.now
        if begins > turn.now:
            rungs = (Rung(at=begins, act=ClockAct.END),)
            turn.climb(f"begins:{title}", Ladder(due=begins, rungs=rungs, label="the day that the parties want"))
        else:
            _in_force(turn, title)


def begun(turn: Turn, title: str) -> None:
    """The day has come from which the parties want it."""
    turn.clear(f"begins:{title}")
    _in_force(turn, title)


def _in_force(turn: Turn, title: str) -> None:
    turn.emit(e.ArrangementInForce(arrangement=title))
    _await_review(turn, title, turn.case.arrangements[title].review)


def _await_review(turn: Turn, title: str, review: date | None) -> None:
    subject = f"arrangement:{title}"
    turn.clear(subject)
    if review is not None:
        due = turn.morning(review, THE_SECRETARIAT.member)
        rungs = tuple(rung for rung in overdue_rungs(turn.case.policy, due, turn.now) if rung.at >= due)
        turn.climb(subject, Ladder(due=due, rungs=rungs, label=f"review {review.isoformat()}"))


def review_overdue(turn: Turn, title: str) -> None:
    """A review that is not made is asked for again at the steady rhythm."""
    ladder = turn.case.ladders.get(f"arrangement:{title}")
    if ladder is not None and not ladder.rungs:
        rungs = overdue_rungs(turn.case.policy, ladder.due, turn.now)
        turn.climb(f"arrangement:{title}", ladder.model_copy(update={"rungs": rungs}))


@rule("log_exchange", "note an exchange", (PARTY, SECRETARIAT), AT_WORK)
def log_exchange(turn: Turn, body: LogExchange) -> None:
    """What kind and when, never the content; only under an arrangement in force."""
    arrangement = _the_arrangement(turn, body.arrangement)
    if turn.by != THE_SECRETARIAT and turn.by.member not in arrangement.parties:
        raise refuse(f"{turn.by.member} is not a party to {body.arrangement!r}.", Why.FORBIDDEN)
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
    turn.emit(
        e.ExchangeLogged(
            arrangement=body.arrangement,
            member=turn.by.member,
            kind=body.kind or arrangement.kind,
            on=body.on or turn.now.date(),
        )
    )


@rule("review_arrangement", "review an arrangement", (PARTY, CO_CHAIR, SECRETARIAT), AT_WORK)
def review_arrangement(turn: Turn, body: ReviewArrangement) -> None:
    """Reviewed, with the next review if one is set."""
    arrangement = _the_arrangement(turn, body.arrangement)
    if turn.by.role is Role.FOCAL_POINT and turn.by.member not in arrangement.parties:
        raise refuse(f"{turn.by.member} is not a party to {body.arrangement!r}.", Why.FORBIDDEN)
    turn.emit(e.ArrangementReviewed(arrangement=body.arrangement, review=body.review, text=body.text))
    _await_review(turn, body.arrangement, body.review)
