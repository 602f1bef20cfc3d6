"""The draft of a request: what a member has saved, read as a request and shown in forms."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from pydantic import ValidationError

from casework import DRAFT
from models.case import Case
from models.request import Request as CaseRequest
from models.rules import blank
from records.directory import opening
from records.references import read_draft
from web.kit.forms import FormWords, ShownField, shown_form
from web.kit.render import names_in, words_of_page
from web.kit.visitor import Visitor, current_site


async def draft_of(request: Request, visitor: Visitor) -> tuple[Case, dict[str, Any]]:
    """An empty case with the directory of today, and the fields that the member has saved for its request."""
    site = current_site(request)
    async with site.engine.connect() as connection:
        draft = await read_draft(connection, visitor.post.member, DRAFT)
        found = await opening(connection, site.clock().year)
    opened = {"directory": found.directory, "calendars": found.calendars, "policy": found.policy}
    return blank("AHG").model_copy(update=opened), draft or {}


def read_fields(fields: Mapping[str, Any]) -> tuple[CaseRequest, dict[str, str]]:
    """The request that the fields make, and for each field that cannot be read a sentence."""
    try:
        return CaseRequest.model_validate(fields), {}
    except ValidationError as error:
        faults = {
            str(fault["loc"][0]): fault["msg"].removeprefix("Value error, ")
            for fault in error.errors(include_url=False, include_input=False)
            if fault["loc"]
        }
        good = {name: value for name, value in fields.items() if name not in faults}
        return CaseRequest.model_validate(good), faults


def as_sent(content: Mapping[str, Any]) -> dict[str, Any]:
    """A request's content as forms show it."""
    shown = dict(content)
    shown["urgency"] = shown.get("urgency") or "routine"
    return shown


def shown_fields(
    request: Request,
    visitor: Visitor,
    case: Case,
    words: FormWords,
    given: Mapping[str, Any],
    faults: Mapping[str, str] | None = None,
) -> list[ShownField]:
    """The fields of a form as its page shows them: with what was given, and a sentence at each that cannot be read."""
    return shown_form(words, case, visitor.post, *words_of_page(request, visitor, names_in(case)), given, faults)
