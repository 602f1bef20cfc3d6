"""Collects the texts that are to be translated into the catalogues: ``make messages``.

    python -m tests.messages              # bring every catalogue up to date
    python -m tests.messages LANGUAGE     # begin the catalogues of another language (``fr``, ``pt_BR``)

A catalogue holds its texts in the order of the alphabet, and nothing that changes by itself: no places in the code, no
dates. A text that is new, or that was changed, stands there without its translation; one that is gone is left out.
``tests/test_messages.py`` fails when a catalogue is not what this would write, or lacks a translation.
"""

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po
from babel.plural import to_gettext

import notifications.environment
import web.kit.render
from models.case import GateName
from models.limits import MOST_IN_A_CASE
from models.notices import NOTICE_KINDS, OF_NO_CASE
from models.reasons import PLAIN, WHY_LISTED, ReasonCode
from models.request import FIELD_WORDS, Request
from models.rules import RULES
from models.too_much import TooMuch
from models.visibility import Reason
from notifications.catalogues import SOURCE, catalogue_file, languages
from notifications.vocabulary import VOCABULARY

_ROOT = Path(__file__).parents[1]
_METHODS = [("templates/**", "jinja2"), ("**.py", "python")]
_OPTIONS = {"templates/**": {"trimmed": "true", "silent": "false"}}
_KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "NN_": (1, 2), "translate": None}

_HEADER = """msgid ""
msgstr ""
"Project-Id-Version: ahg\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


class Domain(NamedTuple):
    """A set of catalogues: the folder whose texts they translate, and texts of the models, with their contexts."""

    name: str
    sources: Path
    folder: Path
    more: tuple[tuple[str | None, str], ...]


DOMAINS = (
    Domain(
        notifications.environment.MAIL_DOMAIN,
        _ROOT / "notifications",
        notifications.environment.MAIL_CATALOGUES,
        (
            *((context, word) for context, words in VOCABULARY.items() for word in words),
            *((None, text) for text in FIELD_WORDS.values()),
            *((None, gate.words) for gate in GateName),
            *((None, code.sentence) for code in ReasonCode if code not in (*WHY_LISTED, *PLAIN)),
        ),
    ),
    Domain(
        web.kit.render.PAGE_DOMAIN,
        _ROOT / "web",
        web.kit.render.PAGE_CATALOGUES,
        tuple(
            (None, text)
            for text in (
                *(kind.summary for kind in NOTICE_KINDS.values()),
                *OF_NO_CASE.values(),
                *(rule.phrase for rule in RULES.values()),
                *(who.words for rule in RULES.values() for who in rule.who),
                *Request().missing(),
                *TooMuch,
                *MOST_IN_A_CASE,
                *Reason,
                *FIELD_WORDS.values(),
            )
        ),
    ),
)


def extracted(domain: Domain) -> Catalog:
    """The texts that the sources hold."""
    found = Catalog()
    for _file, _line, text, _comments, context in extract_from_dir(
        domain.sources, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS
    ):
        found.add(text, context=context)
    for context, text in domain.more:
        found.add(text, context=context)
    return found


def read(domain: Domain, language: str) -> Catalog:
    """The catalogue as it stands."""
    with catalogue_file(domain.folder, language, domain.name).open("rb") as file:
        return read_po(file, locale=language)


def updated(domain: Domain, language: str) -> Catalog:
    """The catalogue with the texts that the sources hold, and the translations that it has of them."""
    known = catalogue_file(domain.folder, language, domain.name).is_file()
    catalogue = read(domain, language) if known else Catalog(locale=language)
    catalogue.update(extracted(domain), no_fuzzy_matching=True)
    return catalogue


def written(catalogue: Catalog, language: str) -> str:
    """The catalogue as its file holds it."""
    body = BytesIO()
    write_po(body, catalogue, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True, width=110)
    plurals = to_gettext(Locale.parse(language).plural_form)
    return _HEADER.format(language=language, plurals=plurals) + body.getvalue().decode()


def translations_of(message: Message) -> tuple[str, ...]:
    """The translation, or one for each plural form; empty where there is none."""
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def is_translated(message: Message, catalogue: Catalog) -> bool:
    """Whether the translation is there, in every plural form of the language, and checked by somebody."""
    forms = catalogue.num_plurals if message.pluralizable else 1
    said = translations_of(message)
    return len(said) == forms and all(said) and not message.fuzzy


def _main(new: Iterable[str]) -> None:
    for domain in DOMAINS:
        for language in dict.fromkeys((*languages(domain.folder, domain.name), *map(str, map(Locale.parse, new)))):
            if language == SOURCE:
                continue
            catalogue = updated(domain, language)
            file = catalogue_file(domain.folder, language, domain.name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(written(catalogue, language), encoding="utf-8")
            missing = sum(not is_translated(one, catalogue) for one in catalogue if one.id)
            sys.stdout.write(f"{file.relative_to(_ROOT)}: {len(catalogue)} texts, {missing} without a translation\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
