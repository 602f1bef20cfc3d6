"""Where a text names a state, a territory or an organisation."""

from collections.abc import Iterator
from functools import cache
from re import Match
from typing import NamedTuple

from models.members import Directory
from models.names.table import WORD, KnownName, fold_letter, known_names, letters_of, names_of_directory
from models.posts import Role

_ALSO_WORDS = frozenset(("jersey", "lima", "male", "pole", "polish", "reunion"))
"""Words of running text (``lima`` is five in Indonesian): names where they have a capital that no sentence gives them."""

_ALSO_CODES = frozenset(("AND", "ARE", "CAN", "ID", "IN", "LA", "MAC", "MV", "TO", "TON"))
"""Codes that are other abbreviations or words as well: found beside another code, or in the name of a post."""

_LONGEST_GAP = 3
_LONGEST_CODE = 16
_ENDS = frozenset(".!?:;\n•*")
_JOINING = ("and", "dan", "atau", "or")
_OF_A_POST = tuple(f"/{role.value}" for role in Role)
_SIGNS_OF_A_BREAK = frozenset(";:!?")


class FoundName(NamedTuple):
    """A name in a text, from ``start`` to ``end``: as it is written, and the codes of those that it may name."""

    start: int
    end: int
    words: str
    codes: tuple[str, ...]


def find_names(text: str, directory: Directory) -> Iterator[FoundName]:
    """The names in a text, in order; of two that begin at the same word the longer one.

    What names nobody in particular, such as a sea, is not found, nor is the name inside it.
    """
    return _Reading(text, directory).names()


class _Reading:
    """A text, its words, and what is known of names."""

    def __init__(self, text: str, directory: Directory) -> None:
        self._text = text
        self._directory = directory
        self._folded, self._origins = _fold(text)
        self._words = list(WORD.finditer(self._folded))
        self._shouting: dict[int, bool] = {}

    def names(self) -> Iterator[FoundName]:
        place = 0
        tables = (names_of_directory(self._directory), known_names())
        while place < len(self._words):
            word = self._words[place].group()
            fitting = [
                one
                for first in _singular(word)
                for table in tables
                if first in table
                for one in table[first]
                if self._fits(place, one)
            ]
            name = max(fitting, key=lambda one: len(one.words), default=None)
            if name is not None:
                last = place + len(name.words) - 1
                longest = [one for one in fitting if len(one.words) == len(name.words)]
                codes = tuple(dict.fromkeys(code for one in longest for code in one.codes))
                if codes:
                    yield self._found(place, last, codes)
                place = last
            elif len(word) <= _LONGEST_CODE and self._is_code(place, code := self._written(place)):
                yield self._found(place, place, (code,))
            place += 1

    def _fits(self, place: int, name: KnownName) -> bool:
        last = place + len(name.words) - 1
        if last >= len(self._words):
            return False
        for number, word in enumerate(name.words, start=place):
            there = self._words[number].group()
            if there != word and not (number == last and not name.exact and word in _singular(there)):
                return False
            if number > place and not self._joined(number):
                return False
        written = self._text[self._at(self._words[place].start()) : self._at(self._words[last].end() - 1) + 1]
        if name.exact:
            of_another = name.exact in _ALSO_CODES and not self._among_codes(place)
            return letters_of(written) == name.exact and not self._shouted(place) and not of_another
        if name.words[0] in _ALSO_WORDS and len(name.words) == 1 and written.isascii():
            return written[0].isupper() and not self._begins_a_sentence(place)
        return True

    def _joined(self, number: int) -> bool:
        """Whether a word and the one before it may belong to one name: little stands between them."""
        gap = self._folded[self._words[number - 1].end() : self._words[number].start()]
        return 0 < len(gap) <= _LONGEST_GAP and not _SIGNS_OF_A_BREAK.intersection(gap)

    def _is_code(self, place: int, code: str) -> bool:
        if code not in self._directory or self._shouted(place):
            return False
        return code not in _ALSO_CODES or self._among_codes(place)

    def _among_codes(self, place: int) -> bool:
        """Whether another code stands beside, or the word is the first half of a post's name."""
        word = self._words[place]
        if self._folded.startswith(_OF_A_POST, word.end()):
            return True
        for step in (-1, 1):
            other = place + step
            if 0 <= other < len(self._words) and self._words[other].group() in _JOINING:
                other += step
            if 0 <= other < len(self._words) and self._written(other) in self._directory:
                return True
        return False

    def _shouted(self, place: int) -> bool:
        """Whether the whole line is in capitals, so that capitals mean nothing, and is more than a list of codes."""
        word = self._words[place]
        start = self._folded.rfind("\n", 0, word.start()) + 1
        if start not in self._shouting:
            end = self._folded.find("\n", word.end())
            line = self._text[self._at(start) : self._at(end) if end >= 0 else len(self._text)]
            others = (one for one in WORD.findall(line) if one not in self._directory)
            self._shouting[start] = line.isupper() and any(others)
        return self._shouting[start]

    def _begins_a_sentence(self, place: int) -> bool:
        ends = self._words[place - 1].end() if place else 0
        before = self._folded[ends : self._words[place].start()]
        return not place or not _ENDS.isdisjoint(before)

    def _found(self, first: int, last: int, codes: tuple[str, ...]) -> FoundName:
        start, end = self._at(self._words[first].start()), self._at(self._words[last].end() - 1) + 1
        return FoundName(start, end, self._text[start:end], codes)

    def _written(self, place: int) -> str:
        word: Match[str] = self._words[place]
        return self._text[self._at(word.start()) : self._at(word.end() - 1) + 1]

    def _at(self, place: int) -> int:
        """Where a letter of the folded text stands in the text."""
        if self._origins is None:
            return place
        return self._origins[place] if place < len(self._origins) else len(self._text)


@cache
def _plain(letter: str) -> str:
    return fold_letter(letter)


def _fold(text: str) -> tuple[str, list[int] | None]:
    """A text without case and accents, and where each of its letters comes from; None where each stands as before."""
    if text.isascii():
        return text.lower(), None
    folded: list[str] = []
    origins: list[int] = []
    for place, letter in enumerate(text):
        plain = letter.lower() if letter.isascii() else _plain(letter)
        folded.append(plain)
        origins.extend([place] * len(plain))
    return "".join(folded), origins


def _singular(word: str) -> tuple[str, ...]:
    """A word, and what it may be the plural of."""
    return (word, word[:-1]) if len(word) > _LONGEST_GAP and word.endswith("s") else (word,)
