"""How often: what people write, read as a length of time."""

import pytest

from models.rhythms import rhythm_of


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("weekly", "7d"),
        ("Weekly.", "7d"),
        ("week", "7d"),
        ("every week", "7d"),
        ("every two weeks", "14d"),
        ("every other week", "14d"),
        ("fortnightly", "14d"),
        ("a fortnight", "14d"),
        ("daily", "1d"),
        ("every 10 days", "10d"),
        ("monthly", "1mo"),
        ("quarterly", "3mo"),
        ("annually", "12mo"),
        ("yearly", "12mo"),
        ("setiap minggu", "7d"),
        ("2 bulan", "2mo"),
        ("10d", "10d"),
        ("5wd", "5wd"),
        ("3h", None),
        ("every 0 days", None),
        ("every 999 weeks", None),
        ("as needed", None),
        ("on Mondays", None),
        ("every", None),
        ("", None),
        ("weekly until June", None),
    ],
)
def test_words_that_name_a_rhythm_are_read_and_others_are_none(words: str, span: str | None) -> None:
    assert rhythm_of(words) == span
