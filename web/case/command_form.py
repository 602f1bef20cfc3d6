"""The page of a command's form, and the answer to sending it."""

from typing import Annotated, Any
from uuid import uuid4

from babel.lists import format_list
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from casework import CommandResult
from models.authentication import NEVER_FOR_OTHERS
from models.commands import parse
from models.posts import SECRETARIAT, Post, Role
from models.refusal import Refused
from models.rules import RULES, allowed
from models.rules.circulation import pending_circulation
from models.visibility import Sight
from records.passkeys import note_use
from web.case.refusals import refusal_for_reader
from web.case.seen import AtCase, CaseVisit, actions_of, visit_case
from web.case.signing import means_with, passkeys_for, signing_page
from web.kit.commands import done_before, give_command, must_prove, page_of_command
from web.kit.forms import FORMS, fields_sent, shown_form, unanswered
from web.kit.passkey_touch import ANSWER, OTHERWISE, touch_in
from web.kit.render import language_for
from web.kit.sessions import keyed_form
from web.kit.visitor import SignedIn, current_site

router = APIRouter(prefix="/cases/{reference}", include_in_schema=False)


@router.get("/do/{do}")
async def command_form_page(at: AtCase, do: str, for_: Annotated[str, Query(alias="for")] = "") -> HTMLResponse:
    """The form of a command; ``for``: the post that the secretariat acts for. Query values fill fields in."""
    if do not in FORMS:
        raise HTTPException(404)
    given: dict[str, Any] = {name: value for name, value in at.request.query_params.items() if name != "for"}
    circulation = pending_circulation(at.seen.case)
    if do == "reword" and circulation is not None and at.seen.sight is Sight.CASE:
        given = {**circulation.model_dump(include={"text", "names"}), "keep": circulation.kept, **given}
        given.setdefault("why_kept", circulation.kept_why)
    return _form(at, do, _acting(at, for_), given)


def _acting(at: CaseVisit, for_: str) -> Post:
    """The post that the command is of: the visitor's own, or the one that the secretariat acts for."""
    if not for_:
        return at.visitor.post
    try:
        post = Post(for_)
    except ValueError:
        raise HTTPException(404) from None
    if at.visitor.post != SECRETARIAT or not at.case.directory.holds(post) or post.role in _NEVER_FOR:
        raise HTTPException(404)
    return post


_NEVER_FOR = (Role.AUDITOR, Role.SECRETARIAT)


def _form(
    at: CaseVisit,
    do: str,
    acting: Post,
    given: dict[str, Any],
    refused: Refused | None = None,
    command_id: str = "",
    stands: int | None = None,
) -> HTMLResponse:
    """The form, with what was ``given``. ``refused``: why it was not done; ``stands``: the entry that it is based on."""
    say, _ = at.words
    form, shown = FORMS[do], at.seen.case
    who = format_list([_(one.words) for one in RULES[do].who], style="or", locale=language_for(at.request, at.visitor))
    return at.page(
        "case/command_form.html",
        refused.why.status if refused else 200,
        do=do,
        form=form,
        fields=shown_form(form, shown, acting, say, _, given),
        refused=refused,
        acting=acting,
        may=do in allowed(at.case, acting),
        command_id=command_id or uuid4().hex,
        given=given,
        seen_seq=at.case.seq if stands is None else stands,
        phrase=RULES[do].phrase,
        who=who,
        gates=[gate for gate in shown.open_gates if do == "decide" and gate.decider(acting)],
    )


@router.post("/do/{do}")
async def submit_command_form(request: Request, visitor: SignedIn, reference: str, do: str) -> Response:
    """Give the command. A second sending of the same form is answered with the first result.

    422, 403, 404 or 409 with the form, what was written in it, and the sentence that says why; 503 when the case does
    not answer, and then sending the same form again is safe.
    """
    sent = await keyed_form(request, visitor.form_key)
    at = await visit_case(request, visitor, reference)
    if do not in FORMS:
        raise HTTPException(404)
    acting = _acting(at, str(sent.get("_for") or ""))
    command_id, stands = str(sent.get("_id") or "")[:64], _number(sent.get("_seen"))
    fields = fields_sent(FORMS[do], sent, visitor.zone)
    filled = {**{key: sent.get(key) for key in sent}, **fields}
    missing = unanswered(FORMS[do], sent)
    if missing:
        return _form(at, do, acting, filled, missing, command_id, stands)
    name, whole = do, fields
    if acting != visitor.post:
        how, why = str(sent.get("_how") or ""), str(sent.get("_why") or "")
        name, whole = "act_for", {"post": str(acting), "how": how, "text": why, "command": {**fields, "do": do}}

    # The page's own id, for this person and case alone: nobody learns what came of another's command by its id.
    own_id = f"{reference}:{visitor.post}:{command_id or uuid4().hex}"
    known = await passkeys_for(at, name) if OTHERWISE not in sent else []
    if known and not sent.get(ANSWER):
        try:
            return signing_page(at, parse(do, fields, by=acting, command_id=own_id), known, sent)
        except Refused:
            known = []  # what is wrong with it is said below
    if not known:
        must_prove(request, visitor, name, sent, at.case.policy)

    async def given() -> CommandResult:
        command = parse(do, fields, by=acting, command_id=own_id)  # a fault in it is said in its own words
        site = current_site(request)
        if known and (before := await done_before(site, reference, own_id)) is not None:
            return before  # sent twice: what it was signed over has been decided
        signed = touch_in(site, at.case, command, known, sent) if known else None
        touch = signed.touch if signed else None
        result = await give_command(
            site,
            name,
            whole,
            by=visitor.post,
            command_id=own_id,
            means=means_with(touch, visitor.means),
            touch=touch,
            capacity=visitor.capacity,
            reference=reference,
            seen=stands,
        )
        if signed is not None:
            await note_use(site.engine, signed.touch.credential, signed.counted, site.clock())
        return result

    async def refused(refusal: Refused) -> HTMLResponse:
        why = refusal_for_reader(refusal, at.case, at.seen, name, whole, current_site(request).clock())
        return _form(at, do, acting, filled, why, stands=at.case.seq)

    return await page_of_command(request, given(), sent=sent.multi_items(), refused=refused, case=at.seen.case)


def _number(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


@router.get("/act-for")
async def act_for_page(at: AtCase, post: Annotated[str, Query()] = "") -> HTMLResponse:
    """The choice of a post and of its command, for answers that the secretariat records for another post."""
    if at.visitor.post != SECRETARIAT:
        raise HTTPException(404)
    members = at.case.directory
    posts = (*members.co_chairs, *members.steering_group, *members.focal_points)
    chosen = _acting(at, post) if post else None
    offered = actions_of(at.case, chosen) if chosen else []
    commands = [do for do in offered if do in FORMS and do not in NEVER_FOR_OTHERS]
    return at.page("case/act_for.html", posts=posts, chosen=chosen, commands=commands, forms=FORMS)
