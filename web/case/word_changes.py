"""What has changed between two texts, word by word, at a cost that no text can drive up.

``difflib`` takes time that grows with the cube of what it compares, for texts that are made for it. So what is alike at
both ends is set aside first, then lines are compared, and words only within the lines that changed, as long as a budget
for the whole page lasts. Where it is used up, a text is shown as taken out whole and put in anew.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

_STEPS = 3_000_000
"""Steps of comparison for one page: some tenths of a second at most."""

_WORDS = re.compile(r"\s+|\S+")

Part = tuple[str, str]
"""``same``, ``del`` or ``ins``, and the text."""


class WordChanges:
    """Compares the texts of one page. ``steps``: how much work may be spent on all of them."""

    def __init__(self, steps: int = _STEPS) -> None:
        self._left = steps

    def between(self, old: str, new: str) -> list[Part]:
        """What stayed, went and came, in order: ``same`` and ``del`` make the old text, ``same`` and ``ins`` the new."""
        parts: list[Part] = []
        for same, was, now in self._runs(old.splitlines(keepends=True), new.splitlines(keepends=True)):
            lines = [(same, was, now)] if same else self._runs(_WORDS.findall(was), _WORDS.findall(now))
            for alike, gone, come in lines:
                parts += [("same", gone)] if alike else [("del", gone), ("ins", come)]
        told = groupby((part for part in parts if part[1]), key=lambda part: part[0])
        return [(kind, "".join(text for _, text in run)) for kind, run in told]

    def _runs(self, old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
        """Runs of pieces in order: whether they are the same, and what they were and are."""
        start = _alike(old, new)
        end = _alike(old[start:][::-1], new[start:][::-1])
        was, now = old[start : len(old) - end], new[start : len(new) - end]
        yield True, "".join(old[:start]), "".join(new[:start])
        cost = len(was) * len(now) * min(len(was), len(now))
        if cost > self._left:
            yield False, "".join(was), "".join(now)
        else:
            self._left -= cost
            for kind, a, b, c, d in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
                yield kind == "equal", "".join(was[a:b]), "".join(now[c:d])
        yield True, "".join(old[len(old) - end :]), "".join(new[len(new) - end :])


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many pieces are the same from the beginning."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (was, now) in pairs if was != now), min(len(old), len(new)))
