"""The one base of all domain values: frozen, strict about unknown fields, JSON both ways."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

__all__ = ["Instant", "Line", "Prose", "Value", "tidy"]


class Value(BaseModel):
    """A value of the domain: equal by content, never changed in place."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def tidy(text: str) -> str:
    """Unicode NFC without surrounding blanks; refuses what no database and no mail can carry.

    Raises:
        ValueError: the text holds a NUL or half of a surrogate pair.
    """
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("the text holds a character that cannot be stored (NUL or a lone surrogate)")
    return unicodedata.normalize("NFC", text).strip()


Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(tidy)]
"""A name or title: at most 300 characters."""

Prose = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(tidy)]
"""Running text: at most 20,000 characters."""

Instant = AwareDatetime
"""A moment with its offset; stored and compared in UTC."""
