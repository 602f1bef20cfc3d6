"""The rhythm of an arrangement, as people write it: ``weekly``, ``every two weeks``, ``10d``."""

import re

from models.policy import Span

_UNITS = {
    "day": (1, "d"),
    "week": (7, "d"),
    "fortnight": (14, "d"),
    "month": (1, "mo"),
    "quarter": (3, "mo"),
    "year": (12, "mo"),
}
_ADVERBS = {"daily": "day", "annually": "year", "hari": "day", "minggu": "week", "bulan": "month", "tahun": "year"}
_NUMBERS = ("", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_OTHER = {"an": 1, "one": 1, "each": 1, "every": 1, "other": 2, "second": 2, "setiap": 1, "tiap": 1}
_MOST = 366


def rhythm_of(words: str) -> Span | None:
    """The length of time from one exchange to the next; None where the words name no rhythm of at least a day.

    >>> rhythm_of("weekly"), rhythm_of("every two weeks"), rhythm_of("10d"), rhythm_of("as needed")
    ('7d', '14d', '10d', None)
    """
    said = words.casefold().strip().rstrip(".")
    try:
        span = Span(said)
    except ValueError:
        return _in_words(said.split())
    return span if span.unit != "h" else None


def _in_words(words: list[str]) -> Span | None:
    number = 1
    for word in words[:-1]:
        count = _count(word)
        if count is None:
            return None
        number *= count
    unit = _unit(words[-1]) if words else None
    if unit is None or not 0 < number <= _MOST:
        return None
    length, letter = unit
    return Span(f"{number * length}{letter}")


def _count(word: str) -> int | None:
    if re.fullmatch("[0-9]{1,3}", word):
        return int(word)
    return _NUMBERS.index(word) if word in _NUMBERS[1:] else _OTHER.get(word)


def _unit(word: str) -> tuple[int, str] | None:
    base = _ADVERBS.get(word, word.removesuffix("s").removesuffix("ly"))
    return _UNITS.get(_ADVERBS.get(base, base))
