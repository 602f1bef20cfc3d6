"""The policy in force, what a change would mean before it is proposed, and the Co-Chairs' answers (decision 25)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from models.policy import Policy
from models.policy_meaning import KEYS, TRACKS, policy_differences, policy_examples, value_of
from models.posts import Role
from models.refusal import RefusalKind, Refused
from records import policies
from records.directory import names_of, opening
from records.directory_changes import Editor, directory_fingerprint
from web.admin.policy_words import label_of, link_choices, rule_choices, sentence_of, value_words
from web.kit.render import gettext_of, language_for, render, words_for_reader
from web.kit.roles import Administrator, PolicyProposer
from web.kit.sessions import keyed_form
from web.kit.visitor import Visitor, current_site

router = APIRouter(prefix="/admin/policy", include_in_schema=False)

_LISTS = ("substitutes", "answers_by_link")
_LONGEST_WHY = 2000


async def _names(request: Request) -> dict[str, str]:
    async with current_site(request).engine.connect() as connection:
        return await names_of(connection)


def _editor(request: Request, visitor: Visitor, sent: FormData) -> Editor:
    return Editor(
        post=visitor.post,
        email=visitor.email,
        name=visitor.name,
        at=current_site(request).clock(),
        form=str(sent.get("_id") or "")[:64] or uuid4().hex,
        seen="",
    )


# in words -----------------------------------------------------------------------------------------------------------


async def meanings(
    request: Request, visitor: Visitor, before: Policy, after: Policy, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What differs between two policies: the sentences, and dates by the working calendars of the Co-Chairs' offices."""
    language = language_for(request, visitor)
    say, _ = words_for_reader(visitor, language, names), gettext_of(language)
    now = current_site(request).clock()
    async with current_site(request).engine.connect() as connection:
        calendars = (await opening(connection, now.year, after)).calendars
        offices = [post.member for post in await policies.policy_co_chairs(connection)]
    return [
        {
            "key": one.key,
            "label": label_of(one.key, _),
            "was": sentence_of(one.key, one.before, say, _),
            "now": sentence_of(one.key, one.after, say, _),
            "start": now,
            "examples": policy_examples(one.key, before, after, calendars, now, offices),
        }
        for one in policy_differences(before, after)
    ]


def _rows(
    request: Request, visitor: Visitor, sides: Sequence[Policy], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """For each key its name, and its value in each policy."""
    language = language_for(request, visitor)
    say, _ = words_for_reader(visitor, language, names), gettext_of(language)
    return [
        {
            "key": key,
            "label": label_of(key, _),
            "values": [value_words(key, value_of(policy, key), say, _) for policy in sides],
            "differs": value_of(sides[0], key) != value_of(sides[-1], key),
        }
        for key in KEYS
    ]


# reading ------------------------------------------------------------------------------------------------------------


@router.get("")
async def policy_page(request: Request, visitor: Administrator) -> HTMLResponse:
    """The default and the policy in force side by side; what is proposed; every version with its differences."""
    return await _page(request, visitor)


async def _page(request: Request, visitor: Visitor, *, status: int = 200, wrong: str = "") -> HTMLResponse:
    async with current_site(request).engine.connect() as connection:
        known = await policies.policy_versions(connection)
        newest = known[0] if known else Policy.default()
        proposal = await policies.open_proposal(connection)
        told = await policies.proposals(connection)
        deciding = await policies.policy_co_chairs(connection)
        names = await names_of(connection)
    by_version = {one.version: one for one in told if one.version}
    steps = [
        {
            "version": after.version,
            "proposal": by_version.get(after.version),
            "meanings": await meanings(request, visitor, before, after, names),
        }
        for after, before in zip(known, (*known[1:], Policy.default()), strict=True)
    ]
    meaning = await meanings(request, visitor, newest, proposal.policy, names) if proposal is not None else []
    return render(
        request,
        "admin/policy.html",
        status,
        newest=newest,
        names=names,
        proposal=proposal,
        meaning=meaning,
        rows=_rows(request, visitor, (Policy.default(), newest), names),
        steps=steps,
        deciding=deciding,
        wrong=wrong,
        ended=[one for one in told if one.state in ("refused", "withdrawn")],
        form=uuid4().hex,
        may_propose=visitor.post.role in (Role.SECRETARIAT, Role.CO_CHAIR),
        may_answer=visitor.post in deciding,
    )


# proposing ----------------------------------------------------------------------------------------------------------


@router.get("/edit")
async def edit_policy_page(request: Request, visitor: PolicyProposer) -> HTMLResponse:
    """The form, filled in with the policy in force."""
    async with current_site(request).engine.connect() as connection:
        newest = await policies.policy_in_force(connection)
    return await _form(request, visitor, _written(newest), newest.version)


def _written(policy: Policy) -> dict[str, Any]:
    return {key: value_of(policy, key) for key in KEYS}


async def _form(
    request: Request,
    visitor: Visitor,
    given: Mapping[str, Any],
    based_on: str,
    *,
    why: str = "",
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
) -> HTMLResponse:
    names = await _names(request)
    async with current_site(request).engine.connect() as connection:
        newest = await policies.policy_in_force(connection)
    _ = gettext_of(language_for(request, visitor))
    return render(
        request,
        "admin/policy_edit.html",
        status,
        given=given,
        based_on=based_on,
        why=why,
        wrong=wrong or {},
        rows=_rows(request, visitor, (Policy.default(), newest), names),
        names=names,
        links=link_choices(_),
        rules=rule_choices(_),
        lists=_LISTS,
    )


def _sent(sent: FormData) -> dict[str, Any]:
    """Every key as it was written in the form."""
    given: dict[str, Any] = {key: str(sent.get(key) or "").strip()[:200] for key in KEYS}
    given["substitutes"] = [code.strip() for code in given["substitutes"].split(",") if code.strip()]
    given["answers_by_link"] = [str(one) for one in sent.getlist("answers_by_link")]
    return given


def _policy(given: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Policy | None, dict[str, str]]:
    """The policy of what was written, or what is wrong with each key."""
    body: dict[str, Any] = {name: given[name] for name in KEYS if "." not in name}
    for track in TRACKS:
        body[track] = {key.partition(".")[2]: given[key] for key in KEYS if key.startswith(f"{track}.")}
    unknown = [code for code in given["substitutes"] if code not in names]
    if unknown:
        return None, {"substitutes": f"There is no member {', '.join(unknown)} in the directory."}
    try:
        return Policy.model_validate({**body, "version": "proposed"}), {}
    except ValidationError as error:
        wrong = {".".join(map(str, one["loc"])): one["msg"].removeprefix("Value error, ") for one in error.errors()}
        return None, {key: text for found, text in wrong.items() for key in KEYS if found.startswith(key)} or wrong


@router.post("/check")
async def check_policy(request: Request, visitor: PolicyProposer) -> Response:
    """What the change means, before anything is saved. 422: a value is wrong. Nothing is recorded."""
    sent = await keyed_form(request, visitor.form_key)
    given, based_on, names = _sent(sent), str(sent.get("based_on") or "")[:40], await _names(request)
    why = str(sent.get("why") or "").strip()[:_LONGEST_WHY]
    policy, wrong = _policy(given, names)
    if policy is None:
        return await _form(request, visitor, given, based_on, why=why, status=422, wrong=wrong)
    async with current_site(request).engine.connect() as connection:
        newest = await policies.policy_in_force(connection)
    meaning = await meanings(request, visitor, newest, policy, names)
    return render(
        request,
        "admin/policy_check.html",
        meaning=meaning,
        given=given,
        lists=_LISTS,
        based_on=based_on,
        why=why,
        names=names,
        checked=_mark(policy, newest),
        form=uuid4().hex,
    )


def _mark(policy: Policy, newest: Policy) -> str:
    """A fingerprint of the change that was shown: of the proposed policy and of the one in force."""
    return directory_fingerprint([policy.model_dump(mode="json"), newest.model_dump(mode="json")])


@router.post("/propose")
async def submit_policy_proposal(request: Request, visitor: PolicyProposer) -> Response:
    """Propose what was shown. 409: another proposal is open, or this one was not shown before; 422: a value is wrong."""
    sent = await keyed_form(request, visitor.form_key)
    given, based_on, names = _sent(sent), str(sent.get("based_on") or "")[:40], await _names(request)
    why = str(sent.get("why") or "").strip()[:_LONGEST_WHY]
    policy, wrong = _policy(given, names)
    if policy is None:
        return await _form(request, visitor, given, based_on, why=why, status=422, wrong=wrong)
    engine = current_site(request).engine
    async with engine.connect() as connection:
        newest = await policies.policy_in_force(connection)
    try:
        if newest.version == based_on and sent.get("_checked") != _mark(policy, newest):
            raise Refused(RefusalKind.CONFLICT, "Look at what the change means first; nothing was recorded.")
        await policies.propose_policy(engine, _editor(request, visitor, sent), policy, based_on, why)
    except Refused as refused:
        return await _page(request, visitor, status=refused.why.status, wrong=refused.sentence)
    current_site(request).nudge_delivery()
    return RedirectResponse("/admin/policy#proposal", 303)


@router.post("/proposals/{number}/answer")
async def submit_policy_answer(request: Request, visitor: PolicyProposer, number: str) -> Response:
    """Record the answer of a Co-Chair, or the withdrawal by whoever proposed it or by the secretariat."""
    sent = await keyed_form(request, visitor.form_key)
    if not (number.isascii() and number.isprintable()):
        raise HTTPException(404)
    editor, engine = _editor(request, visitor, sent), current_site(request).engine
    word, why = str(sent.get("answer") or ""), str(sent.get("why") or "").strip()[:_LONGEST_WHY]
    try:
        if word == "withdraw":
            await policies.withdraw_proposal(engine, editor, number)
        else:
            await policies.answer_proposal(engine, editor, number, word, why)
    except Refused as refused:
        if refused.why is RefusalKind.NOT_FOUND:
            raise HTTPException(404) from None
        return await _page(request, visitor, status=refused.why.status, wrong=refused.sentence)
    current_site(request).nudge_delivery()
    return RedirectResponse("/admin/policy", 303)
