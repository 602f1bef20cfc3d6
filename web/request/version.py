"""A new version of a request that was submitted: the whole of it in one form, its files with it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from models.base import N_
from models.case import Case
from models.posts import Role
from models.refusal import Refused
from models.request import SECTIONS
from models.rules import allowed
from web.case.seen import names_in, seen_or_404
from web.kit.commands import give_command, page_of_command
from web.kit.forms import FIGURE_ROWS, ROUTE_ROWS, FormWords, fields_sent
from web.kit.render import render
from web.kit.security import valid_key
from web.kit.visitor import SignedIn, Visitor, current_site, only
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
_MEMBERS_ONLY = only(Role.FOCAL_POINT)


@router.get("/{reference}", dependencies=[_MEMBERS_ONLY])
async def show_version(
    request: Request, visitor: SignedIn, reference: str, missing: Annotated[str, Query()] = ""
) -> HTMLResponse:
    """The newest version in the form, to be changed and submitted again."""
    case = await _own(request, visitor, reference)
    given = as_sent(case.request.model_dump(mode="json", by_alias=True))
    return _version(request, visitor, case, given, may="resubmit" in allowed(case, visitor.post))


async def _own(request: Request, visitor: Visitor, reference: str) -> Case:
    case, _seen = await seen_or_404(request, reference, visitor.post)
    if not case.is_requester(visitor.post.member):
        raise HTTPException(404)
    return case


def _version(
    request: Request,
    visitor: Visitor,
    case: Case,
    given: Mapping[str, Any],
    *,
    may: bool,
    refused: Refused | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
    command_id: str = "",
) -> HTMLResponse:
    return render(
        request,
        "request/version.html",
        status,
        case=case,
        names=names_in(case),
        form=_WHOLE,
        given=given,
        may=may,
        rows=range(FIGURE_ROWS),
        routes=range(ROUTE_ROWS),
        sections=SECTIONS,
        refused=refused,
        seen_seq=case.seq,
        command_id=command_id or uuid4().hex,
        fields=shown_fields(request, visitor, case, _WHOLE, given, faults),
        accept=ACCEPT,
    )


@router.post("/{reference}", dependencies=[_MEMBERS_ONLY])
async def submit_version(request: Request, visitor: SignedIn, reference: str) -> Response:
    """Submit a new version: what differs from the newest one.

    Files that came are kept even where the rest is refused, so that they need not be sent again with it.
    """
    async with request.form() as sent:
        if not valid_key(sent.get("_key"), visitor.form_key):
            raise HTTPException(403)
        case = await _own(request, visitor, reference)
        files, wrong = await chosen(request, visitor, sent, case.request.attachments)
        fields = fields_sent(_WHOLE, sent, visitor.zone)
        words = [(key, value) for key, value in sent.multi_items() if isinstance(value, str) and key != "attachments"]
    fields["attachments"] = [one.model_dump(mode="json") for one in files]
    command_id = str(sent.get("_id") or "")[:64] or uuid4().hex
    content, faults = read_fields(fields)
    if wrong:
        faults["attachments"] = " ".join(wrong)
    if faults:
        return _version(request, visitor, case, fields, may=True, faults=faults, status=422, command_id=command_id)
    changes = {name: now for name, (_before, now) in content.changes(case.request).items()}
    given = give_command(
        current_site(request),
        "resubmit",
        changes,
        by=visitor.post,
        command_id=f"{reference}:{visitor.post}:{command_id}",
        reference=reference,
    )
    again = [*words, *(("attachments", one.sha256) for one in files)]

    async def refused(refusal: Refused) -> HTMLResponse:
        status = refusal.why.status
        return _version(request, visitor, case, fields, may=True, refused=refusal, status=status, command_id=command_id)

    return await page_of_command(request, given, sent=again, refused=refused, case=case, names=names_in(case))
