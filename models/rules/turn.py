"""A turn: one post's move on a case while the rules unfold it into events; and the table of the rules."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from models import events as e
from models.base import Value
from models.case import Case, GateName, GateOutcome, Stage
from models.evolve import evolve
from models.ladder import ClockAct, Ladder, Rung
from models.policy import Span
from models.posts import SECRETARIAT, Post, Role
from models.refusal import Refused, Why

_MORNING = time(9)
"""When on its day, in the office's own time zone, a date begins to count."""


def desk_of(code: str) -> Post:
    """The post that answers for a member; for ``RSO``, the secretariat."""
    return SECRETARIAT if code == SECRETARIAT.member else Post.of(code, Role.FOCAL_POINT)


class Turn:
    """What the rules know and have unfolded: ``before`` the turn, and ``case`` after the events so far."""

    def __init__(self, case: Case, by: Post, now: datetime) -> None:
        self.before = case
        self.case = case
        self.by = by
        self.now = now
        self.events: list[e.AnyEvent] = []

    def emit(self, event: e.AnyEvent) -> None:
        """Let an event happen."""
        self.events.append(event)
        self.case = evolve(self.case, event, self.now, self.by)

    def enter(self, stage: Stage, text: str = "") -> None:
        """Enter a stage; where the procedure ends, nothing waits any more."""
        if stage.ended:
            self._end(f"The case is {stage.words}.")
        self.emit(e.StageEntered(stage=stage, text=text))

    def _end(self, why: str) -> None:
        self.clear(*self.case.ladders)
        for gate in self.case.open_gates:
            self.emit(e.GateDecided(gate=gate.name, outcome=GateOutcome.SUPERSEDED, text=why))
        circulation = self.case.circulation
        if circulation is not None and circulation.state in ("proposed", "approved"):
            self.emit(e.CirculationMoved(circulation=circulation.number, state="lapsed"))

    def supersede(self, gate: GateName, why: str) -> None:
        """A gate that is open need not be decided any more: nothing follows from it."""
        if gate in self.case.gates and self.case.gates[gate].open:
            self.clear(f"gate:{gate.value}", f"answer:{gate.value}")
            self.emit(e.GateDecided(gate=gate, outcome=GateOutcome.SUPERSEDED, text=why))

    # ladders

    def after(self, span: Span, *members: str) -> datetime:
        """The instant one span from now, in the working days of those members."""
        return span.after(self.now, self.case.calendars, members)

    def morning(self, day: date, member: str) -> datetime:
        """The morning of a date in a member's time zone."""
        zone = ZoneInfo(self.case.calendars.of(member).zone)
        return datetime.combine(day, _MORNING, zone).astimezone(self.now.tzinfo)

    def climb(self, subject: str, ladder: Ladder) -> None:
        """Let something wait, by its ladder; while its clock is stopped, so is a new ladder."""
        if self.case.suspension:
            ladder = ladder.stopped(self.now)
        self.emit(e.LadderSet(subject=subject, ladder=ladder))

    def once(self, subject: str, span: Span, act: ClockAct, *members: str) -> None:
        """A ladder with a single rung, one span from now in the working days of those members."""
        at = self.after(span, *members)
        ladder = Ladder(due=at, rungs=(Rung(at=at, act=act),), members=span.offices(members), label=span.words)
        self.climb(subject, ladder)

    def clear(self, *subjects: str) -> None:
        """Nothing waits there any more."""
        for subject in subjects:
            if subject in self.case.ladders:
                self.emit(e.LadderCleared(subject=subject))


class Who:
    """A kind of post that may do something: the words for it, and the test.

    ``lacking``: a sentence on what another post lacks.
    """

    def __init__(
        self,
        words: str,
        test: Callable[[Case, Post], bool],
        *,
        lacking: Callable[[Case, Post], str] = lambda case, post: "",
    ) -> None:
        self.words = words
        self.test = test
        self.lacking = lacking


class Rule:
    """One row of the table: who may give a command, in which stages, and what then follows.

    ``ready`` tells whether the case has anything the command could be about, so that pages offer only what
    can be done.
    """

    def __init__(
        self,
        do: str,
        phrase: str,
        who: tuple[Who, ...],
        stages: frozenset[Stage],
        unfold: Callable[[Turn, Any], None],
        ready: Callable[[Case, Post], bool],
    ) -> None:
        self.do = do
        self.phrase = phrase
        self.who = who
        self.stages = stages
        self.unfold = unfold
        self.ready = ready

    @property
    def who_words(self) -> str:
        """``a Co-Chair or the secretariat``."""
        return " or ".join(who.words for who in self.who)

    def admits(self, case: Case, post: Post) -> bool:
        """Whether the post is one that may give this command."""
        return any(who.test(case, post) for who in self.who)


RULES: dict[str, Rule] = {}
"""Every command's rule; filled by the modules of this package."""

OPEN_STAGES = frozenset(stage for stage in Stage if not stage.ended and stage is not Stage.DRAFT)
"""The stages in which the procedure runs: submitted and not ended."""

AT_WORK = frozenset((Stage.OPERATIONAL, Stage.REPORTING))
"""The stages in which the group works or reports."""


def rule(
    do: str,
    phrase: str,
    who: Who | tuple[Who, ...],
    stages: set[Stage] | frozenset[Stage] = OPEN_STAGES,
    ready: Callable[[Case, Post], bool] = lambda case, post: True,
) -> Callable[[Callable[[Turn, Any], None]], Callable[[Turn, Any], None]]:
    """Put a rule into the table: ``phrase`` completes "may ..."."""

    def register(unfold: Callable[[Turn, Any], None]) -> Callable[[Turn, Any], None]:
        whose = who if isinstance(who, tuple) else (who,)
        RULES[do] = Rule(do, phrase, whose, frozenset(stages), unfold, ready)
        return unfold

    return register


def refuse(sentence: str, why: Why = Why.CONFLICT) -> Refused:
    """A refusal; ``rules.decide`` adds what is allowed instead."""
    return Refused(why, sentence)


def must_say(body: Value, what: str) -> str:
    """The command's text, which must not be empty.

    Raises:
        Refused: there is no text; ``what`` completes "Say ..., in the field text."
    """
    text = str(getattr(body, "text", ""))
    if not text:
        raise refuse(f"Say {what}, in the field text.", Why.INVALID)
    return text


def must_be_members(case: Case, codes: tuple[str, ...]) -> None:
    """Refuse codes that the directory does not have."""
    unknown = [code for code in codes if code not in case.directory]
    if unknown:
        raise refuse(f"The directory has no member {', '.join(unknown)}.", Why.INVALID)
