"""What a program does: commands on a case, a new request, the member's draft. The same rules as the pages.

Whatever acts carries an ``Idempotency-Key``: sent again with the same body it gives the first result, however often.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from casework import DRAFT, CommandResult, keep_draft
from models.authentication import Means, suffices
from models.commands import parse
from models.policy import Policy
from models.posts import Post, Role
from models.refusal import RefusalKind, Refused
from models.request import Request as CaseRequest
from models.visibility import Sight, as_seen
from records.idempotency import same_body
from records.references import read_draft
from web.api.bearer import ReadingToken, WritingToken
from web.api.bodies import Fields, Key, fingerprint_of
from web.api.case import Reference, seq_of
from web.api.views import DoneView, DraftView
from web.case.refusals import refusal_for_reader
from web.case.seen import seen_or_404
from web.kit.commands import CaseAway, give_command
from web.kit.problems import Refusal, documented, refusal_answer
from web.kit.visitor import current_site

router = APIRouter(tags=["acting"], responses=documented(400, 401, 403, 413, 415, 422, 503))

_RETRY_SECONDS = "10"
_AS_BEFORE = "; sent again with the same key it is taken once"


_WHERE = {"Location": {"description": "Where the case is.", "schema": {"type": "string"}}}


@router.post(
    "/cases",
    name="submit",
    status_code=201,
    responses={201: {"description": "Submitted.", "headers": _WHERE}, **documented(409)},
)
async def submit_request(request: Request, token: WritingToken, key: Key, fields: Fields) -> DoneView:
    """Submit a request: the fields of the command `submit`; what is left out is taken from the member's draft.

    201 with the new case's address in Location.
    """
    if fields.get("do", "submit") != "submit":
        said = "Only the command submit goes here; the others go to /cases/{reference}/commands."
        raise Refusal(422, said, "invalid")
    done = await _act(request, token.post, "submit", fields, key)
    return _answered(done.reference, DoneView.model_validate(done.model_dump()), 201)


@router.post(
    "/cases/{reference}/commands",
    name="give",
    responses={200: {"description": "Done.", "headers": _WHERE}, **documented(404, 409, 412)},
)
async def submit_command(
    request: Request,
    token: WritingToken,
    reference: Reference,
    key: Key,
    fields: Fields,
    if_match: Annotated[
        str,
        Header(
            description="The ETag of the case that the command is based on: if what it is about has changed "
            "since, it is refused with 412 and the post that changed it."
        ),
    ] = "",
) -> DoneView:
    """Give a command: `do` names it, beside its fields (GET /commands has them all).

    No program gives `decide`, `hand_over`, `delegate`, `act_for` or `contest`, nor, where the policy of the case has
    terms of reference covered by substance, `waive` or `withdraw`: they are answered with 403 (`by-hand`).
    """
    case, seen = await seen_or_404(request, reference, token.post)
    if seen.sight is Sight.CIRCULATED:
        raise Refusal(403, "The case was circulated to your member, which takes no part in it.", "forbidden")
    do = fields.get("do")
    if not isinstance(do, str) or do in ("submit", "draft"):
        raise Refusal(422, "Name a command for a case in do; submit and draft have addresses of their own.", "invalid")
    stands = _stands(if_match)
    try:
        done = await _act(request, token.post, do, fields, key, reference, stands, case.policy)
    except Refused as refusal:
        told = refusal_for_reader(refusal, case, seen, do, _body(fields), current_site(request).clock())
        now = await current_site(request).files.read(reference)
        # By RFC 9110 the condition is false already when anything has changed; the rules let pass what does not matter.
        stale = told.why is RefusalKind.CONFLICT and stands is not None and now is not None and now.seq > stands
        raise (refusal_answer(told, 412, "stale") if stale else refusal_answer(told)) from None
    after = await current_site(request).files.read(reference)
    sees = as_seen(after, token.post) if after is not None else None
    whole = sees is not None and sees.sight is Sight.CASE
    return _answered(reference, DoneView.of(done, **({} if whole else {"waiting_on": ()})), 200)


def _body(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the command itself, without its name."""
    return {name: value for name, value in fields.items() if name != "do"}


def _stands(if_match: str) -> int | None:
    """The number of the entry that a command is based on. 412 when ``If-Match`` is not an ETag of a case."""
    if if_match.strip() in ("", "*"):
        return None
    stands = seq_of(if_match)
    if stands is None:
        raise Refusal(412, "If-Match is not the ETag of a case; read the case again.", "stale")
    return stands


def _answered(reference: str, view: DoneView, status: int) -> DoneView:
    headers = {"Location": f"/api/v1/cases/{reference}"}
    return JSONResponse(view.model_dump(mode="json"), status, headers)  # type: ignore[return-value]


async def _act(
    request: Request,
    post: Post,
    do: str,
    sent: Mapping[str, Any],
    key: str,
    reference: str | None = None,
    stands: int | None = None,
    policy: Policy | None = None,
) -> CommandResult:
    """Give the command. Raises Refused when the rules of a case refuse it, and Refusal for everything else."""
    site, body = current_site(request), _body(sent)
    # The program's own name for it, for this post and case alone, and apart from the names that pages give.
    command_id = ":".join((*([reference] if reference else []), post, "api", key))
    never = suffices(do, post, Means.API_TOKEN, policy)
    if never:
        raise Refusal(403, never, "by-hand")
    try:
        parse(do, body, by=post, command_id=command_id)  # a body that cannot be read uses no key up
    except Refused as refusal:
        raise refusal_answer(refusal) from None
    if not await same_body(site.engine, post, reference or "", key, fingerprint_of(sent), site.clock()):
        said = "The Idempotency-Key was used for a request with another body; give each request a key of its own."
        raise Refusal(422, said, "idempotency-key")
    try:
        return await give_command(
            site, do, body, by=post, command_id=command_id, means=Means.API_TOKEN, reference=reference, seen=stands
        )
    except Refused as refusal:
        if reference is None:
            raise refusal_answer(refusal) from None
        raise
    except CaseAway as away:
        if away.unrecorded:
            sentence = f"The step was not recorded, and an operator must look{_AS_BEFORE}."
            raise Refusal(503, sentence, "not-recorded") from None
        sentence = f"The case did not answer; the command may have been taken or not{_AS_BEFORE}."
        raise Refusal(503, sentence, "not-answered", headers={"Retry-After": _RETRY_SECONDS}) from None


# the draft --------------------------------------------------------------------------------------------------------


@router.get("/draft", responses=documented(404))
async def draft(request: Request, token: ReadingToken) -> DraftView:
    """The member's request that is not submitted yet; 404 while nothing is kept."""
    _focal_points_only(token.post)
    async with current_site(request).engine.connect() as connection:
        content = await read_draft(connection, token.post.member, DRAFT)
    if content is None:
        raise Refusal(404, "No draft is kept.")
    return _draft(content)


@router.put("/draft", name="keep")
async def put_draft(request: Request, token: WritingToken, fields: Fields) -> DraftView:
    """Keep a request that is not submitted yet, over what was kept before: the fields of the command `draft`."""
    _focal_points_only(token.post)
    content, site = _body(fields), current_site(request)
    try:
        await keep_draft(site.engine, token.post, content, site.clock())
    except Refused as refusal:
        raise refusal_answer(refusal) from None
    return _draft(content)


def _focal_points_only(post: Post) -> None:
    if post.role is not Role.FOCAL_POINT:
        raise Refusal(403, f"Only a member's focal point drafts a request; {post} does not.", "forbidden")


def _draft(content: dict[str, Any]) -> DraftView:
    try:
        missing = CaseRequest.model_validate(content).missing()
    except ValidationError:  # kept by an older version of the product
        missing = ()
    return DraftView(content=content, missing=missing)
