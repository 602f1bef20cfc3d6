"""Information-sharing arrangements (b): proposed, agreed, used, reviewed."""

from typing import Any, Literal

from pydantic import Field, field_validator

from models.base import Day, Line
from models.commands.body import Body, Codes, also, as_tuple


class _OnArrangement(Body):
    arrangement: Line = Field(validation_alias=also("arrangement", "title"))


class AddArrangement(Body):
    """Propose an information-sharing arrangement to its parties."""

    do: Literal["add_arrangement"] = "add_arrangement"
    title: Line = Field(min_length=1)
    parties: Codes = Field(min_length=1)
    kind: Line = Field(default="", validation_alias=also("kind", "kind_of_information", "what", "information"))
    every: Line = Field(default="", validation_alias=also("every", "how_often", "frequency"))
    marking: Literal["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"] = Field(
        default="TLP:AMBER", validation_alias=also("marking", "tlp")
    )
    contacts: Codes = Field(default=(), validation_alias=also("contacts", "contact_posts", "contact"))
    begins: Day | None = Field(
        default=None, validation_alias=also("from", "in_force_from", "in_force", "begins", "starts")
    )
    review: Day | None = Field(default=None, validation_alias=also("review", "review_date", "review_on"))

    _lists = field_validator("parties", "contacts", mode="before")(as_tuple)

    @field_validator("marking", mode="before")
    @classmethod
    def _label(cls, given: Any) -> Any:
        said = str(given).strip().upper()
        return said if said.startswith("TLP:") else f"TLP:{said}"


class Agree(_OnArrangement):
    """A party agrees to an arrangement."""

    do: Literal["agree"] = "agree"


class LogExchange(_OnArrangement):
    """Note that information was exchanged: what kind and when, never the content."""

    do: Literal["log_exchange"] = "log_exchange"
    kind: Line = Field(default="", validation_alias=also("kind", "kind_of_information", "what"))
    on: Day | None = Field(default=None, validation_alias=also("on", "when", "date", "at"))


class ReviewArrangement(_OnArrangement):
    """Review an arrangement and set the next review."""

    do: Literal["review_arrangement"] = "review_arrangement"
    review: Day | None = Field(default=None, validation_alias=also("review", "next", "next_review", "until"))
