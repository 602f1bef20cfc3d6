"""The request: asked, sent back, submitted anew, accepted, withdrawn, joined."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from models.base import Line
from models.commands.body import TEXT, Body, also, as_tuple, in_one_text
from models.request import Request, in_own_words


class Draft(Request):
    """Keep a request that is not submitted yet."""

    do: Literal["draft"] = "draft"


class Submit(Request):
    """Ask for the group to be activated."""

    do: Literal["submit"] = "submit"


class Return(Body):
    """Send a request back with a list of what is missing."""

    do: Literal["return"] = "return"
    missing: tuple[Line, ...] = Field(default=(), validation_alias=also("missing", "what_is_missing"))

    _lists = field_validator("missing", mode="before")(as_tuple)


class Resubmit(Body):
    """Submit a new version; fields that are left out stay as they were."""

    do: Literal["resubmit"] = "resubmit"
    changes: Mapping[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _collect(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        if "changes" in given:
            changes = given["changes"]
            return {**given, "changes": in_own_words(changes)} if isinstance(changes, Mapping) else given
        words = [name for name in TEXT if name in given and name not in Request.model_fields]
        fields = in_own_words({name: value for name, value in given.items() if name != "do" and name not in words})
        return in_one_text({"do": "resubmit", "changes": fields, **{word: given[word] for word in words}}, words)


class Accept(Body):
    """Find a request complete: it goes to the Co-Chairs."""

    do: Literal["accept"] = "accept"


class Withdraw(Body):
    """Take one's own request back."""

    do: Literal["withdraw"] = "withdraw"


class Join(Body):
    """Submit another member's request jointly with it."""

    do: Literal["join"] = "join"
