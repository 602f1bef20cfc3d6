"""The page of a command's form, and the answer to sending it."""

from typing import Annotated, Any
from uuid import uuid4

from babel.lists import format_list
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from casework import CommandResult
from models.case import Case
from models.commands import parse
from models.posts import SECRETARIAT, Post, Role
from models.refusal import Refused
from models.rules import RULES, allowed
from models.visibility import Seen, Sight
from web.case.refusals import refusal_for_reader
from web.case.seen import actions_of, names_in, seen_or_404
from web.kit.commands import give_command, page_of_command
from web.kit.forms import FIGURE_ROWS, FORMS, fields_sent, shown_form, unanswered
from web.kit.render import gettext_of, language_for, render, words_for_reader
from web.kit.security import valid_key
from web.kit.visitor import SignedIn, Visitor, current_site

router = APIRouter(prefix="/cases/{reference}", include_in_schema=False)


@router.get("/do/{do}")
async def command_form_page(
    request: Request, visitor: SignedIn, reference: str, do: str, for_: Annotated[str, Query(alias="for")] = ""
) -> HTMLResponse:
    """The form of a command; ``for``: the post that the secretariat acts for. Query values fill fields in."""
    case, seen = await seen_or_404(request, reference, visitor.post)
    if do not in FORMS:
        raise HTTPException(404)
    acting = _acting(case, visitor, for_)
    given = {name: value for name, value in request.query_params.items() if name != "for"}
    return _form(request, visitor, case, seen, do, acting, given)


def _acting(case: Case, visitor: Visitor, for_: str) -> Post:
    """The post that the command is of: the visitor's own, or the one that the secretariat acts for."""
    if not for_:
        return visitor.post
    try:
        post = Post(for_)
    except ValueError:
        raise HTTPException(404) from None
    if visitor.post != SECRETARIAT or not case.directory.holds(post) or post.role in _NEVER_FOR:
        raise HTTPException(404)
    return post


_NEVER_FOR = (Role.AUDITOR, Role.SECRETARIAT)


def _form(
    request: Request,
    visitor: Visitor,
    case: Case,
    seen: Seen,
    do: str,
    acting: Post,
    given: dict[str, Any],
    refused: Refused | None = None,
    status: int = 200,
    command_id: str = "",
    stands: int | None = None,
) -> HTMLResponse:
    language = language_for(request, visitor)
    say, _ = words_for_reader(visitor, language, names_in(case)), gettext_of(language)
    form = FORMS[do]
    return render(
        request,
        "case/command_form.html",
        status,
        case=seen.case,
        whole=seen.sight is Sight.CASE,
        names=names_in(case),
        do=do,
        form=form,
        fields=shown_form(form, seen.case, acting, say, _, given),
        refused=refused,
        acting=acting,
        may=do in allowed(case, acting),
        command_id=command_id or uuid4().hex,
        rows=range(FIGURE_ROWS),
        given=given,
        seen_seq=case.seq if stands is None else stands,
        phrase=RULES[do].phrase,
        who=format_list([_(one.words) for one in RULES[do].who], style="or", locale=language),
        gates=[gate for gate in seen.case.open_gates if do == "decide" and gate.decider(acting)],
    )


@router.post("/do/{do}")
async def submit_command_form(request: Request, visitor: SignedIn, reference: str, do: str) -> Response:
    """Give the command. A second sending of the same form is answered with the first result.

    422, 403, 404 or 409 with the form, what was written in it, and the sentence that says why; 503 when the case does
    not answer, and then sending the same form again is safe.
    """
    sent = await request.form()
    if not valid_key(sent.get("_key"), visitor.form_key):
        raise HTTPException(403)
    case, seen = await seen_or_404(request, reference, visitor.post)
    if do not in FORMS:
        raise HTTPException(404)
    acting = _acting(case, visitor, str(sent.get("_for") or ""))
    command_id, stands = str(sent.get("_id") or "")[:64], _number(sent.get("_seen"))
    fields = fields_sent(FORMS[do], sent, visitor.zone)
    filled = {**{key: sent.get(key) for key in sent}, **fields}
    missing = unanswered(FORMS[do], sent)
    if missing:
        return _form(request, visitor, case, seen, do, acting, filled, missing, missing.why.status, command_id, stands)
    name, whole = do, fields
    if acting != visitor.post:
        name, whole = (
            "act_for",
            {
                "post": str(acting),
                "how": str(sent.get("_how") or ""),
                "text": str(sent.get("_why") or ""),
                "command": {**fields, "do": do},
            },
        )

    async def given() -> CommandResult:
        if acting != visitor.post:
            parse(do, fields, by=acting, command_id=command_id)  # a fault in it is said in its own words
        # The page's own id, for this person and case alone: nobody learns what came of another's command by its id.
        own_id = f"{reference}:{visitor.post}:{command_id or uuid4().hex}"
        site = current_site(request)
        return await give_command(
            site, name, whole, by=visitor.post, command_id=own_id, reference=reference, seen=stands
        )

    async def refused(refusal: Refused) -> HTMLResponse:
        why = refusal_for_reader(refusal, case, seen, name, whole, current_site(request).clock())
        return _form(request, visitor, case, seen, do, acting, filled, why, why.why.status, stands=case.seq)

    return await page_of_command(
        request, given(), sent=sent.multi_items(), refused=refused, case=seen.case, names=names_in(case)
    )


def _number(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


@router.get("/act-for")
async def act_for_page(
    request: Request, visitor: SignedIn, reference: str, post: Annotated[str, Query()] = ""
) -> HTMLResponse:
    """The choice of a post and of its command, for answers that the secretariat records for another post."""
    case, seen = await seen_or_404(request, reference, visitor.post)
    if visitor.post != SECRETARIAT:
        raise HTTPException(404)
    posts = (*case.directory.co_chairs, *case.directory.steering_group, *case.directory.focal_points)
    chosen = _acting(case, visitor, post) if post else None
    commands = [do for do in actions_of(case, chosen) if do in FORMS] if chosen else []
    return render(
        request,
        "case/act_for.html",
        case=seen.case,
        names=names_in(case),
        posts=posts,
        chosen=chosen,
        commands=commands,
        forms=FORMS,
    )
