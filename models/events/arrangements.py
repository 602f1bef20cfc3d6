"""What becomes of information-sharing arrangements: term of reference (b)."""

from datetime import date
from typing import Literal

from pydantic import Field

from models.base import Instant, Line, Prose, Value, is_empty
from models.case.arrangements import Arrangement, ArrangementTerms
from models.reasons import StatedReason


class ArrangementAdded(Value):
    type: Literal["arrangement_added"] = "arrangement_added"
    arrangement: Arrangement
    text: Prose = Field(default="", exclude_if=is_empty)


class ArrangementAgreed(Value):
    type: Literal["arrangement_agreed"] = "arrangement_agreed"
    arrangement: str
    member: str
    text: Prose = Field(default="", exclude_if=is_empty)


class ArrangementInForce(Value):
    type: Literal["arrangement_in_force"] = "arrangement_in_force"
    arrangement: str
    since: Instant | None = None
    """When it begins, if that is later; the event comes on that day now, and says nothing here."""


class ExchangeLogged(Value):
    """That information was exchanged, who gave it and who received it; never what it said."""

    type: Literal["exchange_logged"] = "exchange_logged"
    arrangement: str
    member: str
    kind: Line = ""
    on: date
    gave: Line = Field(default="", exclude_if=is_empty)
    received: tuple[str, ...] = Field(default=(), exclude_if=is_empty)


class ArrangementReviewed(Value):
    type: Literal["arrangement_reviewed"] = "arrangement_reviewed"
    arrangement: str
    review: date | None = None
    text: Prose = ""


class ArrangementAmendmentProposed(Value):
    """Other terms are proposed to the parties, or with ``ends`` that it ends; each party is asked to agree."""

    type: Literal["arrangement_amendment_proposed"] = "arrangement_amendment_proposed"
    arrangement: str
    terms: ArrangementTerms
    was: ArrangementTerms
    ends: bool = False
    text: Prose = ""


class ArrangementAmended(Value):
    """Every party has agreed to the other terms."""

    type: Literal["arrangement_amended"] = "arrangement_amended"
    arrangement: str
    terms: ArrangementTerms
    was: ArrangementTerms


class ArrangementLeft(Value):
    type: Literal["arrangement_left"] = "arrangement_left"
    arrangement: str
    member: str
    text: Prose = ""
    reasons: tuple[StatedReason, ...] = ()


class ArrangementEnded(Value):
    type: Literal["arrangement_ended"] = "arrangement_ended"
    arrangement: str
    text: Prose = ""
    reasons: tuple[StatedReason, ...] = ()
