"""The request for the group: a form in steps that keeps what was written. Its files are in ``web.attachments``."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from casework import DRAFT, amend_draft
from models.base import N_
from models.case import Case
from models.likeness import likeness
from models.policy import Urgency
from models.posts import Role
from models.refusal import Refused
from models.request import SECTIONS
from models.request import Request as CaseRequest
from models.rules import blank
from records.directory import opening
from records.lists import ListedCase
from records.references import read_draft
from records.search import similar_cases
from web.case_page import names_in
from web.forms import FIGURE_ROWS, ROUTE_ROWS, Choice, FormField, FormWords, ShownField, fields_sent, shown_form
from web.render import gettext_of, language_for, render
from web.render import words_for_reader as words_for
from web.security import valid_key
from web.visitor import SignedIn, Visitor, current_site, only
from workflows.client import NotAnswered, NotRecorded

router = APIRouter(prefix="/request", include_in_schema=False)


def _urgency(case: Case, post: Any, say: Any, _: Any) -> list[Choice]:
    words = {
        Urgency.ROUTINE: _("Routine: each decision of the Co-Chairs within %(span)s"),
        Urgency.URGENT: _("Urgent: each decision of the Co-Chairs within %(span)s"),
    }
    return [
        Choice(one.value, sentence % {"span": say.span(case.policy.track(one).gate)}) for one, sentence in words.items()
    ]


class FormStep(NamedTuple):
    """One page of the form. ``name`` is in its address."""

    name: str
    words: FormWords


FORM_STEPS: tuple[FormStep, ...] = (
    FormStep(
        "situation",
        FormWords(
            N_("The situation"),
            N_("What happens, where, and since when. No data of single persons."),
            N_("Keep and go on"),
            (
                FormField("title", N_("Title"), help=N_("One line by which everybody will know the case."), must=True),
                FormField("situation", N_("What happens"), "prose", must=True),
                FormField("where", N_("Where"), help=N_("The places or waters, in a line.")),
                FormField("since", N_("Since"), "date", N_("As far as it is known.")),
                FormField(
                    "urgency", N_("Urgency"), "choice", N_("It sets the deadlines: product defaults."), True, _urgency
                ),
            ),
        ),
    ),
    FormStep(
        "movement",
        FormWords(
            N_("Routes, figures and members affected"),
            N_("The members that you name are proposed as participants."),
            N_("Keep and go on"),
            (
                FormField("affected", N_("Members affected"), "members"),
                FormField("routes", N_("Routes"), "routes", N_("Codes of members, or places; several between commas.")),
                FormField(
                    "figures", N_("Figures"), "figures", N_("Counts with their date and source; no data of persons.")
                ),
            ),
        ),
    ),
    FormStep(
        "asks",
        FormWords(
            N_("What has been done, and what you ask"),
            N_("The clearer it is, the sooner the group can begin."),
            N_("Keep and go on"),
            (
                FormField("done", N_("What has been done so far"), "prose"),
                FormField("asks", N_("What you ask of the group"), "lines", N_("One thing a line.")),
            ),
        ),
    ),
    FormStep(
        "attachments",
        FormWords(
            N_("Files"),
            N_("What shows the situation: maps, tables, letters. No data of single persons."),
            N_("Keep and go on"),
            (
                FormField(
                    "attachments", N_("Files"), "files", N_("Who may not read the section attachments sees no file.")
                ),
            ),
        ),
    ),
    FormStep(
        "confidential",
        FormWords(
            N_("Who may read what"),
            N_(
                "The Co-Chairs, the secretariat and the requesters read everything; the Steering Group and the "
                "participants read what you do not mark here."
            ),
            N_("Keep and go on"),
            (FormField("confidential", N_("Confidential sections"), "confidential"),),
        ),
    ),
)
_NAMES = [step.name for step in FORM_STEPS]
_MEMBERS_ONLY = only(Role.FOCAL_POINT)


# a new request ----------------------------------------------------------------------------------------------------


@router.get("", dependencies=[_MEMBERS_ONLY])
async def first_step(visitor: SignedIn) -> Response:
    """To the first step."""
    return RedirectResponse(f"/request/new/{_NAMES[0]}", 303)


@router.get("/new/check", dependencies=[_MEMBERS_ONLY])
async def check_answers_page(request: Request, visitor: SignedIn) -> HTMLResponse:
    """The whole request as it would be submitted, and what is missing."""
    return await _check(request, visitor)


async def _check(
    request: Request, visitor: Visitor, refused: Refused | None = None, status: int = 200, command_id: str = ""
) -> HTMLResponse:
    case, draft = await draft_of(request, visitor)
    content, faults = read_fields(draft)
    shown = case.model_copy(update={"request": content, "requesters": (visitor.post.member,)})
    return render(
        request,
        "request_check.html",
        status,
        case=shown,
        names=names_in(case),
        steps=FORM_STEPS,
        here="check",
        similar=await _similar(request, visitor, case, content),
        faults=faults,
        missing=content.missing(),
        refused=refused,
        command_id=command_id or uuid4().hex,
        hidden=[],
        whole=False,
        files_at="/request/files",
    )


@router.get("/new/{step}", dependencies=[_MEMBERS_ONLY])
async def step_page(request: Request, visitor: SignedIn, step: str) -> HTMLResponse:
    """One step, with what was kept."""
    case, draft = await draft_of(request, visitor)
    return await _step(request, visitor, case, step, as_sent(draft))


@router.post("/new/submit", dependencies=[_MEMBERS_ONLY])
async def submit_request_form(request: Request, visitor: SignedIn) -> Response:
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
    except (NotAnswered, NotRecorded):
        return render(
            request,
            "not_answered.html",
            503,
            headers={"Retry-After": "10"},
            case=None,
            again="/request/new/submit",
            sent=[(key, str(value)) for key, value in sent.multi_items()],
        )
    return RedirectResponse(f"/cases/{done.reference}?entry={done.seq}", 303)


@router.post("/new/{step}", dependencies=[_MEMBERS_ONLY])
async def submit_step(request: Request, visitor: SignedIn, step: str) -> Response:
    """Keep the step, and go on to the next. What cannot be read is said beside its field; nothing written is lost."""
    sent = await request.form()
    if not valid_key(sent.get("_key"), visitor.form_key):
        raise HTTPException(403)
    if step not in _NAMES:
        raise HTTPException(404)
    case, draft = await draft_of(request, visitor)
    words = FORM_STEPS[_NAMES.index(step)].words
    fields = fields_sent(words, sent, visitor.zone)
    _content, faults = read_fields(fields)
    if faults:
        return await _step(request, visitor, case, step, {**as_sent(draft), **fields}, faults, 422)
    here = {one.name for one in words.fields}

    def kept(before: dict[str, Any]) -> dict[str, Any]:
        return {**{name: value for name, value in before.items() if name not in here}, **fields}

    site = current_site(request)
    await amend_draft(site.engine, visitor.post, kept, site.clock())
    return RedirectResponse(f"/request/new/{step_after(step, str(sent.get('to') or ''))}", 303)


def step_after(step: str, to: str = "") -> str:
    """The step that follows one; ``to`` is ``check`` for who wants to look the whole over at once."""
    return "check" if to == "check" else [*_NAMES, "check"][_NAMES.index(step) + 1]


async def _step(
    request: Request,
    visitor: Visitor,
    case: Case,
    step: str,
    given: Mapping[str, Any],
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    if step not in _NAMES:
        raise HTTPException(404)
    words = FORM_STEPS[_NAMES.index(step)].words
    return render(
        request,
        "request_step.html",
        status,
        case=case,
        names=names_in(case),
        steps=FORM_STEPS,
        here=step,
        form=words,
        given=given,
        rows=range(FIGURE_ROWS),
        routes=range(ROUTE_ROWS),
        sections=SECTIONS,
        fields=shown_fields(request, visitor, case, words, given, faults),
        similar=await _similar(request, visitor, case, read_fields(given)[0]),
    )


async def _similar(request: Request, visitor: Visitor, case: Case, content: CaseRequest) -> list[ListedCase]:
    """Past cases that are like the request, among those that the post sees."""
    async with current_site(request).engine.connect() as connection:
        return await similar_cases(connection, visitor.post, likeness(content, case.directory))


def shown_fields(
    request: Request,
    visitor: Visitor,
    case: Case,
    words: FormWords,
    given: Mapping[str, Any],
    faults: Mapping[str, str] | None = None,
) -> list[ShownField]:
    language = language_for(request, visitor)
    say = words_for(visitor, language, names_in(case))
    return shown_form(words, case, visitor.post, say, gettext_of(language), given, faults)


async def draft_of(request: Request, visitor: Visitor) -> tuple[Case, dict[str, Any]]:
    """A case that is not there yet, with the directory of today, and what the member has kept for it."""
    site = current_site(request)
    async with site.engine.connect() as connection:
        draft = await read_draft(connection, visitor.post.member, DRAFT)
        found = await opening(connection, site.clock().year)
    case = blank("AHG").model_copy(
        update={"directory": found.directory, "calendars": found.calendars, "policy": found.policy}
    )
    return case, draft or {}


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
