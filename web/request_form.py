"""The request for the group: a form in steps that keeps what was written, and a new version of a request."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from casework import DRAFT, keep_draft
from models.case import Case
from models.policy import Urgency
from models.posts import Role
from models.refusal import Refused
from models.request import SECTIONS
from models.request import Request as CaseRequest
from models.rules import allowed, blank
from records.directory import opening
from records.references import read_draft
from web.case_page import names_in, seen_or_404
from web.forms import FIGURE_ROWS, ROUTE_ROWS, Choice, Field, FormWords, Shown, fields_sent, shown_form
from web.render import gettext_of, language_for, render
from web.render import said as words_for
from web.security import valid_key
from web.visitor import SignedIn, Visitor, current_site, only
from workflows.client import NotAnswered, NotRecorded

__all__ = ["STEPS", "router"]

router = APIRouter(prefix="/request", include_in_schema=False)

N_ = str
"""Marks a text for extraction; it is translated where it is shown."""


def _urgency(case: Case, post: Any, say: Any, _: Any) -> list[Choice]:
    words = {
        Urgency.ROUTINE: _("Routine: each decision of the Co-Chairs within %(span)s"),
        Urgency.URGENT: _("Urgent: each decision of the Co-Chairs within %(span)s"),
    }
    return [
        Choice(one.value, sentence % {"span": _(case.policy.track(one).gate.words)})
        for one, sentence in words.items()
    ]


class Step(NamedTuple):
    """One page of the form. ``name`` is in its address."""

    name: str
    words: FormWords


STEPS: tuple[Step, ...] = (
    Step("situation", FormWords(
        N_("The situation"), N_("What happens, where, and since when. No data of single persons."), N_("Keep and go on"),
        (
            Field("title", N_("Title"), help=N_("One line by which everybody will know the case."), must=True),
            Field("situation", N_("What happens, and where"), "prose", must=True),
            Field("since", N_("Since"), "date", N_("As far as it is known.")),
            Field("urgency", N_("Urgency"), "choice", N_("It sets the deadlines: product defaults."), True, _urgency),
        ),
    )),
    Step("movement", FormWords(
        N_("Routes, figures and members affected"),
        N_("The members that you name are proposed as participants."), N_("Keep and go on"),
        (
            Field("affected", N_("Members affected"), "members"),
            Field("routes", N_("Routes"), "routes", N_("Codes of members, or places; several between commas.")),
            Field("figures", N_("Figures"), "figures", N_("Counts with their date and source; no data of persons.")),
        ),
    )),
    Step("asks", FormWords(
        N_("What has been done, and what you ask"), N_("The clearer it is, the sooner the group can begin."),
        N_("Keep and go on"),
        (
            Field("done", N_("What has been done so far"), "prose"),
            Field("asks", N_("What you ask of the group"), "lines", N_("One thing a line.")),
        ),
    )),
    Step("confidential", FormWords(
        N_("Who may read what"),
        N_("The Co-Chairs, the secretariat and the requesters read everything; the Steering Group and the participants "
           "read what you do not mark here."),
        N_("Keep and go on"), (Field("confidential", N_("Confidential sections"), "confidential"),),
    )),
)  # fmt: skip
_NAMES = [step.name for step in STEPS]
_WHOLE = FormWords(
    N_("New version of the request"),
    N_("All versions stay visible. Positions that were given on the version before are void, and are asked for again."),
    N_("Submit the new version"), tuple(field for step in STEPS for field in step.words.fields),
)  # fmt: skip
_MEMBERS_ONLY = only(Role.FOCAL_POINT)


# a new request ----------------------------------------------------------------------------------------------------


@router.get("", dependencies=[_MEMBERS_ONLY])
async def begin(visitor: SignedIn) -> Response:
    """To the first step."""
    return RedirectResponse(f"/request/new/{_NAMES[0]}", 303)


@router.get("/new/check", dependencies=[_MEMBERS_ONLY])
async def check(request: Request, visitor: SignedIn) -> HTMLResponse:
    """The whole request as it would be submitted, and what is missing."""
    return await _check(request, visitor)


async def _check(
    request: Request,
    visitor: Visitor,
    refused: Refused | None = None,
    status: int = 200,
    command_id: str = "",
) -> HTMLResponse:
    case, draft = await _draft_of(request, visitor)
    content, faults = _read(draft)
    shown = case.model_copy(update={"request": content, "requesters": (visitor.post.member,)})
    return render(
        request, "request_check.html", status, case=shown, names=names_in(case), steps=STEPS, here="check",
        faults=faults, missing=content.missing(), refused=refused, command_id=command_id or uuid4().hex, hidden=[],
        whole=False,
    )  # fmt: skip


@router.get("/new/{step}", dependencies=[_MEMBERS_ONLY])
async def show_step(request: Request, visitor: SignedIn, step: str) -> HTMLResponse:
    """One step, with what was kept."""
    case, draft = await _draft_of(request, visitor)
    return _step(request, visitor, case, step, _as_sent(draft))


@router.post("/new/submit", dependencies=[_MEMBERS_ONLY])
async def submit(request: Request, visitor: SignedIn) -> Response:
    """Submit what was kept. The same form sent twice gives the first result: one request, one reference."""
    sent = await request.form()
    if not valid_key(sent.get("_key"), visitor.form_key):
        raise HTTPException(403)
    command_id = str(sent.get("_id") or "")[:64] or uuid4().hex
    try:
        casework = await current_site(request).casework()
        done = await casework.act("submit", {}, by=visitor.post, command_id=f"{visitor.post}:{command_id}")
    except Refused as refused:
        return await _check(request, visitor, refused, refused.why.status, command_id)
    except (NotAnswered, NotRecorded, RuntimeError):
        return render(
            request, "not_answered.html", 503, headers={"Retry-After": "10"}, case=None, again="/request/new/submit",
            sent=[(key, str(value)) for key, value in sent.multi_items()],
        )  # fmt: skip
    return RedirectResponse(f"/cases/{done.reference}?entry={done.seq}", 303)


@router.post("/new/{step}", dependencies=[_MEMBERS_ONLY])
async def keep_step(request: Request, visitor: SignedIn, step: str) -> Response:
    """Keep the step, and go on to the next. What cannot be read is said beside its field; nothing written is lost."""
    sent = await request.form()
    if not valid_key(sent.get("_key"), visitor.form_key):
        raise HTTPException(403)
    if step not in _NAMES:
        raise HTTPException(404)
    case, draft = await _draft_of(request, visitor)
    words = STEPS[_NAMES.index(step)].words
    fields = fields_sent(words, sent, visitor.zone)
    _content, faults = _read(fields)
    if faults:
        return _step(request, visitor, case, step, {**_as_sent(draft), **fields}, faults, 422)
    kept = {name: value for name, value in draft.items() if name not in {one.name for one in words.fields}}
    site = current_site(request)
    await keep_draft(site.engine, visitor.post, {**kept, **fields}, site.clock())
    following = [*_NAMES, "check"][_NAMES.index(step) + 1]
    return RedirectResponse(f"/request/new/{'check' if sent.get('to') == 'check' else following}", 303)


def _step(
    request: Request, visitor: Visitor, case: Case, step: str, given: Mapping[str, Any],
    faults: Mapping[str, str] | None = None, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    if step not in _NAMES:
        raise HTTPException(404)
    words = STEPS[_NAMES.index(step)].words
    return render(
        request, "request_step.html", status, case=case, names=names_in(case), steps=STEPS, here=step, form=words,
        given=given, rows=range(FIGURE_ROWS), routes=range(ROUTE_ROWS), sections=SECTIONS,
        fields=_fields(request, visitor, case, words, given, faults),
    )  # fmt: skip


def _fields(
    request: Request, visitor: Visitor, case: Case, words: FormWords, given: Mapping[str, Any],
    faults: Mapping[str, str] | None = None,
) -> list[Shown]:  # fmt: skip
    language = language_for(request, visitor)
    say = words_for(visitor, language, names_in(case))
    return shown_form(words, case, visitor.post, say, gettext_of(language), given, faults)


async def _draft_of(request: Request, visitor: Visitor) -> tuple[Case, dict[str, Any]]:
    """A case that is not there yet, with the directory of today, and what the member has kept for it."""
    site = current_site(request)
    async with site.engine.connect() as connection:
        draft = await read_draft(connection, visitor.post.member, DRAFT)
        found = await opening(connection, site.clock().year)
    case = blank("AHG").model_copy(
        update={"directory": found.directory, "calendars": found.calendars, "policy": found.policy}
    )
    return case, draft or {}


def _read(fields: Mapping[str, Any]) -> tuple[CaseRequest, dict[str, str]]:
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


def _as_sent(content: Mapping[str, Any]) -> dict[str, Any]:
    """A request's content as forms show it."""
    shown = dict(content)
    shown["urgency"] = shown.get("urgency") or "routine"
    return shown


# a new version ----------------------------------------------------------------------------------------------------


@router.get("/{reference}", dependencies=[_MEMBERS_ONLY])
async def show_version(
    request: Request, visitor: SignedIn, reference: str, missing: Annotated[str, Query()] = ""
) -> HTMLResponse:
    """The newest version in the form, to be changed and submitted again."""
    case = await _own(request, visitor, reference)
    given = _as_sent(case.request.model_dump(mode="json", by_alias=True))
    return _version(request, visitor, case, given, may="resubmit" in allowed(case, visitor.post))


async def _own(request: Request, visitor: Visitor, reference: str) -> Case:
    case, _seen = await seen_or_404(request, reference, visitor.post)
    if not case.is_requester(visitor.post.member):
        raise HTTPException(404)
    return case


def _version(
    request: Request, visitor: Visitor, case: Case, given: Mapping[str, Any], *, may: bool,
    refused: Refused | None = None, faults: Mapping[str, str] | None = None, status: int = 200, command_id: str = "",
) -> HTMLResponse:  # fmt: skip
    return render(
        request, "request_version.html", status, case=case, names=names_in(case), form=_WHOLE, given=given, may=may,
        rows=range(FIGURE_ROWS), routes=range(ROUTE_ROWS), sections=SECTIONS, refused=refused, seen_seq=case.seq,
        command_id=command_id or uuid4().hex, fields=_fields(request, visitor, case, _WHOLE, given, faults),
    )  # fmt: skip


@router.post("/{reference}", dependencies=[_MEMBERS_ONLY])
async def submit_version(request: Request, visitor: SignedIn, reference: str) -> Response:
    """Submit a new version: what differs from the newest one."""
    sent = await request.form()
    if not valid_key(sent.get("_key"), visitor.form_key):
        raise HTTPException(403)
    case = await _own(request, visitor, reference)
    fields = fields_sent(_WHOLE, sent, visitor.zone)
    command_id = str(sent.get("_id") or "")[:64] or uuid4().hex
    whole = {"attachments": [one.model_dump() for one in case.request.attachments], **fields}
    content, faults = _read(whole)
    if faults:
        return _version(
            request, visitor, case, fields, may=True, faults=faults, status=422, command_id=command_id
        )
    changes = {name: now for name, (_before, now) in content.changes(case.request).items()}
    try:
        casework = await current_site(request).casework()
        done = await casework.act(
            "resubmit", {"changes": changes}, by=visitor.post, command_id=f"{reference}:{visitor.post}:{command_id}",
            reference=reference,
        )  # fmt: skip
    except Refused as refused:
        status = refused.why.status
        return _version(
            request, visitor, case, fields, may=True, refused=refused, status=status, command_id=command_id
        )
    except (NotAnswered, NotRecorded, RuntimeError):
        return render(
            request, "not_answered.html", 503, headers={"Retry-After": "10"}, case=case, names=names_in(case),
            again=f"/request/{reference}", sent=[(key, str(value)) for key, value in sent.multi_items()],
        )  # fmt: skip
    return RedirectResponse(f"/cases/{reference}?entry={done.seq}", 303)
