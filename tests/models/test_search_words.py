"""How words are compared: without case and diacritics, from their beginning, in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.search_words import excerpt, matches, searchable_words, terms_of


def finds(query: str, text: str) -> bool:
    """Whether every term of a query is found in a text."""
    words = searchable_words(text)
    return all(any(matches(term, word) for word in words) for term in terms_of(query))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("boat", "Boats leave by night"),
        ("STRAIT boats", "boats in the Strait"),
        ("da nang", "Đà Nẵng"),
        ("Đà Nẵng", "da nang"),
        ("strasse", "Straße"),
        ("lodz", "ŁÓDŹ"),
        ("AHG-2026-003", "AHG-2026-003 Boats"),
        ("المضيق", "قوارب في المَضيق"),
        ("ایران", "ايران"),
        ("ช่องแคบ", "เรือในช่องแคบมะละกา"),
        ("မလေး", "မလေးရှား"),
        ("国船", "中国船"),
        ("船", "中国船"),
        ("नौका", "नौकाएँ जलडमरूमध्य में"),
        ("34", "٣٤ boats"),
        ("x", "x marks it"),
    ],
)
def test_it_finds(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [("oats", "Boats"), ("boats ship", "boats"), ("x", "xylophone"), ("แคบช่อง", "เรือในช่องแคบ"), ("काल", "कल")],
)
def test_it_does_not_find(query: str, text: str) -> None:
    assert not finds(query, text)


@pytest.mark.parametrize("query", ["", "  ", "*", '"', "%_\\", "-", "^:(){}", "\x00", "\u200b"])
def test_signs_alone_ask_for_nothing(query: str) -> None:
    assert terms_of(query) == ()


def test_operators_are_words_like_others() -> None:
    assert terms_of("boats OR NEAR(strait)") == ("boats", "or", "near", "strait")


def test_an_endless_query_asks_for_few_terms() -> None:
    assert len(terms_of(" ".join(f"word{n}" for n in range(2000)))) == 12


def test_an_endless_text_has_words_that_fit_into_one_value_of_postgresql() -> None:
    words = searchable_words(" ".join(f"{n:016d}" for n in range(100_000)))

    assert sum(len(word[:n]) for word in words for n in range(2, 17)) < 1024**2


@given(st.text(max_size=60))
def test_every_text_is_found_by_itself_and_has_no_sign_in_its_words(text: str) -> None:
    assert finds(text, text)
    for word in (*searchable_words(text), *terms_of(text)):
        assert word == word.strip()
        assert not set(word) & set(" \t\n\"'*:()\\%_@/-&|!<>\x00")


@given(st.text(max_size=400), st.text(max_size=20), st.integers(20, 300))
def test_an_excerpt_is_a_part_of_its_text(text: str, query: str, width: int) -> None:
    pieces = excerpt(text, terms_of(query), width)

    shown = [piece.text for piece in pieces if piece.text not in ("… ", " …")]
    assert "".join(shown) in text
    assert len("".join(shown)) <= width + 80 + len(text.split(" ", 1)[0]) or " " not in text[:width]


def test_an_excerpt_shows_what_was_found_in_the_middle_of_a_long_text() -> None:
    text = "Many words. " * 50 + "Then the bóats went to the Strait. " + "More words. " * 50

    pieces = excerpt(text, terms_of("boat str"))

    assert [piece.text for piece in pieces if piece.found] == ["bóats", "Strait"]
    assert (pieces[0].text, pieces[-1].text) == ("… ", " …")


def test_an_excerpt_marks_neighbours_in_a_script_without_blanks() -> None:
    assert [p.text for p in excerpt("中国船在海峡", terms_of("海峡")) if p.found] == ["海峡"]
