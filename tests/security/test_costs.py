"""What is made so that reading it takes the square of its length, in a length whose square takes hours.

Nothing here measures time: where one of these is read as it once was, the test never ends, and the suite's limit ends it.
"""

import unicodedata

import pytest

from models.base import MOST_MARKS, composed, tidy
from models.commands import parse
from models.faults import more_values_than
from models.limits import MOST_VALUES
from models.old_sentences import reasons_in
from models.refusal import Refused
from models.search_words import searchable_words, terms_of
from tests.security.test_signing_in import place
from tests.web.place import Place
from web.kit.render import words_for_reader

__all__ = ["place"]

MARKS = "a" + "\u0301\u0323" * 400_000
"""Two marks in turn, each in the wrong order: to sort them takes the square of their number."""


@pytest.mark.parametrize("text", [MARKS, "b" + "\u0f73" * 400_000], ids=["marks", "marks that are taken apart"])
def test_a_letter_with_endless_marks_is_not_put_in_order(text: str) -> None:
    assert tidy(text) == text
    assert searchable_words(f"{text} word") == (text[0], "word")
    assert terms_of(f"word {text}") == ("word",) or terms_of(text) == (text[0],)


def test_marks_that_a_language_has_are_put_in_order() -> None:
    assert composed("e\u0301") == "\u00e9"
    most = "a" + "\u0323\u0301" * (MOST_MARKS // 2)
    assert composed(most) == unicodedata.normalize("NFC", most)


@pytest.mark.parametrize("text", ["A-" * 400_000 + "/", "A" * 800_000 + "/", "A-/" * 300_000])
def test_posts_and_codes_are_looked_for_once_in_a_text(text: str) -> None:
    assert words_for_reader(None, "en", {"A": "Aland"}).named(text)


@pytest.mark.parametrize(
    "text", ["Participants: x. Observers: x" * 20_000, "Participants: " + ". Observers: " * 50_000]
)
def test_what_rules_once_said_is_looked_for_once_in_a_text(text: str) -> None:
    assert reasons_in(text) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {f"positio{number}": 1 for number in range(200_000)},
        {"position": ["approve"] * 1_000_000},
        {"position": {"a": [[], [[]] * 1_000_000]}},
        {"confidential": {f"section {number}": [] for number in range(50_000)}},
    ],
    ids=["fields", "entries", "nested", "keys"],
)
def test_a_command_of_endless_values_is_refused_unread(fields: dict[str, object]) -> None:
    assert more_values_than(MOST_VALUES, fields)
    with pytest.raises(Refused, match="holds more than 5,000 values"):
        parse("decide", fields, by="AU/co-chair", command_id="x")


def test_very_much_that_is_wrong_is_told_in_part() -> None:
    with pytest.raises(Refused, match="and more"):
        parse("decide", {f"positio{number}": 1 for number in range(400)}, by="AU/co-chair", command_id="x")
    with pytest.raises(Refused, match="There is no command"):
        parse("p" * 1_000_000, {}, by="AU/co-chair", command_id="x")


async def test_a_cookie_of_backslashes_is_not_read(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, "MY/focal-point")
        own = http.cookies["ahg-session"]
        cookies = f'ahg-session={own}; x="' + "\\\\" * 500_000 + '"'
        async with place.browser() as other:
            answer = await other.get("/account", headers={"Cookie": cookies})
            far = await other.get("/account", headers={"Cookie": 'ahg-session="' + "\\\\" * 500_000 + '"'})
    assert (answer.status_code, far.status_code) == (200, 303)
