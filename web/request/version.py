"""A new version of a request that was submitted: the whole of it in one form, its files with it."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from models.base import N_
from models.case import Case
from models.refusal import Refused
from models.rules import allowed
from web.case.refusals import refusal_for_reader
from web.case.seen import AtCase, CaseVisit, visit_case
from web.kit.commands import give_command, page_of_command
from web.kit.forms import FormWords, fields_sent
from web.kit.roles import FocalPoint
from web.kit.sessions import valid_key
from web.kit.visitor import current_site
from web.request.draft import as_sent, read_fields, shown_fields
from web.request.steps import FORM_STEPS
from web.request.uploads import ACCEPT, chosen

router = APIRouter(prefix="/request", include_in_schema=False)

_WHOLE = FormWords(
    N_("New version of the request"),
    N_("All versions stay visible. Positions that were given on the version before are void, and are asked for again."),
    N_("Submit the new version"),
    tuple(field for step in FORM_STEPS for field in step.words.fields),
)


@router.get("/{reference}")
async def show_version(_visitor: FocalPoint, at: AtCase) -> HTMLResponse:
    """The newest version in the form, to be changed and submitted again."""
    case = _own(at)
    given = as_sent(case.request.model_dump(mode="json", by_alias=True))
    return await _version(at, given, may="resubmit" in allowed(case, at.visitor.post))


def _own(at: CaseVisit) -> Case:
    """The case of a requester, who sees all of it. 404 to everybody else."""
    if not at.case.is_requester(at.visitor.post.member):
        raise HTTPException(404)
    return at.case


async def _version(
    at: CaseVisit,
    given: Mapping[str, Any],
    *,
    may: bool = True,
    refused: Refused | None = None,
    faults: Mapping[str, str] | None = None,
    command_id: str = "",
) -> HTMLResponse:
    store = current_site(at.request).attachments
    return at.page(
        "request/version.html",
        refused.why.status if refused else 422 if faults else 200,
        form=_WHOLE,
        may=may,
        refused=refused,
        command_id=command_id or uuid4().hex,
        fields=shown_fields(at.request, at.visitor, at.case, _WHOLE, given, faults),
        accept=ACCEPT,
        limits=store.limits,
        room=await store.room_of(at.visitor.post.member),
    )


@router.post("/{reference}")
async def submit_version(request: Request, visitor: FocalPoint, reference: str) -> Response:
    """Submit a new version: what differs from the newest one.

    Files that came are kept even where the rest is refused, so that they need not be sent again with it.
    """
    async with request.form() as sent:
        if not valid_key(sent.get("_key"), visitor.form_key):
            raise HTTPException(403)
        at = await visit_case(request, visitor, reference)
        case = _own(at)
        files, wrong = await chosen(request, visitor, sent, case.request.attachments)
        fields = fields_sent(_WHOLE, sent, visitor.zone)
        words = [(key, value) for key, value in sent.multi_items() if isinstance(value, str) and key != "attachments"]
    fields["attachments"] = [one.model_dump(mode="json") for one in files]
    command_id = str(sent.get("_id") or "")[:64] or uuid4().hex
    content, faults = read_fields(fields)
    if wrong:
        faults["attachments"] = " ".join(wrong)
    if faults:
        return await _version(at, fields, faults=faults, command_id=command_id)
    changes = {name: now for name, (_before, now) in content.changes(case.request).items()}
    site, own_id = current_site(request), f"{reference}:{visitor.post}:{command_id}"
    given = give_command(
        site, "resubmit", changes, by=visitor.post, command_id=own_id, means=visitor.means, reference=reference
    )
    again = [*words, *(("attachments", one.sha256) for one in files)]

    async def refused(refusal: Refused) -> HTMLResponse:
        why = refusal_for_reader(refusal, case, at.seen, "resubmit", changes, site.clock())
        return await _version(at, fields, refused=why, command_id=command_id)

    return await page_of_command(request, given, sent=again, refused=refused, case=case)
