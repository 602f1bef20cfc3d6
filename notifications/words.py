"""Posts, members, gates and dates as people say them, in the reader's language."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import MAXYEAR, MINYEAR, date, datetime

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.support import NullTranslations

from models.base import N_
from models.case import GateName
from models.grounds import StatedGround, written_number
from models.ladder import Ladder
from models.ladder_subjects import SubjectKind, read_subject
from models.old_sentences import basis_in, reasons_in
from models.policy import Span
from models.posts import SECRETARIAT, Post, Role
from models.reasons import PLAIN, WHY_LISTED, Fact, ReasonCode, StatedReason
from models.request import FIELD_WORDS
from models.zones import zone_named
from notifications.texts import line, prose
from notifications.vocabulary import spelled


def NN_(one: str, several: str) -> tuple[str, str]:  # noqa: N802 - named like the mark for a single text
    """Marks a text for extraction, in its forms for one and for several."""
    return one, several


_POSTS = {
    Role.FOCAL_POINT: N_("the focal point of %(member)s"),
    Role.CO_CHAIR: N_("the Co-Chair (%(member)s)"),
    Role.STEERING_GROUP: N_("the Steering Group member (%(member)s)"),
    Role.AUDITOR: N_("the auditor (%(member)s)"),
    Role.SECRETARIAT: N_("the secretariat"),
}
_DEADLINES: Mapping[SubjectKind, str] = {
    SubjectKind.COMPLETENESS: N_("the secretariat's check of the request"),
    SubjectKind.RESUBMISSION: N_("a new version of the request"),
    SubjectKind.GATE: N_("the decision on %(about)s"),
    SubjectKind.ANSWER: N_("the answer to a question on %(about)s"),
    SubjectKind.COMMENTS: N_("comments on the participants"),
    SubjectKind.INVITATION: N_("the answer of %(about)s to its invitation"),
    SubjectKind.DURATION: N_("the end of the activation"),
    SubjectKind.VERIFIED: N_("an objection to the verification of %(about)s"),
    SubjectKind.SILENCE: N_("an objection to the report"),
    SubjectKind.CONSENT: N_("consent to being named"),
    SubjectKind.CONSIDERED: N_("an objection to the admission of %(about)s"),
}
"""What a deadline is for that others wait for."""

_OTHER = {
    "participant": N_("as a participant"),
    "observer": N_("as an observer"),
    "full": N_("in full"),
    "summary": N_("as a summary"),
}
LENGTHS: Mapping[str, tuple[str, str]] = {
    "h": NN_("%(number)s hour", "%(number)s hours"),
    "d": NN_("%(number)s day", "%(number)s days"),
    "wd": NN_("%(number)s working day", "%(number)s working days"),
    "mo": NN_("%(number)s month", "%(number)s months"),
}
"""Lengths of time by their unit, in the forms for one and for several."""

_SOURCES = NN_("%(number)s source", "%(number)s sources")
_THERE_AND_HERE = N_("%(there)s; in your time zone: %(here)s")
_NOWHERE = N_("%(there)s (no time zone is given)")
_NONE, _NOBODY = N_("none"), N_("nobody")
_POST_IN_TEXT = re.compile(rf"\b[A-Z][A-Z0-9-]{{0,39}}/(?:{'|'.join(Role)})\b")
_CODE_IN_TEXT = re.compile(r"\b[A-Z][A-Z0-9-]+\b")


class Words:
    """Puts things into words for one reader. ``names`` are those of members by code; ``zone`` (IANA) is the reader's."""

    def __init__(
        self,
        names: Mapping[str, str],
        *,
        language: str = "en",
        zone: str = "UTC",
        translations: NullTranslations | None = None,
    ) -> None:
        self._names = names
        self._language = language
        self._zone = zone_named(zone)
        catalogue = translations or NullTranslations()
        self._translated: Callable[[str], str] = catalogue.gettext
        self._said_of = catalogue.pgettext
        self._counted: Callable[[str, str, int], str] = catalogue.ngettext
        # Written in the letters of CLDR (Unicode TS 35).
        self._day = str(catalogue.pgettext("how a day is written, in CLDR's letters", "EEEE d MMMM y"))
        self._moment = str(catalogue.pgettext("how a moment is written, in CLDR's letters", "EEEE d MMMM y, HH:mm"))

    def member(self, code: str) -> str:
        """A member's name; an unknown code is returned as it is."""
        return self._translated("the secretariat") if code == SECRETARIAT.member else line(self._names.get(code, code))

    def members(self, codes: Iterable[str]) -> str:
        """Names of several members."""
        return ", ".join(map(self.member, codes))

    def post(self, written: str) -> str:
        """A post in words; text that is no post is returned as it is."""
        try:
            post = Post(written)
        except ValueError:
            return line(written)
        return self._translated(_POSTS[post.role]) % {"member": self.member(post.member)}

    def posts(self, written: Iterable[str]) -> str:
        """Several posts."""
        return ", ".join(map(self.post, written))

    def gate(self, name: str) -> str:
        """What is decided at a gate."""
        return self._translated(GateName(name).words) if name in set(GateName) else line(name)

    def gates(self, names: Iterable[str]) -> str:
        """What is decided at several gates."""
        return ", ".join(map(self.gate, names))

    def deadline(self, subject: str) -> str:
        """What the deadline of a ladder is for, by its subject."""
        kind, about = read_subject(subject)
        said = self.gate(about) if kind in (SubjectKind.GATE, SubjectKind.ANSWER) else self.member(about)
        return self._translated(_DEADLINES.get(kind, str(kind))) % {"about": said}

    def seat(self, name: str) -> str:
        """A seat (``as a participant``) or the form of a circulation (``in full``); an unknown word stays as it is."""
        return self._translated(_OTHER[name]) if name in _OTHER else line(name)

    def fields(self, names: Iterable[str]) -> str:
        """Fields of a request: ``the situation, what is asked``."""
        return ", ".join(self._translated(FIELD_WORDS.get(name, line(name))) for name in names)

    def word(self, thing: str, word: object) -> str:
        """A word of the models for a stage, state or kind; ``thing``: of ``VOCABULARY``, what it is said of."""
        return str(self._said_of(thing, spelled(word)))

    def span(self, span: Span) -> str:
        """How long: ``5 working days``."""
        return self._length(span.number, span.unit)

    def _length(self, number: int, unit: str) -> str:
        return self._counted(*LENGTHS[unit], number) % {"number": number}

    def ladder(self, ladder: Ladder) -> str:
        """Where the deadline of a ladder comes from; the ladder's label where that is not known."""
        basis = (ladder.basis,) if ladder.basis else basis_in(ladder.label)
        return "; ".join(map(self._reason, basis)) or line(ladder.label)

    def stated(self, text: str, reasons: Iterable[StatedReason] | None, between: str = "; ") -> str:
        """The reasons of an event or a notice in the reader's language; without reasons the text itself.

        ``reasons`` is None for what was recorded before reasons were kept: they are then read from the text.
        """
        known = reasons_in(text, between) if reasons is None else reasons
        return between.join(map(self._reason, known)) or self.spoken(text)

    def _reason(self, stated: StatedReason) -> str:
        sentence = stated.code.sentence
        if stated.code in WHY_LISTED:
            return self.word("why a member is listed", sentence)
        facts = {name: self._fact(name, fact) for name, fact in stated.facts.items()}
        return (sentence if stated.code in PLAIN else self._translated(sentence)) % facts

    def _fact(self, name: str, fact: Fact) -> str:
        match name, fact:
            case (("who" | "participants" | "observers"), tuple()):
                return self.members(fact) or self._translated(_NONE)
            case "naming", tuple():
                return self.members(fact) or self._translated(_NOBODY)
            case "terms", tuple():
                return format_list([f"({term})" for term in fact], locale=self._language)
            case "post", str():
                return self.post(fact)
            case (("member" | "replaced"), str()):
                return self.member(fact)
            case "day", str():
                return self.when(fact)
            case "kind", str():
                return self.seat(fact)
            case (("stage" | "report"), str()):
                return self.word("stage" if name == "stage" else "kind of report", fact)
            case "span", str():
                return self.span(Span(fact))
            case "ground", str():
                return self.word("ground", fact)
            case "figures", tuple():
                return self._figures(*fact)
        return prose(str(fact))

    def ground(self, stated: StatedGround) -> str:
        """A ground with what is known of it: ``landing: 1,240 of 2,000 since 1 May 2026, two sources``."""
        word = self.word("ground", stated.ground.value)
        if not stated.has_figures:
            return word
        number, of = (written_number(one) for one in (stated.number, stated.of))
        since = stated.since.isoformat() if stated.since else ""
        figures = self._figures(number, of, since, str(len(stated.sources)))
        return ReasonCode.GROUND_WITH_FIGURES.sentence % {"ground": word, "figures": figures}

    def _figures(self, number: str, of: str, since: str, sources: str) -> str:
        said = format_decimal(number, locale=self._language) if number else ""
        if of:
            whole = format_decimal(of, locale=self._language)
            said = self._translated(N_("%(number)s of %(whole)s")) % {"number": said, "whole": whole}
        if since:
            pattern = "d MMMM y" if len(since) > len("05-01") else "d MMMM"
            on = date.fromisoformat(since if len(since) > len("05-01") else f"2000-{since}")
            since = self._translated(N_("since %(day)s")) % {"day": format_date(on, pattern, locale=self._language)}
        many = int(sources)
        few = {1: N_("one source"), 2: N_("two sources"), 3: N_("three sources")}.get(many)
        counted = self._translated(few) if few else self._counted(*_SOURCES, many) % {"number": many} if many else ""
        return ", ".join(filter(None, (" ".join(filter(None, (said, since))), counted)))

    def spoken(self, text: str) -> str:
        """Running text, its posts put into words: ``AU/co-chair`` becomes "the Co-Chair (Australia)"."""
        if "/" not in text:
            return text
        return _POST_IN_TEXT.sub(lambda found: self.post(found.group()), text)

    def named(self, text: str) -> str:
        """Running text, with posts and the codes of known members put into words."""
        return self._names_in(self.spoken(text))

    def why_listed(self, why: str, reasons: Iterable[StatedReason] | None) -> str:
        """Why a member is listed; codes of known members in somebody's own words are put into words."""
        return self._names_in(self.stated(why, reasons))

    def _names_in(self, text: str) -> str:
        return _CODE_IN_TEXT.sub(lambda found: line(self._names.get(found.group(), found.group())), text)

    def day(self, at: datetime) -> str:
        """The day of an instant in the reader's time zone: ``Friday 13 November 2009``."""
        return str(format_date(at.astimezone(self._zone), self._day, locale=self._language))

    def moment(self, at: datetime) -> str:
        """An instant in the reader's time zone: ``Friday 13 November 2009, 09:00 (Asia/Jakarta)``."""
        written = format_datetime(at, self._moment, tzinfo=self._zone, locale=self._language)
        return f"{written} ({self._zone.key})"

    def when(self, written: str | date) -> str:
        """A date or moment in ISO 8601, in the zone it was written in; other text is returned as it is."""
        match _read(written) if isinstance(written, str) else written:
            case None:
                return line(str(written))
            case datetime() as at:
                return self._there(at)
            case day:
                return format_date(day, self._day, locale=self._language)

    def own_time(self, written: str) -> str:
        """A date or moment as ``when`` says it, and also in the reader's zone where clocks show another time there.

        ``Monday 16 November 2009, 09:00 (UTC+08:00); in your time zone: Monday 16 November 2009, 08:00 (Asia/Jakarta)``.
        """
        at = _read(written)
        if not isinstance(at, datetime):
            return self.when(written)
        if at.tzinfo is None:
            return self._translated(_NOWHERE) % {"there": self._there(at)}
        here = self.moment(at)
        if at.utcoffset() == at.astimezone(self._zone).utcoffset():
            return here
        return self._translated(_THERE_AND_HERE) % {"there": self._there(at), "here": here}

    def _there(self, at: datetime) -> str:
        said = format_datetime(at, self._moment, tzinfo=at.tzinfo, locale=self._language)
        offset = at.strftime("%z")
        return f"{said} (UTC{offset[:3]}:{offset[3:5]})" if offset else said


def _read(written: str) -> date | None:
    """A date or a moment that is written in ISO 8601; None for other text.

    None in the years 1 and 9999 as well: not every zone has all of their moments.
    """
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            found = read(written)
        except ValueError:
            continue
        return found if MINYEAR < found.year < MAXYEAR else None
    return None
