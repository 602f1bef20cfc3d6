"""What the wider membership is told, and who consents to being named."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Literal

from pydantic import Field

from models.base import Line, Prose, Value
from models.case.stage import Stage


class Consent(StrEnum):
    """A member's word on being named."""

    PENDING = "pending"
    GIVEN = "given"
    REFUSED = "refused"
    LAPSED = "lapsed"


class NameInText(Value):
    """A name in what is circulated, as it is written there, and the codes of those that it may name."""

    words: Line
    codes: tuple[str, ...]


def _is_none(given: object) -> bool:
    return given is None


def _is_left_out(given: object) -> bool:
    """What says nothing is not written: rows and entries of before have no such part."""
    return not given


class Circulation(Value):
    """What the wider membership is told: what, to whom, naming whom.

    ``outcomes`` and ``recommendations``: what is told in full besides the text; None where that is read when it goes out,
    as in cases of before it was kept. ``found``: the names in all of that. ``kept``: those of them that stay without
    consent, and ``kept_why``. ``refused_by``: who has refused to be named by an earlier wording. ``proposed_in``: the
    stage of the case then.
    """

    number: int
    what: Literal["full", "summary", "nothing"]
    to: tuple[str, ...]
    names: tuple[str, ...]
    consents: Mapping[str, Consent] = {}
    on: str
    text: Prose = ""
    state: Literal["proposed", "approved", "released", "declined", "lapsed"] = "proposed"
    proposed_in: Stage | None = Field(default=None, exclude_if=_is_left_out)
    outcomes: tuple[Prose, ...] | None = Field(default=None, exclude_if=_is_none)
    recommendations: tuple[Prose, ...] | None = Field(default=None, exclude_if=_is_none)
    found: tuple[NameInText, ...] = Field(default=(), exclude_if=_is_left_out)
    kept: tuple[Line, ...] = Field(default=(), exclude_if=_is_left_out)
    kept_why: Prose = Field(default="", exclude_if=_is_left_out)
    refused_by: tuple[str, ...] = Field(default=(), exclude_if=_is_left_out)

    @property
    def under_way(self) -> bool:
        """Whether it has not gone out, and may still."""
        return self.state in ("proposed", "approved")

    @property
    def named(self) -> tuple[str, ...]:
        """The members that the released text may name."""
        return tuple(member for member in self.names if self.consents.get(member) is Consent.GIVEN)

    @property
    def pending(self) -> tuple[str, ...]:
        """The members whose consent is still awaited."""
        return tuple(member for member, consent in self.consents.items() if consent is Consent.PENDING)

    @property
    def unsettled(self) -> tuple[NameInText, ...]:
        """The names that it may not go out with: nobody whom they may mean has consented or may yet, and none is kept."""
        may = {*self.named, *self.pending}
        kept = {same_words(one) for one in self.kept}
        return tuple(one for one in self.found if not may.intersection(one.codes) and same_words(one.words) not in kept)


def same_words(words: str) -> str:
    """What two spellings of the same words have in common: neither capitals nor blanks count."""
    return " ".join(words.casefold().split())


def each_name_once(found: Iterable[NameInText]) -> tuple[NameInText, ...]:
    """Names, each spelling once, in the order of the text."""
    return tuple({(same_words(one.words), one.codes): one for one in reversed(tuple(found))}.values())[::-1]
