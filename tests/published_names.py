"""Makes the tables of `models/names` that others publish.

`published.csv`: names of states and territories in the languages offered, and their codes (CLDR, ISO 3166-1).
`own_names.csv`: what states and territories are called in their own official languages (CLDR).
`look_alikes.csv`: letters that look like those of English (Unicode's table of confusable characters, UTS 39).

Run as ``python -m tests.published_names`` where Babel, pycountry and confusable_homoglyphs are installed. The tables are
kept in the repository: another release of any of them changes no running case.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import ascii_letters

from babel import Locale, UnknownLocaleError
from babel.core import get_global

_TABLES = Path(__file__).parents[1] / "models" / "names"
LANGUAGES = ("en", "id")

_ALSO_WORDS = ("Gaana", "La Réunion", "Maurice", "Polen", "Ísland")
"""Own names that are other words in the languages offered, once their accents are off."""

_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "LISU", "COPTIC")
_VARIANT = re.compile(r"LATIN (?:SMALL|CAPITAL|LETTER SMALL CAPITAL) (?:LETTER )?([A-Z])(?: WITH .*)?")


def cldr_names(code: str) -> Iterator[str]:
    """The names of a territory in CLDR; of one with another name in brackets, both."""
    for language in LANGUAGES:
        name = Locale(language).territories.get(code, "")
        before, within, after = re.fullmatch(r"([^(]*)(?:\(([^)]*)\))?(.*)", name).groups()  # type: ignore[union-attr]
        yield from (f"{one.strip()} {after.strip()}".strip() for one in (before, within) if one)


def _iso_names(country: object) -> Iterator[str]:
    for kind in ("name", "common_name", "official_name"):
        name = getattr(country, kind, "")
        head, comma, tail = name.partition(", ")
        if comma and tail.endswith((" of", "of the")):
            yield from (head, f"{tail} {head}")
        elif name:
            yield name


def own_names(code: str) -> Iterator[str]:
    """What a territory is called in its official languages, where that is not its name in English."""
    for language, facts in get_global("territory_languages").get(code, {}).items():
        if facts.get("official_status"):
            try:
                name = Locale.parse(language).territories.get(code, "")
            except (UnknownLocaleError, ValueError):
                continue
            if name and name != Locale("en").territories.get(code) and name not in _ALSO_WORDS:
                yield name


def look_alikes() -> Iterator[tuple[str, str]]:
    """Pairs of a small letter of English and a letter that looks like it or like its capital, the surest first."""
    import confusable_homoglyphs.confusables as unicode  # type: ignore[import-not-found, unused-ignore]  # as pycountry

    letters = [chr(one) for one in range(0x80, 0x20000) if unicodedata.category(chr(one)).startswith("L")]
    letters = [one for one in letters if unicodedata.name(one, "").startswith(_SCRIPTS)]
    variants = [(found[1].lower(), one) for one in letters if (found := _VARIANT.fullmatch(unicodedata.name(one)))]
    yield from variants
    for plain, letter in ((one.lower(), one) for one in ascii_letters):
        yield from _alike(plain, letter, unicode.confusables_data, letters)
    for plain, letter in variants:
        yield from _alike(plain, letter, unicode.confusables_data, letters)


def _alike(
    plain: str, letter: str, data: dict[str, list[dict[str, str]]], letters: list[str]
) -> Iterator[tuple[str, str]]:
    for one in (each["c"] for each in data.get(letter, ())):
        if one in letters:
            # Unicode has the capital I and the small l as one.
            yield ("i" if plain == "l" and one.isupper() and letter == "l" else plain), one


def _each_letter_once() -> dict[str, str]:
    found: dict[str, str] = {}
    for plain, letter in look_alikes():
        found.setdefault(letter, plain)
    for letter, plain in tuple(found.items()):
        for other in (letter.lower(), letter.upper()):
            if len(other) == 1 and not other.isascii():
                found.setdefault(other, plain)
    # Those that are plain already once they are taken apart need no line.
    return {one: plain for one, plain in found.items() if not unicodedata.normalize("NFKD", one)[0].isascii()}


def _write(name: str, rows: Iterable[tuple[str, ...]]) -> None:
    with (_TABLES / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def main() -> None:
    """Write the tables."""
    import pycountry  # type: ignore[import-not-found, unused-ignore]  # only who makes the table anew needs it

    rows = [("code", "alpha3", "names")]
    for country in sorted(pycountry.countries, key=lambda one: one.alpha_2):
        names = dict.fromkeys((*cldr_names(country.alpha_2), *_iso_names(country)))
        rows.append((country.alpha_2, country.alpha_3, ";".join(names)))
    _write("published.csv", rows)
    write_what_is_looked_through()


def write_what_is_looked_through() -> None:
    """Write the own names and the look-alikes."""
    codes = sorted(one for one in get_global("territory_languages") if len(one) == 2)
    own = ((code, ";".join(dict.fromkeys(own_names(code)))) for code in codes)
    _write("own_names.csv", [("code", "names"), *(row for row in own if row[1])])
    alike: dict[str, list[str]] = {}
    for letter, plain in sorted(_each_letter_once().items()):
        alike.setdefault(plain, []).append(letter)
    _write("look_alikes.csv", [("letter", "look_alikes"), *((one, "".join(alike[one])) for one in sorted(alike))])


if __name__ == "__main__":
    main()
