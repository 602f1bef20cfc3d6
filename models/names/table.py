"""The names that are looked for: of each, the letters that count and whom it may name."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from models.members import Directory
from models.names.looks import UNSPACED, outline, plain_letter
from models.policy import NamesSought

_HERE = Path(__file__).parent
_OF_BEFORE = ("published", "spoken")
_SINCE = ("own_names", "everyday")
_TABLES = {name: (_HERE / f"{name}.csv").read_text(encoding="utf-8") for name in (*_OF_BEFORE, *_SINCE)}
"""Read when the module is: rules that are asked later read no file."""

WORD = re.compile(r"[^\W_]+")
"""What counts as one word of a name or a text: letters and digits; hyphens and apostrophes part words."""

_LONGEST_EXACT = 4
"""Letters of an abbreviation that counts in capitals alone: in small letters it may be a word."""


_SHORTEST_TOGETHER = 6
"""Letters of a name of several words that is found when they are written as one."""


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


def words_of(name: str, plain: Callable[[str], str] = fold_letter) -> tuple[str, ...]:
    """The words of a name, folded, without an article before it."""
    words = tuple(WORD.findall("".join(map(plain, name))))
    return words[1:] if words[:1] == ("the",) else words


def letters_of(text: str) -> str:
    """The letters and digits of a text as they stand."""
    return "".join(WORD.findall(text))


def is_exact(name: str) -> bool:
    """Whether a name counts only as it is written: a short one in capitals."""
    letters = letters_of(name)
    return letters.isupper() and len(letters) <= _LONGEST_EXACT


class NameTables(NamedTuple):
    """What is known of names.

    ``tables``: the names of the directory, and those of everybody; ``heads``: what they begin with. ``codes``: those of
    the directory, in small letters. The rest is empty where names are sought as they are spelled. ``words``: each word of
    a name. ``joined``: the names by all their letters; ``together``: the letters of those of several words; ``begun``:
    what letters of any begin with. ``outlines``: the words by what is left of them where ``i`` and ``l`` look alike.
    ``unspaced``: finds the names that are written without blanks around them.
    """

    tables: tuple[Names, ...]
    heads: frozenset[str]
    codes: frozenset[str]
    words: frozenset[str] = frozenset()
    joined: Mapping[str, tuple[KnownName, ...]] = {}
    together: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()
    outlines: Mapping[str, str] = {}
    unspaced: re.Pattern[str] | None = None


def tables_for(directory: Directory, sought: NamesSought) -> NameTables:
    """What is known of names, those of a directory among them."""
    return _tables_for(tuple((one.code, one.name, one.aliases) for one in directory.members.values()), sought)


@lru_cache(maxsize=16)
def _tables_for(members: tuple[tuple[str, str, tuple[str, ...]], ...], sought: NamesSought) -> NameTables:
    tables = (_of_members(members, sought), known_names(sought))
    heads, codes = frozenset(first for table in tables for first in table), frozenset(one[0].lower() for one in members)
    if sought is NamesSought.AS_SPELLED:
        return NameTables(tables, heads, codes)
    names = [one for table in tables for several in table.values() for one in several]
    words = frozenset(word for one in names for word in one.words)
    joined: dict[str, list[KnownName]] = {}
    for one in names:
        joined.setdefault("".join(one.words), []).append(one)
    unspaced = sorted((one for one in words if UNSPACED.match(one) and len(one) > 1), key=lambda one: (-len(one), one))
    return NameTables(
        tables,
        heads,
        codes,
        words,
        {letters: tuple(several) for letters, several in joined.items()},
        frozenset(letters for letters, several in joined.items() if any(_in_one_word(one) for one in several)),
        frozenset(begun for letters in joined for begun in accumulate(letters)),
        {outline(word): word for word in sorted(words, reverse=True)},
        re.compile("|".join(map(re.escape, unspaced))),
    )


def _in_one_word(name: KnownName) -> bool:
    return len(name.words) > 1 and sum(map(len, name.words)) >= _SHORTEST_TOGETHER


def _indexed(names: Iterable[tuple[str, str]], plain: Callable[[str], str]) -> Names:
    """Names with their codes, by the first word; a name of several has all their codes."""
    codes: dict[tuple[tuple[str, ...], str], dict[str, None]] = {}
    for code, name in names:
        words = words_of(name, plain)
        if words:
            of_it = codes.setdefault((words, letters_of(name) if is_exact(name) else ""), {})
            of_it.update({code: None} if code else {})
    found: dict[str, list[KnownName]] = {}
    for (words, exact), of_it in codes.items():
        found.setdefault(words[0], []).append(KnownName(words, tuple(of_it), exact))
    return {first: tuple(sorted(several, key=lambda one: -len(one.words))) for first, several in found.items()}


@cache
def known_names(sought: NamesSought) -> Names:
    """The names of the tables."""
    however = sought is NamesSought.HOWEVER_WRITTEN
    tables = (*_OF_BEFORE, *_SINCE) if however else _OF_BEFORE
    rows = [row for name in tables for row in csv.DictReader(_TABLES[name].splitlines())]
    columns = ("names", "adjectives", "capitals", "abbreviations")
    listed = ((row["code"], name) for row in rows for one in columns for name in (row.get(one) or "").split(";"))
    return _indexed(listed, plain_letter if however else fold_letter)


@cache
def three_letters() -> Mapping[str, str]:
    """The codes of three letters (ISO 3166-1) by those of two."""
    return {row["code"]: row["alpha3"] for row in csv.DictReader(_TABLES["published"].splitlines())}


def _of_members(members: Iterable[tuple[str, str, tuple[str, ...]]], sought: NamesSought) -> Names:
    """The names that a directory itself has: official names, aliases, and codes of three letters and more."""
    listed = (
        (code, name)
        for code, official, aliases in members
        for name in (official, *aliases, three_letters().get(code, ""), code if len(code) > 2 else "")
    )
    return _indexed(listed, plain_letter if sought is NamesSought.HOWEVER_WRITTEN else fold_letter)
