"""What a notice tells besides its kind and its date, each fact with its type; and the facts of notices queued before.

The ledger holds them as a JSON object in which facts that say nothing are left out (``NoticeFacts.model_dump``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from models.base import Instant, Value
from models.case import GateName
from models.grounds import Ground
from models.posts import Post
from models.reasons import StatedReason


class DutyFact(Value):
    """A duty of the reader: its command, what it is about, and when it is due (UTC), where that is told."""

    do: str
    about: str = ""
    due: Instant | None = None


class MeetingFact(Value):
    """A meeting that is not held for the reader, and when it was to begin (as it was written: ISO 8601)."""

    title: str
    starts: str = ""


class DelayFact(Value):
    """A deadline that the reader waits for, or keeps, and that has moved; ``subject``: of its ladder."""

    subject: str
    was: Instant
    until: Instant


class NoticeFacts(Value):
    """The facts of one notice; a kind of notice has those that its templates speak of.

    ``about`` is what is decided at the gate ``gate``: the English of ``matter``. ``why`` something was asked again or
    a member was listed, ``text`` that was said with it, and what a list ``lacks``: where the rules said it, it is the
    English of ``reasons``. ``dates``: duties of the reader whose dates have moved; ``over``: those that are not asked
    of it any more; ``delays``: deadlines that have moved; ``undecided``: gates that the end of the case left
    undecided; ``not_held``: meetings that its calendar is to forget; ``goes_on``: what is to be circulated goes on
    after the end, and the reader is ``asked`` something for it, or only ``told``. ``was_...``: of a meeting that was
    moved, as it was before. ``because``: the word of the event for why a thing is open again, or what becomes of an
    arrangement; ``amended``: what is another of an outcome. ``first``: it is asked for the first time; ``ended``:
    since the time of the activation is over; ``early``: since both Co-Chairs have approved an early end. ``term``:
    the letter of a term of reference. ``recorded``: posts whose position was written down for them. ``do`` and
    ``how``: the command that was, and by which means its post had said it; of the closing of a case, the command that
    comes first. ``words``: by which a text names a member; ``entry``: its first entry. ``anew`` and ``stands``: what
    follows where it is contested; ``outcomes`` and ``waivers``: of which outcomes, by title, and terms, by letter,
    its word holds no more then.
    """

    gate: GateName | None = None
    about: str = ""
    matter: tuple[StatedReason, ...] | None = ()
    round: int = 0
    interests: tuple[Post, ...] = ()
    silent: tuple[Post, ...] = ()
    recorded: tuple[Post, ...] = ()
    askers: tuple[Post, ...] = ()
    position: str = ""
    place_of: Post | None = None
    undecided: tuple[GateName, ...] = ()

    why: str = ""
    text: str = ""
    lacks: tuple[str, ...] = ()
    reasons: tuple[StatedReason, ...] | None = ()
    post: Post | None = None
    member: str = ""
    answer: str = ""
    seat: str = ""

    ground: Ground | None = None
    disputed: bool = False

    requester: str = ""
    version: int = 0
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    outcome: str = ""
    indicator: str = ""
    owner: str = ""
    because: str = ""
    amended: tuple[str, ...] = ()
    arrangement: str = ""
    marking: str = ""
    what: str = ""

    meeting: str = ""
    place: str = ""
    starts: str = ""
    ends: str = ""
    agenda: tuple[str, ...] = ()
    moved: bool = False
    was_starts: str = ""
    was_ends: str = ""
    was_place: str = ""
    not_held: tuple[MeetingFact, ...] = ()

    report: str = ""
    recommendation: str = ""
    addressees: tuple[str, ...] = ()
    state: str = ""
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    consent: str = ""

    stage: str = ""
    goes_on: str = ""
    dates: tuple[DutyFact, ...] = ()
    over: tuple[DutyFact, ...] = ()
    delays: tuple[DelayFact, ...] = ()
    first: bool = False
    ended: bool = False
    early: bool = False
    term: str = ""
    person: str = ""
    do: str = ""
    how: str = ""
    entry: int = 0
    anew: bool = False
    stands: bool = False
    outcomes: tuple[str, ...] = ()
    waivers: tuple[str, ...] = ()
    until: date | None = None

    def also(self, **more: Any) -> "NoticeFacts":
        """With other facts besides."""
        return NoticeFacts.model_validate({**dict(self), **more})

    @model_serializer(mode="wrap")
    def _what_is_said(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        said = {name: fact for name, fact in whole(self).items() if getattr(self, name) != _DEFAULTS[name]}
        # A text with no reasons is somebody's own words; a row that does not tell is from before.
        told = {"matter": self.matter} if self.about else {}
        return {**told, **({"reasons": self.reasons} if self.text or self.why or self.lacks else {}), **said}


NO_FACTS = NoticeFacts()

_DEFAULTS = {name: field.default for name, field in NoticeFacts.model_fields.items()}


def facts_of_row(stored: Mapping[str, Any] | None) -> NoticeFacts:
    """The facts that a row of the ledger holds; of a notice that was queued when facts were texts, too."""
    given = {name: fact for name, fact in (stored or {}).items() if name in _DEFAULTS}
    if "about" in given:
        given.setdefault("matter", None)
    if given.keys() & {"text", "why", "lacks"}:
        given.setdefault("reasons", None)
    return NoticeFacts.model_validate({name: _not_text(name, fact) for name, fact in given.items()})


# facts as they were queued before 29 November 2026: all of them texts ------------------------------------------------


def _not_text(name: str, fact: Any) -> Any:
    """A fact that is several, or a duty or a meeting, from the text that it was; anything else as it is."""
    if not isinstance(fact, str):
        return fact
    if name in _LINES:
        return list(_LINES[name](fact.splitlines()))
    if name in _BETWEEN_COMMAS:
        return [one.strip() for one in fact.split(",") if one.strip()]
    return fact


_BETWEEN_COMMAS = ("interests", "silent", "askers", "undecided", "lacks", "changed", "addressees", "names")


def _dates(lines: Iterable[str]) -> Iterator[DutyFact]:
    for line in lines:
        due, _, duty = line.partition(" ")
        do, _, about = duty.partition(" ")
        yield DutyFact(do=do, about=about, due=datetime.fromisoformat(due))


def _duties(lines: Iterable[str]) -> Iterator[DutyFact]:
    for line in lines:
        do, _, about = line.partition(" ")
        yield DutyFact(do=do, about=about)


def _meetings(lines: Iterable[str]) -> Iterator[MeetingFact]:
    for line in lines:
        starts, _, title = line.partition(" ")
        yield MeetingFact(title=title, starts=starts)


_LINES: dict[str, Callable[[list[str]], Iterable[Any]]] = {
    "dates": _dates,
    "over": _duties,
    "not_held": _meetings,
    "agenda": iter,
    "missing": iter,
}
