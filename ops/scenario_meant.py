"""What of a case an act of a scenario file means: an outcome, arrangement or meeting, or a recommendation.

By its name in whatever case; where none is named, the only one there is.
"""

import re
from typing import Any

from ops.scenario_values import Fields, Known, Shape, as_text, bare


def named(of: str) -> Shape:
    """The outcome, arrangement or meeting that is meant: the only one where none is named; in whatever case."""

    def shape(given: Fields, known: Known) -> Fields:
        titles: tuple[str, ...] = getattr(known, f"{of}s")
        keys = [of] if of in given else ["title"] if "title" in given else ["name"] if "name" in given else []
        if not keys:
            return {**given, of: titles[-1 if of == "meeting" else 0]} if titles[:1] and _one(of, titles) else given
        wanted = str(given[keys[0]])
        same = [title for title in titles if title == wanted] or [
            title for title in titles if bare(title) == bare(wanted)
        ]
        rest = {key: value for key, value in given.items() if key != keys[0]}
        return {**rest, of: same[0] if same else wanted}

    return shape


def _one(of: str, titles: tuple[str, ...]) -> bool:
    return len(titles) == 1 or of == "meeting"


def object_(given: Fields, known: Known) -> Fields:
    """An objection is to a verification only where it names an outcome."""
    return named("outcome")(given, known) if "outcome" in given else given


def recommend(given: Fields, known: Known) -> Fields:
    """A title with a text beside it is its first line."""
    words = [word for word in ("title", "recommendation", "text") if word in given]
    if len(words) < 2:
        return given
    rest = {key: value for key, value in given.items() if key not in words}
    return {**rest, "text": "\n".join(as_text(given[word]) for word in words)}


def adopt(given: Fields, known: Known) -> Fields:
    """A recommendation by its number, or by its text without the final stop, a line of it or in another case."""
    rest = dict(given)
    word = next((one for one in ("recommendation", "title", "number", "which", "text") if one in rest), None)
    if word is None:
        return rest
    meant = _recommendation(rest[word], known)
    if meant is None and word == "text" and len(known.recommendations) == 1:
        return rest  # what is said with the only one
    value = rest.pop(word)
    return {**rest, "recommendation": as_text(value) if meant is None else meant}


def _recommendation(written: Any, known: Known) -> str | None:
    found = re.fullmatch(r"(?:no\.?\s*|r|#)?(\d+)", str(written).strip(), re.IGNORECASE)
    if found and int(found[1]) in known.recommendations:
        return known.recommendations[int(found[1])]
    wanted = bare(written)
    texts = known.recommendations.values()
    whole = [text for text in texts if text == written] or [text for text in texts if bare(text) == wanted]
    lines = [text for text in texts if wanted in map(bare, text.split("\n"))]
    return next(iter(whole or lines), None)
