"""What has changed between two versions: true for any texts, and cheap for hostile ones."""

import difflib
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.case.word_changes import WordChanges

TEXT = st.text(st.sampled_from("ab \n\t\u0644\U0001f6a2"), max_size=60)


@given(TEXT, TEXT, st.sampled_from([0, 20, 3_000_000]))
def test_what_stayed_and_went_is_the_old_text_and_what_stayed_and_came_the_new(old: str, new: str, steps: int) -> None:
    parts = WordChanges(steps).between(old, new)

    assert "".join(text for kind, text in parts if kind != "ins") == old
    assert "".join(text for kind, text in parts if kind != "del") == new
    assert all(text for _kind, text in parts)
    assert all(one[0] != other[0] for one, other in pairwise(parts))


def test_the_words_within_a_line_are_compared() -> None:
    parts = WordChanges().between("Boats leave.\nTwo were lost.\nMore later.", "Boats leave.\nThree were lost.\nMore.")

    assert parts == [
        ("same", "Boats leave.\n"),
        ("del", "Two"),
        ("ins", "Three"),
        ("same", " were lost.\n"),
        ("del", "More later."),
        ("ins", "More."),
    ]


HOSTILE: dict[str, Callable[[int], str]] = {
    "the same word": lambda n: "a " * n,
    "a word between others": lambda n: " ".join(f"a b{i % 7}" for i in range(n // 2)),
    "a line a word": lambda n: "\n".join(f"a{i % 3}" for i in range(n)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_cost_no_more_steps_than_the_budget(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    class Counted(difflib.SequenceMatcher[str]):
        def __init__(self, junk: None, old: list[str], new: list[str], autojunk: bool) -> None:
            compared.append(len(old) * len(new) * min(len(old), len(new)))
            super().__init__(junk, old, new, autojunk)

    monkeypatch.setattr(difflib, "SequenceMatcher", Counted)
    words = WordChanges()
    for version in range(20):
        old, new = HOSTILE[kind](10_000), f"{version} " + HOSTILE[kind](9_001 + version)[::-1]
        parts = words.between(old, new)
        assert "".join(text for part, text in parts if part != "ins") == old
    assert sum(compared) <= 3_000_000
