"""Catalogues of translated texts: ``FOLDER/<language>/LC_MESSAGES/<domain>.po``.

A catalogue is read as it is written and compiled when it is first asked for, so that nothing compiled can be forgotten
or stale. English is the language of the sources and has no catalogue. A text that a catalogue lacks stays English.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE = "en"
"""The language of the sources."""


def catalogue_file(folder: Path, language: str, domain: str) -> Path:
    """Where the catalogue of a language is."""
    return folder / language / "LC_MESSAGES" / f"{domain}.po"


@lru_cache(maxsize=8)
def languages(folder: Path, domain: str) -> tuple[str, ...]:
    """The languages that can be chosen: English, and those that have a catalogue, by their codes."""
    found = sorted(path.parts[-3] for path in folder.glob(f"*/LC_MESSAGES/{domain}.po"))
    return (SOURCE, *(language for language in found if language != SOURCE))


def spoken_language(tag: str, known: tuple[str, ...]) -> str | None:
    """The one of the ``known`` languages that a tag (BCP 47: ``id``, ``id-ID``) asks for; None: none of them."""
    try:
        locale = Locale.parse(tag, sep="-" if "-" in tag else "_")
    except (UnknownLocaleError, ValueError):
        return None
    return next((one for one in (str(locale), locale.language) if one in known), None)


@lru_cache(maxsize=32)
def catalogue(folder: Path, language: str, domain: str) -> NullTranslations:
    """The catalogue of a language; an empty one, with which words stay English, where the language has none."""
    path = catalogue_file(folder, language, domain)
    if not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as written:
        write_mo(compiled, read_po(written, locale=language, domain=domain))
    compiled.seek(0)
    return Translations(compiled, domain=domain)
