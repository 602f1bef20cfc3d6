"""The reasons in entries, states and notices that were written before 29 November 2026: as English sentences alone.

They are recognised by their form. Nothing that has a code is ever read so (``reasons``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from models.policy import Span
from models.reasons import Fact, ReasonCode, StatedReason, sentence_in_the_log

_CODE = r"[A-Z][A-Z0-9-]*"
_PARTS = {
    "post": rf"{_CODE}/[a-z-]+",
    "member": _CODE,
    "replaced": _CODE,
    "naming": rf"nobody|{_CODE}(?:, {_CODE})*",
    "report": "(?:Final|Interim) report",
    "kind": "full|summary",
    "term": "[abc]",
    "terms": r"\([abc]\)(?: and \([abc]\))*",
    "day": r"\d{4}-\d\d-\d\d",
    "number": r"\d+",
    "version": r"\d+",
    "count": r"\d+",
    "span": r"[1-9]\d{0,3} (?:hour|day|working day|month)s?",
    "outcome": "'.+'",
    "participants": r"(?:(?!\. Observers: ).)+",  # up to the first, or the time would grow with the square of the text
    "word": "[^;]+",
    "words": r"(?s:.+?)",
}
"""What can stand in a sentence under a name, so that nobody's own words are taken for one; else anything on a line."""

_FOLLOWED = {
    ReasonCode.EXTENSION: ReasonCode.OWN_WORDS,
    ReasonCode.TERMINATION: ReasonCode.OWN_WORDS,
    ReasonCode.CLOSING: ReasonCode.WAIVER,
    ReasonCode.WAIVER: ReasonCode.WAIVER,
}
"""Sentences that another may follow in the same text."""


def _form(code: ReasonCode) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", sentence_in_the_log(code))
    form = "".join(
        f"(?P<{part}>{_PARTS.get(part, '.+')})" if at % 2 else re.escape(part) for at, part in enumerate(parts)
    )
    begins = r"Waived \([abc]\): " if _FOLLOWED.get(code) is ReasonCode.WAIVER else ""
    return re.compile(f"{form}(?: (?P<rest>{begins}(?s:.+)))?" if code in _FOLLOWED else form)


_FORMS: Mapping[ReasonCode, re.Pattern[str]] = {code: _form(code) for code in ReasonCode}

_OF_DEADLINES = (ReasonCode.SPAN, ReasonCode.DUE_ON, ReasonCode.REVIEW_ON, ReasonCode.DAY_WANTED)
NEVER_ALONE = (
    ReasonCode.CORRECTED,
    ReasonCode.ENDS_EARLY,
    ReasonCode.GROUND,
    ReasonCode.GROUND_WITH_FIGURES,
    ReasonCode.GROUND_CONFIRMED,
    ReasonCode.GROUND_DISPUTED,
    ReasonCode.NAMES_KEPT,
    ReasonCode.REWORDED,
    ReasonCode.LEFT_GROUP,
    ReasonCode.PARTIES_LEFT,
)
"""Codes that are younger than they: what they say never stood alone."""

_OF_EVENTS = tuple(code for code in ReasonCode if code not in (*_OF_DEADLINES, *NEVER_ALONE, ReasonCode.OWN_WORDS))


def reasons_in(text: str, between: str = "; ") -> tuple[StatedReason, ...]:
    """The reasons of which a text was made, if it is one sentence or several; none if it is not, or not all of it."""
    if whole := _reasons(text, _OF_EVENTS):
        return whole
    parts = [_reasons(part, _OF_EVENTS) for part in text.split(between)]
    return tuple(one for part in parts for one in part) if all(parts) else ()


def basis_in(label: str) -> tuple[StatedReason, ...]:
    """Where a deadline comes from, as the label of its ladder says it; none if it is said otherwise."""
    return _reasons(label, _OF_DEADLINES)


def _reasons(sentence: str, codes: Iterable[ReasonCode]) -> tuple[StatedReason, ...]:
    return next(filter(None, (_stated(code, sentence) for code in codes)), ())


def _stated(code: ReasonCode, sentence: str) -> tuple[StatedReason, ...]:
    found = _FORMS[code].fullmatch(sentence)
    if found is None:
        return ()
    facts = {name: _fact(name, part) for name, part in found.groupdict().items() if name != "rest"}
    stated = StatedReason(code=code, facts=facts)
    rest = found.groupdict().get("rest")
    if not rest:
        return (stated,)
    followed = _stated(_FOLLOWED[code], rest)
    return (stated, *followed) if followed else ()


def _fact(name: str, part: str) -> Fact:
    match name:
        case "version" | "number" | "count":
            return int(part)
        case "who" | "participants" | "observers":
            return () if part == "none" else (part,)  # their names, which stand for themselves
        case "naming":
            return () if part == "nobody" else tuple(part.split(", "))
        case "terms":
            return tuple(re.findall("[abc]", part.replace(" and ", "")))
        case "report":
            return part[:1].lower() + part[1:]
        case "outcome":
            return part[1:-1]
        case "span":
            return Span.in_words(part)
    return part


def listed_for(why: str) -> Iterator[tuple[str, ReasonCode | None]]:
    """Each reason why a member is listed, as it was written, with its code; None: it is of no known form."""
    for part in why.split("; "):
        found = _reasons(part, _OF_EVENTS)
        yield part, found[0].code if found else None
