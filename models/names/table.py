"""The names that are looked for: of each, the letters that count and whom it may name."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from models.members import Directory

_HERE = Path(__file__).parent
_TABLES = {name: (_HERE / f"{name}.csv").read_text(encoding="utf-8") for name in ("published", "spoken")}
"""Read when the module is: rules that are asked later read no file."""

WORD = re.compile(r"[^\W_]+")
"""What counts as one word of a name or a text: letters and digits; hyphens and apostrophes part words."""

_LONGEST_EXACT = 4
"""Letters of an abbreviation that counts in capitals alone: in small letters it may be a word."""


class KnownName(NamedTuple):
    """A name: its words folded, the codes of those that it may name, and whether its capitals count.

    Without codes it names nobody, such as a sea, and hides the shorter name in it. ``exact``: its letters, if they count.
    """

    words: tuple[str, ...]
    codes: tuple[str, ...]
    exact: str = ""


Names = Mapping[str, tuple[KnownName, ...]]
"""Names by their first word, the longest first."""


def fold_letter(letter: str) -> str:
    """A letter without case and accents, in its plain form; empty for a mark or a sign that is not seen."""
    plain = (one for one in unicodedata.normalize("NFKD", letter) if unicodedata.category(one) not in ("Mn", "Cf"))
    return "".join(plain).casefold()


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, folded, without an article before it."""
    words = tuple(WORD.findall("".join(map(fold_letter, name))))
    return words[1:] if words[:1] == ("the",) else words


def letters_of(text: str) -> str:
    """The letters and digits of a text as they stand."""
    return "".join(WORD.findall(text))


def is_exact(name: str) -> bool:
    """Whether a name counts only as it is written: a short one in capitals."""
    letters = letters_of(name)
    return letters.isupper() and len(letters) <= _LONGEST_EXACT


def _indexed(names: Iterable[tuple[str, str]]) -> Names:
    """Names with their codes, by the first word; a name of several has all their codes."""
    codes: dict[tuple[tuple[str, ...], str], dict[str, None]] = {}
    for code, name in names:
        words = words_of(name)
        if words:
            of_it = codes.setdefault((words, letters_of(name) if is_exact(name) else ""), {})
            of_it.update({code: None} if code else {})
    found: dict[str, list[KnownName]] = {}
    for (words, exact), of_it in codes.items():
        found.setdefault(words[0], []).append(KnownName(words, tuple(of_it), exact))
    return {first: tuple(sorted(several, key=lambda one: -len(one.words))) for first, several in found.items()}


@cache
def known_names() -> Names:
    """The names of the two tables."""
    rows = [row for text in _TABLES.values() for row in csv.DictReader(text.splitlines())]
    columns = ("names", "adjectives", "capitals", "abbreviations")
    return _indexed((row["code"], name) for row in rows for one in columns for name in (row.get(one) or "").split(";"))


@cache
def three_letters() -> Mapping[str, str]:
    """The codes of three letters (ISO 3166-1) by those of two."""
    return {row["code"]: row["alpha3"] for row in csv.DictReader(_TABLES["published"].splitlines())}


def names_of_directory(directory: Directory) -> Names:
    """The names that a directory itself has: official names, aliases, and codes of three letters and more."""
    return _of_members(tuple((one.code, one.name, one.aliases) for one in directory.members.values()))


@lru_cache(maxsize=16)
def _of_members(members: tuple[tuple[str, str, tuple[str, ...]], ...]) -> Names:
    return _indexed(
        (code, name)
        for code, official, aliases in members
        for name in (official, *aliases, three_letters().get(code, ""), code if len(code) > 2 else "")
    )
