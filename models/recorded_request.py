"""Requests as older versions of the product kept them: in drafts, and in new versions on their way to a case.

Once, a request could be written in several words and shapes, and what was kept is kept as it was written. Nothing else is
read so.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError, field_validator, model_validator

from models.commands import faults_of
from models.request import Request

_ONCE = {
    "since_when": "since",
    "members_affected": "affected",
    "what_has_been_done": "done",
    "what_is_asked": "asks",
    "what_is_asked_of_the_group": "asks",
    "confidentiality": "confidential",
}
"""What fields were also called, and the fields."""


class _Recorded(Request):
    @model_validator(mode="before")
    @classmethod
    def _names(cls, given: Any) -> Any:
        return _renamed(given, _ONCE) if isinstance(given, Mapping) else given

    @field_validator("confidential", mode="before")
    @classmethod
    def _sections(cls, given: Any) -> Any:
        return dict.fromkeys(given, ()) if isinstance(given, list | tuple) else given

    @field_validator("done", mode="before")
    @classmethod
    def _lines(cls, given: Any) -> Any:
        return "\n".join(map(str, given)) if isinstance(given, list | tuple) else given

    @field_validator("asks", mode="before")
    @classmethod
    def _one_ask(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @field_validator("figures", mode="before")
    @classmethod
    def _dates(cls, given: Any) -> Any:
        many = given if isinstance(given, list | tuple) else ()
        return [_renamed(one, {"date": "as_of"}) if isinstance(one, Mapping) else one for one in many] or given


def _renamed(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Under the fields' own names; a word stays as it is where its field is given too."""
    return {
        own if (own := names.get(name, name)) == name or own not in given else name: value
        for name, value in given.items()
    }


def recorded_request(given: Mapping[str, Any]) -> Request:
    """A request from fields as they were kept.

    Raises:
        ValidationError: they cannot be read.
    """
    return Request.model_validate(_Recorded.model_validate(given).model_dump(by_alias=True))


def recorded_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a draft under the names and in the shapes that ``submit`` has, as JSON; only those that were kept.

    What cannot be read stays as it is, to be said where it is used.
    """
    if not faults_of("draft", given):
        return dict(given)
    try:
        fields = _Recorded.model_validate(given).model_dump(mode="json", by_alias=True, exclude_unset=True)
    except ValidationError:
        return dict(given)
    for figure in fields.get("figures", ()):
        figure["number"] = int(figure["number"]) if figure["number"].is_integer() else figure["number"]
    return fields
