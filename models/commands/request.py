"""The request: asked, sent back, submitted anew, accepted, withdrawn, joined."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from models.base import Line, Prose, is_empty
from models.commands.body import Body
from models.grounds import Ground, StatedGround
from models.request import Request


class Draft(Request):
    """Keep a request that is not submitted yet."""

    do: Literal["draft"] = "draft"


class Submit(Request):
    """Ask for the group to be activated."""

    do: Literal["submit"] = "submit"


class Return(Body):
    """Send a request back with a list of what is missing."""

    do: Literal["return"] = "return"
    missing: tuple[Line, ...] = ()


class NewVersion(Request):
    """What is written with ``resubmit``: the fields of a request that change, and what the post says with them."""

    do: Literal["resubmit"] = "resubmit"
    text: Prose = Field(default="", description="what the post says with it")


class Resubmit(Body):
    """Submit a new version; fields that are left out stay as they were."""

    # It is written as ``NewVersion`` has it. On its way to the case, the fields of the request are in ``changes``.
    do: Literal["resubmit"] = "resubmit"
    changes: Mapping[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _collect(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or "changes" in given:
            return given
        own = {name: given[name] for name in ("do", "text") if name in given}
        return {**own, "changes": {name: value for name, value in given.items() if name not in own}}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """As it is written."""
        written = handler.resolve_ref_schema(handler(NewVersion.__pydantic_core_schema__))
        return {**written, "title": cls.__name__, "description": cls.__doc__}


class Accept(Body):
    """Find a request complete: it goes to the Co-Chairs."""

    do: Literal["accept"] = "accept"


class Withdraw(Body):
    """Take one's own request back."""

    do: Literal["withdraw"] = "withdraw"


class Join(Body):
    """Submit another member's request jointly with it."""

    do: Literal["join"] = "join"
    grounds: tuple[StatedGround, ...] = Field(
        default=(), max_length=20, exclude_if=is_empty, description="how the member itself is affected"
    )


class ReviewGround(Body):
    """Steering Group: confirm or dispute a ground on which a member is said to be affected."""

    do: Literal["review_ground"] = "review_ground"
    member: Line
    ground: Ground
    view: Literal["confirm", "dispute"] = "confirm"
