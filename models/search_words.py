"""How words are compared when somebody searches: without case and diacritics, from their beginning, in any script.

Both databases are given these words and compare them exactly, so that they find the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from models.base import endless_marks

LONGEST_WORD = 16
"""So many characters of a word count."""

_MOST_TERMS = 12
_LONGEST_QUERY = 1000
_MOST_BYTES = 400_000
"""PostgreSQL keeps all beginnings of a text's words in one value of 1 MiB at most; no real text comes near."""

_LETTERS = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ħ": "h",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ـ": "",
}
"""Letters that Unicode does not take apart and people leave out or write in two ways."""

_RUN_ON = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\uf900-\ufaff\U00020000-\U0002fa1f"
)
"""Scripts without blanks between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese. Every two neighbours are a word."""

_PARTS = re.compile(f"[{_RUN_ON}]+|[^{_RUN_ON}]+")
_RUNS_ON = re.compile(f"[{_RUN_ON}]")


class _Folding(dict[int, str | None]):
    """What becomes of a character: itself, nothing (accents, marks of direction), or a blank between words."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        kind = unicodedata.category(letter)
        found: str | None = " "
        if letter in _LETTERS:
            found = _LETTERS[letter]
        elif kind == "Cf" or (kind[0] == "M" and unicodedata.combining(letter) >= 10):
            found = None  # accents, points of Arabic and Hebrew, tones; signs that spell a syllable have a lower class
        elif kind == "Nd":
            found = str(unicodedata.decimal(letter))
        elif kind[0] in "LNM":
            found = letter
        self[code] = found
        return found


_FOLDING = _Folding()


def _folded(text: str) -> str:
    plain = text if text.isascii() else endless_marks().sub("", text)  # none of them counts
    return unicodedata.normalize("NFKD", plain.casefold()).translate(_FOLDING)


def _all_words(text: str) -> Iterator[str]:
    for word in _folded(text).split():
        if word.isascii():
            yield word[:LONGEST_WORD]
            continue
        for part in _PARTS.findall(word):
            if not _RUNS_ON.match(part):
                yield part[:LONGEST_WORD]
            else:
                yield from part
                yield from (part[n : n + 2] for n in range(len(part) - 1))


def searchable_words(text: str) -> tuple[str, ...]:
    """The different words of a text, in order of their first appearance; of an endless one, those at its beginning."""
    room = _MOST_BYTES
    found: dict[str, None] = {}
    for word in _all_words(text):
        if word not in found:
            room -= len(word.encode()) * len(word)
            if room < 0:
                break
            found[word] = None
    return tuple(found)


def terms_of(query: str) -> tuple[str, ...]:
    """What a query asks for: words of which all must be found. Nothing in it has a meaning but its words.

    A term of one character is a whole word; a longer one may be the beginning of one (``matches``).
    """
    found: dict[str, None] = {}
    for word in _folded(query[:_LONGEST_QUERY]).split():
        for part in _PARTS.findall(word):
            if not _RUNS_ON.match(part) or len(part) == 1:
                found[part[:LONGEST_WORD]] = None
            else:
                found.update(dict.fromkeys(part[n : n + 2] for n in range(len(part) - 1)))
    longer = (term for term in found if not any(one != term and one.startswith(term) for one in found))
    return tuple(longer)[:_MOST_TERMS]


def matches(term: str, word: str) -> bool:
    """Whether a word of a text is what a term asks for."""
    return word.startswith(term) if len(term) > 1 else word == term


# excerpts ------------------------------------------------------------------------------------------------------------


class Piece(NamedTuple):
    """A piece of an excerpt; ``found`` is what was searched for."""

    text: str
    found: bool


def excerpt(text: str, terms: Iterable[str], width: int = 240) -> list[Piece]:
    """About so many characters of a text around the first word that is found, in pieces."""
    wanted = tuple(terms)
    marked = _places(text, wanted)
    first = next(marked, None)
    begin = max(0, first[0] - width // 3) if first else 0
    if begin:
        begin = text.rfind(" ", 0, begin) + 1 if first and text.rfind(" ", begin - 40, begin) >= 0 else begin
    end = min(len(text), begin + width)
    if end < len(text) and text.find(" ", end, end + 40) >= 0:
        end = text.find(" ", end, end + 40)
    pieces = [Piece("… ", False)] if begin else []
    at = begin
    while first is not None and first[0] < end:
        start, stop = first
        pieces += [Piece(text[at:start], False), Piece(text[start:stop], True)]
        at, first = stop, next(marked, None)
    pieces.append(Piece(text[at : max(at, end)], False))
    if end < len(text):
        pieces.append(Piece(" …", False))
    return [piece for piece in pieces if piece.text]


def _places(text: str, terms: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where the words stand that the terms ask for, in order."""
    for run in _written_word().finditer(text):
        word, start = run.group(), run.start()
        if _RUNS_ON.search(word):
            yield from _neighbours(word, start, terms)
            continue
        folded = _folded(word)
        if any(matches(term, one) for one in folded.split() for term in terms):
            yield start, run.end()


def _neighbours(word: str, start: int, terms: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    n = 0
    while n < len(word):
        long = next((size for size in (2, 1) if word[n : n + size] in terms and n + size <= len(word)), 0)
        if not long:
            n += 1
            continue
        first, n = n, n + long
        while n < len(word) and word[n - 1 : n + 1] in terms:
            n += 1
        yield start + first, start + n


@cache
def _written_word() -> re.Pattern[str]:
    """Letters and digits with the marks on them, and what joins letters without being seen."""
    joined = "".join(chr(code) for code in range(0x80, 0xFFFF) if unicodedata.category(chr(code)) in ("Mn", "Mc", "Cf"))
    return re.compile(f"[^\\W_](?:[^\\W_]|[{re.escape(joined)}])*")
