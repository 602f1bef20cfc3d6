"""Nothing that somebody writes adds a header, a recipient, an element, a link or an entry of a calendar to any mail."""

import re
from collections.abc import Iterator, Mapping
from email.message import EmailMessage, Message
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.reasons import ReasonCode
from notifications.environment import mail_languages
from notifications.preview import reader_of
from notifications.registry import REGISTRY
from notifications.sample_facts import SAMPLE_CASE, SAMPLE_FACTS
from notifications.texts import line
from tests.notifications.hostile import HOSTILE, received
from tests.notifications.markup import links, read, said
from tests.notifications.samples import mail, parts, with_facts

EXAMPLES = 6
"""For each kind of notice."""

wild = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=300))


def shape(message: EmailMessage) -> Mapping[str, Any]:
    """What nobody's words may change: fields, recipients, parts and their fields, and where the links lead."""
    mail = received(message)
    text, page = parts(mail)
    tree = read(page)
    assert set(said(tree)) <= set(text.split())
    return {
        "fields": sorted(mail.keys()),
        "addresses": {name: _addresses(mail[name]) for name in ("From", "To", "Reply-To")},
        "kind": mail["X-Ahg-Kind"],
        "parts": [(part.get_content_type(), sorted(part.keys())) for part in mail.walk()],
        "links": [(link.words.partition(" https://")[0], link.address.split("/")[:4]) for link in links(tree)],
        "calendars": [entry for part in mail.walk() for entry in _calendar_entries(part)],
    }


def _addresses(field: Any) -> list[str]:
    """The addresses of a field; what is tagged on to them (RFC 5233) names the case."""
    return [re.sub(r"\+[^@]*@", "@", one.addr_spec) for one in field.addresses]


def _calendar_entries(part: Message) -> Iterator[tuple[str, list[str]]]:
    """The components of a calendar, with the names of their properties."""
    if part.get_content_type() == "text/calendar":
        calendar: Any = part.get_payload(decode=True)
        for component in icalendar.Calendar.from_ical(calendar).walk():
            yield str(component.name), sorted(name for name, _ in component.property_items(recursive=False))


def _texts(kind: str) -> list[str]:
    """The sample facts of a kind in which somebody's words may stand."""
    return [fact for fact, sample in SAMPLE_FACTS[kind] if sample and type(sample) is str]


@st.composite
def words(draw: st.DrawFn, kind: str) -> Mapping[str, str]:
    """For each place of a mail what somebody has written there; facts that are absent are as the product gives them."""
    places = ["reader", "reference", "title", "stage", "member"]
    return {
        **{place: draw(wild) for place in places},
        **{fact: draw(wild) for fact in _texts(kind) if draw(st.booleans())},
    }


def written(kind: str, language: str, words: Mapping[str, str]) -> EmailMessage:
    """The mail with these words in it."""
    about = SAMPLE_CASE.model_copy(
        update={
            "reference": words["reference"],
            "title": words["title"],
            "stage": words["stage"],
            "names": dict.fromkeys(SAMPLE_CASE.names, words["member"]),
        }
    )
    facts = with_facts(kind, **{fact: words[fact] for fact in _texts(kind) if fact in words})
    reader = reader_of(kind).model_copy(update={"name": words["reader"], "language": language})
    return mail(kind, about=about, facts=facts, reader=reader)


@pytest.mark.parametrize("kind", REGISTRY)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_no_text_makes_a_mail_into_another_mail(kind: str, data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(mail_languages()))
    given = data.draw(words(kind))
    plain = {place: "word" if line(text) else "" for place, text in given.items()}
    assert shape(written(kind, language, given)) == shape(written(kind, language, plain))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_in_the_facts_of_reasons(text: str) -> None:
    def matter(word: str) -> EmailMessage:
        facts = {"who": [word], "version": 1, "title": word}
        amended = {"post": word, "version": 2}
        stated = {
            "matter": [{"code": ReasonCode.REQUEST, "facts": facts}],
            "reasons": [{"code": ReasonCode.VERSION_SUBMITTED, "facts": amended}],
        }
        return mail("review_requested_again", facts={**with_facts("review_requested_again"), **stated})

    assert shape(matter(text)) == shape(matter("word"))


@pytest.mark.parametrize(("number", "kind"), enumerate(REGISTRY))
def test_hostile_texts_in_every_place_at_once(number: int, kind: str) -> None:
    """Each text is tried in every second kind of mail."""
    places = ("reader", "reference", "title", "stage", "member", *_texts(kind))
    plain = shape(written(kind, "en", dict.fromkeys(places, "word")))
    for text in HOSTILE[number % 2 :: 2]:
        assert shape(written(kind, "en", dict.fromkeys(places, text))) == plain
