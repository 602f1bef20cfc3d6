"""The refusals of what is too long or too many: sentences with facts, so that pages say them in their reader's language.

A refusal goes through Temporal as its English sentence; it is recognised by its form where it is shown.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from models.refusal import RefusalKind, Refused

Facts = Mapping[str, int | str]


class TooMuch(StrEnum):
    """What is refused for its size, with the names of its facts. Bounds are in ``models.limits``."""

    THINGS = "A case has at most %(most)s %(kind)s, ended ones with them, and %(case)s has as many."
    QUESTIONS = "At the gate '%(gate)s' %(most)s questions are open; they are answered first."
    FULL = (
        "With this, %(case)s would hold more than a case may: %(most)s bytes, and %(short)s where words are short. "
        "Nothing more is begun in it; its decisions and its end are taken as ever. What is new goes into another request."
    )
    FULL_FOR_LONG_WORDS = (
        "With this, %(case)s would hold more than a case may (%(most)s bytes); %(field)s alone has %(length)s. Say it in "
        "at most %(short)s bytes and name the document that holds the rest. Short words, decisions and the end of the "
        "case are taken as ever."
    )
    COMMAND = "The command '%(command)s' says more than %(most)s characters; say less, or attach a file."
    VALUES = "The command '%(command)s' holds more than %(most)s values."
    LIST = "A list in a command has at most %(most)s entries; %(field)s has more."
    TEXT = "The command '%(command)s' cannot be read: %(field)s: has %(length)s characters; at most %(most)s are taken."
    VERSIONS = (
        "The request has %(count)s versions, and no more than %(most)s are taken. Withdraw it and submit a new request."
    )
    REQUEST = "A request says no more than %(most)s characters with all that it lists; shorten it, or attach a file."
    GROUNDS = "A request states no more than %(most)s grounds, and has %(count)s; state fewer."

    def refused(self, why: RefusalKind = RefusalKind.CONFLICT, **facts: Any) -> Refused:
        """The refusal, in English."""
        said = {name: f"{fact:,}" if isinstance(fact, int) else fact for name, fact in facts.items()}
        return Refused(why, self.value % said)


_NUMBERS = ("most", "short", "length", "count")


def _form(sentence: TooMuch) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", sentence.value)
    return re.compile(
        "".join(
            f"(?P<{part}>{r'[0-9,]+' if part in _NUMBERS else r'[^ ;:]+(?:, [^ ;:]+)*'})" if at % 2 else re.escape(part)
            for at, part in enumerate(parts)
        )
    )


_FORMS = {one: _form(one) for one in TooMuch}


def too_much_in(sentence: str) -> tuple[TooMuch, Facts] | None:
    """What was refused for its size, with its facts, numbers as such; None for any other refusal."""
    for one, form in _FORMS.items():
        if found := form.fullmatch(sentence):
            said = found.groupdict()
            return one, {name: int(fact.replace(",", "")) if name in _NUMBERS else fact for name, fact in said.items()}
    return None
