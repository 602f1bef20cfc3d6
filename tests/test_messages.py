"""The catalogues: they hold what the sources hold, say all of it, and put in what is to be put in."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from notifications.catalogues import SOURCE, catalogue, catalogue_file, languages, spoken_language
from tests.messages import DOMAINS, Domain, is_translated, read, translations_of, updated, written

CATALOGUES = [
    pytest.param(domain, language, id=f"{domain.name}-{language}")
    for domain in DOMAINS
    for language in languages(domain.folder, domain.name)
    if language != SOURCE
]

_PLACES = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|%(?!\()")
"""What is put into a text when it is shown, and signs that are doubled where something is."""


def _texts(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def test_pages_and_mails_speak_the_same_languages() -> None:
    spoken = {languages(domain.folder, domain.name) for domain in DOMAINS}
    assert spoken == {("en", "id")}


@pytest.mark.parametrize(("domain", "language"), CATALOGUES)
def test_a_catalogue_is_what_make_messages_would_write(domain: Domain, language: str) -> None:
    file = catalogue_file(domain.folder, language, domain.name)
    stale = "a text was added, changed or taken away: run make messages, and translate what is new"
    assert written(updated(domain, language), language) == file.read_text(encoding="utf-8"), stale


@pytest.mark.parametrize(("domain", "language"), CATALOGUES)
def test_every_text_is_translated(domain: Domain, language: str) -> None:
    there = read(domain, language)
    missing = [message.id for message in there if message.id and not is_translated(message, there)]
    assert missing == [], "translate them, in every plural form of the language, and take the mark fuzzy away"


@pytest.mark.parametrize(("domain", "language"), CATALOGUES)
def test_a_translation_puts_in_what_its_text_puts_in(domain: Domain, language: str) -> None:
    for message in read(domain, language):
        whole = sorted(_PLACES.findall(_texts(message)[-1]))
        for translation in filter(None, translations_of(message) if message.id else ()):
            assert sorted(_PLACES.findall(translation)) == whole, f"{message.id}: {translation}"


@pytest.mark.parametrize(
    ("tag", "language"),
    [("id", "id"), ("id-ID", "id"), ("id_ID", "id"), ("en-AU", "en"), ("fr", None), ("", None), ("../../etc", None)],
)
def test_a_language_is_found_by_its_tag(tag: str, language: str | None) -> None:
    assert spoken_language(tag, ("en", "id")) == language


def test_another_language_is_a_file_and_what_it_lacks_stays_english(tmp_path: Path) -> None:
    file = catalogue_file(tmp_path, "ms", "pages")
    file.parent.mkdir(parents=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    file.write_text(header + 'msgid "Cases"\nmsgstr "Kes"\n\nmsgid "Board"\nmsgstr ""\n', encoding="utf-8")
    assert languages(tmp_path, "pages") == ("en", "ms")
    said = catalogue(tmp_path, "ms", "pages").gettext
    assert (said("Cases"), said("Board"), said("Account")) == ("Kes", "Board", "Account")
