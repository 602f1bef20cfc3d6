"""The terms of reference that a case is closed by."""

from enum import StrEnum
from typing import Literal


class Term(StrEnum):
    """The three terms of reference (Co-Chairs' Statement of April 2009)."""

    OUTCOMES = "a"
    ARRANGEMENTS = "b"
    REPORT = "c"


TermState = Literal["covered", "waived", "open"]
