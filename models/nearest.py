"""The nearest of the words that are known: for whoever wrote another."""

import difflib
from collections.abc import Iterable

_LONGEST = 100
"""So many characters of what was written are compared."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like ``word``; None where none is near.

    Upper and lower case count as the same, and so do blanks, hyphens and underscores.
    """
    spelled: dict[str, str] = {}
    for one in known:
        spelled.setdefault(_plain(one), str(one))
    found = difflib.get_close_matches(_plain(str(word)[:_LONGEST]), spelled, n=1, cutoff=0.65)
    return spelled[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` with the nearest known word; empty where none is near."""
    near = nearest(word, known)
    return f" (did you mean {near!r}?)" if near is not None else ""


def _plain(word: str) -> str:
    return " ".join(str(word).lower().replace("_", " ").replace("-", " ").split())
