"""Makes `models/names/published.csv`: names of states and territories in the languages offered, and their codes.

Run as ``python -m tests.published_names`` where Babel (CLDR) and pycountry (ISO 3166-1) are installed. The table is kept
in the repository: another release of either changes no running case.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from babel import Locale

TABLE = Path(__file__).parents[1] / "models" / "names" / "published.csv"
LANGUAGES = ("en", "id")


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


def main() -> None:
    """Write the table."""
    import pycountry  # type: ignore[import-not-found, unused-ignore]  # only who makes the table anew needs it

    rows = [("code", "alpha3", "names")]
    for country in sorted(pycountry.countries, key=lambda one: one.alpha_2):
        names = dict.fromkeys((*cldr_names(country.alpha_2), *_iso_names(country)))
        rows.append((country.alpha_2, country.alpha_3, ";".join(names)))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
