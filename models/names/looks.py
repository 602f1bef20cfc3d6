"""What a text looks like to who reads it: one form of letters that look alike, and what is not seen left out."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path

_TABLE = (Path(__file__).parent / "look_alikes.csv").read_text(encoding="utf-8")
_LOOK_ALIKES: Mapping[str, str] = {
    letter: row["letter"] for row in csv.DictReader(_TABLE.splitlines()) for letter in row["look_alikes"]
}

_MARKS = frozenset(("Mn", "Me", "Cf"))
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters and signs without a picture: the fillers of Hangul, the empty sign of Braille."""

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_APOSTROPHES = dict.fromkeys("\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\ua78b\ua78c", "'")
"""Signs that Unicode counts as letters and that people read as an apostrophe."""

_ON_DISCS = ((0x1F150, 0x1F169), (0x1F170, 0x1F189))
"""White capitals on a black disc and on a black square, which Unicode takes for signs."""

_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])[\u200b-\u200d\u2060\ufe0f]*([\U0001f1e6-\U0001f1ff])")
_FLAG_OF_A_PART = re.compile("\U0001f3f4([\U000e0061-\U000e007a]{2})[\U000e0030-\U000e007f]*")
_OF_A_COUNTRY = r"([a-z]{2})(?![\w-]|\.\w)"
_MAILBOX = re.compile(rf"@[\w.-]{{1,80}}\.{_OF_A_COUNTRY}", re.IGNORECASE)
_DOMAIN = re.compile(rf"\.(?:gov?|gob|mil|com?|org?|ac|edu?|net?|sch|int)\.{_OF_A_COUNTRY}", re.IGNORECASE)
_CODES_OF_DOMAINS = {"UK": "GB", "TP": "TL", "BU": "MM"}


UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u2e80-\U0003ffff]")
"""Letters of scripts that put no blanks between words, or write particles in one with them: from Thai to Han."""

ODD = re.compile(r"\d[^\W\d]|[^\W\d]\d|rn|vv|^l[^aeiouly]")
"""What a word of small letters has that may be read as another: digits, two letters for one, a capital I."""

CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Where words are written together, each with its capital."""

_SMALL_BEFORE_I = re.compile(r"(?<=[a-z])I")
_DIGITS = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g"}
_MOST_DIGITS = 4
_SHORTEST = 4


def outline(word: str) -> str:
    """A word as it is where ``i`` and ``l`` look alike."""
    return word.replace("l", "i")


def undisguised(letters: str, written: str, words: frozenset[str], outlines: Mapping[str, str]) -> str:
    """The one of some words that ``letters`` are read as, else themselves; ``written``: as they stand in the text.

    ``outlines``: the words by what they are where ``i`` and ``l`` look alike. A plural is read as one of its word.
    """
    readings = [letters.strip("0123456789"), letters.replace("rn", "m"), letters.replace("vv", "w")]
    if not letters.isdigit() and sum(map(str.isdigit, letters)) <= _MOST_DIGITS:
        readings += map("".join, product(*(_DIGITS.get(one, one) for one in letters)))
    if not written.isascii() or ODD.search(letters) or _SMALL_BEFORE_I.search(written):
        readings += [outlines.get(outline(one), "") for one in tuple(readings)]
    likely = (one for one in readings if len(one) >= _SHORTEST)
    return next((one for one in likely if one in words or one.removesuffix("s") in words), letters)


@cache
def plain_letter(letter: str) -> str:
    """The small letter of English that a letter looks like, else its own plain form; empty for what is not seen."""
    if letter in _APOSTROPHES:
        return "'"
    if letter in _UNSEEN or _CONTROLS.match(letter):
        return ""
    for first, last in _ON_DISCS:
        if first <= ord(letter) <= last:
            return chr(ord("a") + ord(letter) - first)
    if letter in _LOOK_ALIKES:
        return _LOOK_ALIKES[letter]
    taken_apart = [one for one in unicodedata.normalize("NFKD", letter) if unicodedata.category(one) not in _MARKS]
    plain = "".join(_LOOK_ALIKES.get(one, one) for one in taken_apart).casefold()
    return plain.strip("()") or plain  # one letter in brackets is a sign as well


def is_plain(text: str) -> bool:
    """Whether all of a text is what it looks like, but for capitals."""
    return text.isascii() and not _CONTROLS.search(text)


def fold_text(text: str, plain: bool, fold: Callable[[str], str]) -> tuple[str, list[int] | None]:
    """A text without case and accents, and where each of its letters comes from; None where each stands as before."""
    if plain:
        return text.lower(), None
    folded = [*map(fold, text)]
    if all(len(one) == 1 for one in folded):
        return "".join(folded), None
    return "".join(folded), [place for place, one in enumerate(folded) for _ in one]


def signs_of_states(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a flag stands in a text, or the end of an address on the internet, and the code that it spells."""
    if not text.isascii():
        for flag in _FLAG.finditer(text):
            yield *flag.span(), "".join(chr(ord("A") + ord(one) - 0x1F1E6) for one in flag.groups())
        for part in _FLAG_OF_A_PART.finditer(text):
            yield *part.span(), "".join(chr(ord(one) - 0xE0000) for one in part[1]).upper()
    ends = {address.span(1) for kind in (_MAILBOX, _DOMAIN) for address in kind.finditer(text)}
    for start, end in sorted(ends):
        code = text[start:end].upper()
        yield start, end, _CODES_OF_DOMAINS.get(code, code)
