"""The one base of all domain values: frozen, strict about unknown fields, JSON both ways."""

import re
import unicodedata
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, TypeVar, cast
from weakref import WeakValueDictionary

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from models.limits import LONGEST_TEXT, LONGEST_TITLE

N_ = str
"""Marks a text for translation (gettext's own name); it is translated where it is shown."""


class Value(BaseModel):
    """A value of the domain: equal by content, never changed in place.

    Numbers are finite: JSON has no others, and a state that cannot be read again would be lost. What a fault says holds
    nothing of what was given: it may stand in a log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


_V = TypeVar("_V", bound="Value")
_SHARED: WeakValueDictionary[tuple[type, bytes], Value] = WeakValueDictionary()


MOST_MARKS = 30
"""Marks on one letter that are put in order: no language has as many (UAX #15, 13, Stream-Safe Text Format)."""


@cache
def endless_marks() -> re.Pattern[str]:
    """The marks on a letter that are too many to be put in order."""
    letters = map(chr, range(0x300, 0x20000))  # beyond, there are no marks but in private use
    marks = "".join(one for one in letters if unicodedata.combining(unicodedata.normalize("NFD", one)[0]))
    one = f"[{re.escape(marks)}]"
    return re.compile(f"{one}{{{MOST_MARKS + 1},}}")


def composed(text: str) -> str:
    """Unicode NFC; as it is where a letter has too many marks: ordering them takes the square of their number."""
    if text.isascii() or endless_marks().search(text):
        return text
    return unicodedata.normalize("NFC", text)


def is_empty(given: object) -> bool:
    """Whether nothing is given: a later field is left out then, so that what has none is written and hashed as it was."""
    return not given


def tidy(text: str) -> str:
    """Unicode NFC without surrounding blanks (``composed``); refuses what no database and no mail can carry.

    Raises:
        ValueError: the text holds a NUL or half of a surrogate pair.
    """
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("the text holds a character that cannot be stored (NUL or a lone surrogate)")
    return composed(text).strip()


def brief(text: str) -> str:
    """As much of a text as a ``Line`` holds."""
    return text[:LONGEST_TITLE].rstrip()


def _tidied(given: Any) -> Any:
    # Before the length is measured: normalizing may lengthen a text, and what is stored must be readable.
    return tidy(given) if isinstance(given, str) else given


Line = Annotated[str, BeforeValidator(_tidied), StringConstraints(max_length=LONGEST_TITLE)]
"""A name or title."""

Prose = Annotated[str, BeforeValidator(_tidied), StringConstraints(max_length=LONGEST_TEXT)]
"""Running text."""


def shared(value: _V) -> _V:
    """The one instance of all equal values, for as long as anybody holds it: what thousands of cases each carry is in
    memory once.
    """
    content = sha256(value.model_dump_json().encode()).digest()
    return cast("_V", _SHARED.setdefault((type(value), content), value))


Instant = AwareDatetime
"""A moment with its offset; stored and compared in UTC."""

FAR_OFF = date(2200, 1, 1)
"""No deadline lies beyond: a date like 9999-12-31 is a slip, and nothing can be counted from it."""

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=FAR_OFF)]
"""A calendar day that deadlines can be counted from."""
