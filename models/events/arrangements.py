"""What becomes of information-sharing arrangements: term of reference (b)."""

from datetime import date
from typing import Literal

from models.base import Instant, Line, Prose, Value
from models.case.arrangements import Arrangement


class ArrangementAdded(Value):
    type: Literal["arrangement_added"] = "arrangement_added"
    arrangement: Arrangement


class ArrangementAgreed(Value):
    type: Literal["arrangement_agreed"] = "arrangement_agreed"
    arrangement: str
    member: str


class ArrangementInForce(Value):
    type: Literal["arrangement_in_force"] = "arrangement_in_force"
    arrangement: str
    since: Instant | None = None
    """When it begins, if that is later; the event comes on that day now, and says nothing here."""


class ExchangeLogged(Value):
    """That information was exchanged; never what it said."""

    type: Literal["exchange_logged"] = "exchange_logged"
    arrangement: str
    member: str
    kind: Line = ""
    on: date


class ArrangementReviewed(Value):
    type: Literal["arrangement_reviewed"] = "arrangement_reviewed"
    arrangement: str
    review: date | None = None
    text: Prose = ""
