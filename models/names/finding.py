"""Where a text names a state, a territory or an organisation."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from models.members import Directory
from models.names.looks import CAMEL, ODD, UNSPACED, fold_text, is_plain, plain_letter, signs_of_states, undisguised
from models.names.table import WORD, KnownName, fold_letter, letters_of, tables_for, three_letters
from models.policy import NamesSought
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

_IN_A_WORD = frozenset("-\u2010\u2012\u2013\u2014\u2015\u2212\u00b7\u2022\u2219\u30fb.'\u2018\u2019_*/\\|~+=\u00ac")
"""Signs of which one may stand between the pieces of a word that is broken up."""

_AT_THE_END_OF_A_LINE = re.compile(r"[-\u2010\u00ac][ \t]*\r?\n[ \t]*")
_SPELLED_OUT = frozenset((" ", "  ", ". ", " - ", ", "))
"""What may stand between letters that are written one by one, besides those signs."""

_LEAST_IN_PIECES = 5
_LEAST_SPELLED_OUT = 4
_LEAST_ABBREVIATED = 3
"""Letters of a name that is found in pieces: a shorter one comes about where none is meant (*to-go*, *J.O. Smith*)."""

_ANY_CAMEL = re.compile("[a-z][A-Z]")
_fold_letter = cache(fold_letter)


class FoundName(NamedTuple):
    """A name in a text, from ``start`` to ``end``: as it is written, and the codes of those that it may name."""

    start: int
    end: int
    words: str
    codes: tuple[str, ...]


_Reach = tuple[int, tuple[str, ...]]
"""The last word of a name, and the codes of those that it may name; a word before the first one where there is none."""


def find_names(text: str, directory: Directory, sought: NamesSought) -> Iterator[FoundName]:
    """The names in a text, in order; of two that begin at the same word the longer one.

    What names nobody in particular, such as a sea, is not found, nor is the name inside it.
    """
    names = _Reading(text, directory, sought).names()
    if sought is NamesSought.AS_SPELLED:
        return names
    signs = [
        FoundName(start, end, text[start:end], (code,)) for start, end, code in signs_of_states(text) if _is_state(code)
    ]
    return iter(sorted((*names, *signs))) if signs else names


def _is_state(code: str) -> bool:
    return code in three_letters() or code in ("EU", "XK")


class _Reading:
    """A text, its words, and what is known of names."""

    def __init__(self, text: str, directory: Directory, sought: NamesSought) -> None:
        self._text = text
        self._directory = directory
        self._known = tables_for(directory, sought)
        self._however = sought is NamesSought.HOWEVER_WRITTEN
        self._plain = is_plain(text) if self._however else text.isascii()
        self._folded, self._origins = fold_text(text, self._plain, plain_letter if self._however else _fold_letter)
        self._spans = [one.span() for one in WORD.finditer(self._folded)]
        self._words = WORD.findall(self._folded)
        if self._however:
            self._read_as_meant()
        self._shouting: dict[int, bool] = {}

    def names(self) -> Iterator[FoundName]:
        words, begun, heads, codes_of_all = self._words, self._known.begun, self._known.heads, self._known.codes
        place = 0
        while place < len(words):
            word = words[place]
            reach: _Reach = (place - 1, ())
            if word in heads or word[:-1] in heads:
                reach = self._listed(place)
            if word in begun and self._may_be_in_pieces(place):
                reach = max(reach, self._in_pieces(place), key=lambda one: one[0])
            last, codes = reach
            if last >= place:
                if codes:
                    yield self._found(place, last, codes)
                place = last
            elif word in codes_of_all and self._is_code(place, code := self._written(place)):
                yield self._found(place, place, (code,))
            place += 1

    def _listed(self, place: int) -> _Reach:
        """The last word of the longest name of the tables that begins here, and its codes."""
        firsts = _singular(self._words[place])
        listed = (one for first in firsts for table in self._known.tables for one in table.get(first, ()))
        fitting = [one for one in listed if self._fits(place, one)]
        longest = max((len(one.words) for one in fitting), default=0)
        return place + longest - 1, _codes_of(one for one in fitting if len(one.words) == longest)

    def _may_be_in_pieces(self, place: int) -> bool:
        word, end = self._words[place], self._spans[place][1]
        if word in self._known.together or self._folded[end : end + 1] in _IN_A_WORD:
            return True
        return len(word) == 1 and len(self._words) > place + 1 and len(self._words[place + 1]) == 1

    def _in_pieces(self, place: int) -> _Reach:
        """The last word of the longest name that is written in pieces, or in one piece, from here, and its codes."""
        found: _Reach = (place - 1, ())
        last, letters = place, self._words[place]
        spelled_out, between = len(letters) == 1, ""
        while True:
            further = self._words[last + 1] if last + 1 < len(self._words) else ""
            gap = self._folded[self._spans[last][1] : self._spans[last + 1][0]] if further else ""
            goes_on = spelled_out and len(further) == 1 and (gap in _SPELLED_OUT or gap in _IN_A_WORD)
            goes_on = goes_on and gap == (between or gap)  # U. N. and U.N., but the second point of U.N. ends it
            between = gap
            if not goes_on:
                fitting = [one for one in self._joined_as(letters, last) if self._in_one(one, place, last, spelled_out)]
                found = (last, _codes_of(fitting)) if fitting else found
            if not further or letters not in self._known.begun:
                return found
            if not goes_on:
                if gap not in _IN_A_WORD and not _AT_THE_END_OF_A_LINE.fullmatch(gap):
                    return found
                spelled_out = False
            last += 1
            letters += further

    def _joined_as(self, letters: str, last: int) -> Iterator[KnownName]:
        """The names of these letters; none where the last is the ``s`` of an owner."""
        keys = _singular(letters) if not self._belongs_to_the_word_before(last) or self._words[last] != "s" else ()
        return (one for key in keys for one in self._known.joined.get(key, ()))

    def _in_one(self, name: KnownName, place: int, last: int, spelled_out: bool) -> bool:
        """Whether a name may be meant by words that have its letters: whose pieces they are, and of how many letters."""
        if last == place:
            return len(name.words) > 1 and not name.exact
        if name.exact:
            written = self._between(place, last)
            return spelled_out and len(name.exact) >= _LEAST_ABBREVIATED and letters_of(written) == name.exact
        return len("".join(name.words)) >= (_LEAST_SPELLED_OUT if spelled_out else _LEAST_IN_PIECES)

    def _read_as_meant(self) -> None:
        """Read words that are disguised as those of names, and part those that are written together."""
        camel = _ANY_CAMEL.search(self._text) is not None
        words, outlines = self._known.words, self._known.outlines
        strange = {
            one for one in {*self._words} - words if ODD.search(one) and undisguised(one, one, words, outlines) != one
        }
        if not strange and not camel and self._plain:
            return
        read: list[tuple[tuple[int, int], str]] = []
        for (start, end), letters in zip(self._spans, self._words, strict=True):
            if letters not in words:
                written = (
                    self._text[self._at(start) : self._at(end - 1) + 1] if self._origins else self._text[start:end]
                )
                if (
                    letters in strange
                    or not written.isascii()
                    or (camel and not written.islower() and CAMEL.search(written))
                ):
                    read += self._meant_by(start, end, letters, written)
                    continue
            read.append(((start, end), letters))
        self._spans, self._words = [span for span, _ in read], [letters for _, letters in read]

    def _meant_by(self, start: int, end: int, letters: str, written: str) -> list[tuple[tuple[int, int], str]]:
        """The words that one word is read as, and where each stands."""
        cuts = {start, end}
        meant = undisguised(letters, written, self._known.words, self._known.outlines)
        if meant == letters and UNSPACED.search(letters) and self._known.unspaced is not None:
            for name in self._known.unspaced.finditer(self._folded, start, end):
                cuts.update(name.span())
        elif meant == letters and letters not in self._known.together and len(written) == end - start:
            cuts.update(start + one.start() for one in CAMEL.finditer(written))
        if len(cuts) == len((start, end)):
            return [((start, end), meant)]
        places = sorted(cuts)
        return [(span, self._folded[slice(*span)]) for span in pairwise(places)]

    def _fits(self, place: int, name: KnownName) -> bool:
        last = place + len(name.words) - 1
        if last >= len(self._words):
            return False
        for number, word in enumerate(name.words, start=place):
            there = self._words[number]
            if there != word and not (number == last and not name.exact and word in _singular(there)):
                return False
            if number > place and not self._joined(number):
                return False
        if self._however and len(name.words[0]) == 1 and self._belongs_to_the_word_before(place):
            return False
        if name.exact:
            written = self._between(place, last)
            of_another = name.exact in _ALSO_CODES and not self._among_codes(place)
            alone = not self._shouted(place) and not (self._is_cut_out(place) or self._is_cut_out(last))
            return letters_of(written) == name.exact and alone and not of_another
        if word in _ALSO_WORDS and len(name.words) == 1 and (written := self._between(place, last)).isascii():
            return written[0].isupper() and not self._begins_a_sentence(place)
        return True

    def _is_cut_out(self, place: int) -> bool:
        """Whether a word was written in one with another, as the last two letters of *GnuPG*."""
        start, end = self._spans[place]
        return self._folded[start - 1 : start].isalnum() or self._folded[end : end + 1].isalnum()

    def _belongs_to_the_word_before(self, place: int) -> bool:
        """Whether an apostrophe ties a word to the one before, as in *China's*."""
        start = self._spans[place][0]
        return start > 1 and self._folded[start - 1] in "'\u2019" and self._folded[start - 2].isalpha()

    def _joined(self, number: int) -> bool:
        """Whether a word and the one before it may belong to one name: little stands between them."""
        gap = self._folded[self._spans[number - 1][1] : self._spans[number][0]]
        return self._however >= (not gap) and len(gap) <= _LONGEST_GAP and not _SIGNS_OF_A_BREAK.intersection(gap)

    def _is_code(self, place: int, code: str) -> bool:
        if code not in self._directory or self._shouted(place) or self._is_cut_out(place):
            return False
        return code not in _ALSO_CODES or self._among_codes(place)

    def _among_codes(self, place: int) -> bool:
        """Whether another code stands beside, or the word is the first half of a post's name."""
        if self._folded.startswith(_OF_A_POST, self._spans[place][1]):
            return True
        for step in (-1, 1):
            other = place + step
            if 0 <= other < len(self._words) and self._words[other] in _JOINING:
                other += step
            if 0 <= other < len(self._words) and self._written(other) in self._directory:
                return True
        return False

    def _shouted(self, place: int) -> bool:
        """Whether the whole line is in capitals, so that capitals mean nothing, and is more than a list of codes."""
        begins, ends = self._spans[place]
        start = self._folded.rfind("\n", 0, begins) + 1
        if start not in self._shouting:
            end = self._folded.find("\n", ends)
            line = self._text[self._at(start) : self._at(end) if end >= 0 else len(self._text)]
            others = (one for one in WORD.findall(line) if one not in self._directory)
            self._shouting[start] = line.isupper() and any(others)
        return self._shouting[start]

    def _begins_a_sentence(self, place: int) -> bool:
        ends = self._spans[place - 1][1] if place else 0
        before = self._folded[ends : self._spans[place][0]]
        return not place or not _ENDS.isdisjoint(before)

    def _found(self, first: int, last: int, codes: tuple[str, ...]) -> FoundName:
        start, end = self._at(self._spans[first][0]), self._at(self._spans[last][1] - 1) + 1
        return FoundName(start, end, self._text[start:end], codes)

    def _written(self, place: int) -> str:
        return self._between(place, place)

    def _between(self, first: int, last: int) -> str:
        if self._origins is None:
            return self._text[self._spans[first][0] : self._spans[last][1]]
        return self._text[self._at(self._spans[first][0]) : self._at(self._spans[last][1] - 1) + 1]

    def _at(self, place: int) -> int:
        """Where a letter of the folded text stands in the text."""
        if self._origins is None:
            return place
        return self._origins[place] if place < len(self._origins) else len(self._text)


def _codes_of(names: Iterable[KnownName]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for one in names for code in one.codes))


def _singular(word: str) -> tuple[str, ...]:
    """A word, and what it may be the plural of."""
    return (word, word[:-1]) if len(word) > _LONGEST_GAP and word.endswith("s") else (word,)
