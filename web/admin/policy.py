"""The policy in force, what a change would mean before it is proposed, and the Co-Chairs' answers (decision 25)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
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
from records.directory_changes import directory_fingerprint
from web.admin.history import editor_of
from web.admin.policy_words import choices_by_key, label_of, link_choices, sentence_of, value_words
from web.kit.commands import must_prove
from web.kit.render import gettext_of, language_for, render, words_of_page
from web.kit.roles import Administrator, PolicyProposer
from web.kit.sessions import keyed_form
from web.kit.visitor import Visitor, current_site

router = APIRouter(prefix="/admin/policy", include_in_schema=False)

_LISTS = ("substitutes", "answers_by_link")
_LONGEST_WHY = 2000


async def _in_force(request: Request) -> tuple[Policy, dict[str, str]]:
    """The policy in force, and the names of members by code."""
    async with current_site(request).engine.connect() as connection:
        return await policies.policy_in_force(connection), await names_of(connection)


# in words -----------------------------------------------------------------------------------------------------------


async def meanings(
    request: Request, visitor: Visitor, before: Policy, after: Policy, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What differs between two policies: the sentences, and dates by the working calendars of the Co-Chairs' offices."""
    say, _ = words_of_page(request, visitor, names)
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
    say, _ = words_of_page(request, visitor, names)
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
    newest, _names = await _in_force(request)
    return await _form(request, visitor, _Written({key: value_of(newest, key) for key in KEYS}, newest.version))


class _Written(NamedTuple):
    """A policy as it was written in the form: its values by key, the version in force at that time, and the reason."""

    given: dict[str, Any]
    based_on: str
    why: str = ""


async def _form(
    request: Request, visitor: Visitor, written: _Written, wrong: Mapping[str, str] | None = None
) -> HTMLResponse:
    newest, names = await _in_force(request)
    _ = gettext_of(language_for(request, visitor))
    return render(
        request,
        "admin/policy_edit.html",
        422 if wrong else 200,
        **written._asdict(),
        wrong=wrong or {},
        rows=_rows(request, visitor, (Policy.default(), newest), names),
        names=names,
        links=link_choices(_),
        choices=choices_by_key(_),
        lists=_LISTS,
    )


def _sent(sent: FormData) -> _Written:
    """What was written in the form."""
    given: dict[str, Any] = {key: str(sent.get(key) or "").strip()[:200] for key in KEYS}
    given["substitutes"] = [code.strip() for code in given["substitutes"].split(",") if code.strip()]
    given["answers_by_link"] = [str(one) for one in sent.getlist("answers_by_link")]
    return _Written(given, str(sent.get("based_on") or "")[:40], _why(sent))


def _why(sent: FormData) -> str:
    return str(sent.get("why") or "").strip()[:_LONGEST_WHY]


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
    written, (newest, names) = _sent(sent), await _in_force(request)
    policy, wrong = _policy(written.given, names)
    if policy is None:
        return await _form(request, visitor, written, wrong)
    meaning = await meanings(request, visitor, newest, policy, names)
    proof = {"checked": _mark(policy, newest), "form": uuid4().hex}
    told = {**written._asdict(), **proof, "meaning": meaning, "lists": _LISTS, "names": names}
    return render(request, "admin/policy_check.html", **told)


def _mark(policy: Policy, newest: Policy) -> str:
    """A fingerprint of the change that was shown: of the proposed policy and of the one in force."""
    return directory_fingerprint([policy.model_dump(mode="json"), newest.model_dump(mode="json")])


@router.post("/propose")
async def submit_policy_proposal(request: Request, visitor: PolicyProposer) -> Response:
    """Propose what was shown. 409: another proposal is open, or this one was not shown before; 422: a value is wrong."""
    sent = await keyed_form(request, visitor.form_key)
    must_prove(request, visitor, "decide", sent)
    written, (newest, names) = _sent(sent), await _in_force(request)
    policy, wrong = _policy(written.given, names)
    if policy is None:
        return await _form(request, visitor, written, wrong)
    engine = current_site(request).engine
    try:
        if newest.version == written.based_on and sent.get("_checked") != _mark(policy, newest):
            raise Refused(RefusalKind.CONFLICT, "Look at what the change means first; nothing was recorded.")
        await policies.propose_policy(engine, editor_of(request, visitor, sent), policy, written.based_on, written.why)
    except Refused as refused:
        return await _page(request, visitor, status=refused.why.status, wrong=refused.sentence)
    current_site(request).nudge_delivery()
    return RedirectResponse("/admin/policy#proposal", 303)


@router.post("/proposals/{number}/answer")
async def submit_policy_answer(request: Request, visitor: PolicyProposer, number: str) -> Response:
    """Record the answer of a Co-Chair, or the withdrawal by whoever proposed it or by the secretariat."""
    sent = await keyed_form(request, visitor.form_key)
    must_prove(request, visitor, "decide", sent)
    if not (number.isascii() and number.isprintable()):
        raise HTTPException(404)
    editor, engine = editor_of(request, visitor, sent), current_site(request).engine
    word, why = str(sent.get("answer") or ""), _why(sent)
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
