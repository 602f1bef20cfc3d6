"""One case: itself, its log in words, the versions of its request. 404 alike when it is absent and when unseen."""

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request
from fastapi.responses import Response

from models.case import Case
from models.posts import Post, Role
from models.readings import may_see_readings, sections_read
from models.request import Request as CaseRequest
from models.tables.cases import FollowUpRow, RequestVersionRow
from models.visibility import Seen, Sight, closed_sections, readable_version
from records import queries
from records.api_tokens import ApiToken
from records.readings import READINGS_SHOWN, note_readings, readings_of_case
from records.tree import inclusion_proof
from web.api.bearer import ReadingToken
from web.api.case_views import CaseView, case_view
from web.api.views import LogView, ProofView, ReadingsView, ReadingView, VersionsView, VersionView, entry_view
from web.case.seen import seen_or_404
from web.case.timeline import timeline
from web.kit.asked import AskedNumber
from web.kit.problems import documented
from web.kit.render import gettext_of, names_in, words_for_reader
from web.kit.visitor import current_site

router = APIRouter(prefix="/cases/{reference}", tags=["a case"], responses=documented(401, 403, 404, 422, 503))

Reference = Annotated[str, Path(description="As in AHG-2026-003.", examples=["AHG-2026-003"])]
_LANGUAGE = "en"
_PAGE = 200
_VERSIONS = 20
_ENTITY_TAG = re.compile(r'(?:W/)?"((\d{1,9})-[0-9a-f]{32})(?:-(?:gzip|br|zstd|deflate))?"')
"""An entity tag of ours, also as a proxy that compresses gives it on: made weak (nginx), or with what it did (Apache)."""


def _tag(view: CaseView, written: bytes) -> str:
    """The entity tag of a case as one post sees it (RFC 9110, strong): its newest entry, and a hash of the answer.

    For a post that sees only what was circulated, the number is given as 0.
    """
    return f'"{view.seq or 0}-{hashlib.sha256(written).hexdigest()[:32]}"'


def seq_of(tag: str) -> int | None:
    """The number of the newest entry in an entity tag of ours; None for anything else."""
    found = _ENTITY_TAG.fullmatch(tag.strip())
    return int(found[2]) if found else None


def _as_given(tag: str) -> str:
    """An entity tag as we gave it, whatever a proxy made of it."""
    found = _ENTITY_TAG.fullmatch(tag)
    return f'"{found[1]}"' if found else tag


_TAGGED = {"ETag": {"description": "Names this state of the case, for this post.", "schema": {"type": "string"}}}


@router.get(
    "",
    responses={
        200: {"description": "The case.", "headers": _TAGGED},
        304: {"description": "The case is as `If-None-Match` has it.", "headers": _TAGGED},
    },
)
async def case(
    request: Request, token: ReadingToken, reference: Reference, if_none_match: Annotated[str, Header()] = ""
) -> CaseView:
    """The case as the post sees it. Its header ETag is for If-None-Match here, and for If-Match of a command."""
    whole, seen = await seen_or_404(request, reference, token.post)
    await _note(request, token, whole, [seen.case.request])
    view = case_view(whole, seen, await _followed(request, seen))
    written = view.model_dump_json(by_alias=True).encode()
    tag = _tag(view, written)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    known = [one.strip() for one in if_none_match.split(",")]
    if tag in map(_as_given, known) or "*" in known:
        return Response(status_code=304, headers=headers)  # type: ignore[return-value]
    return Response(written, headers=headers, media_type="application/json")  # type: ignore[return-value]


async def _note(request: Request, token: ApiToken, case: Case, shown: Iterable[CaseRequest]) -> None:
    """Write down which confidential sections a program is about to be given."""
    site, read = current_site(request), {one for each in shown for one in sections_read(case, each, token.post)}
    who = {"post": str(token.post), "email": token.email}
    await note_readings(site.engine, case.reference, list(read), **who, at=site.clock())


async def _followed(request: Request, seen: Seen) -> Mapping[int, FollowUpRow]:
    """What became of the recommendations that are followed, by number."""
    if not seen.case.recommendations:
        return {}
    async with current_site(request).engine.connect() as connection:
        rows = await queries.parts(connection, seen.case.reference, FollowUpRow)
    return {row.number: row for row in rows}


@router.get("/log")
async def log(request: Request, token: ReadingToken, reference: Reference, after: AskedNumber = 0) -> LogView:
    """The decision log in words, from the first entry, 200 at most at a time; `after` leaves out what came before.

    What only the machinery needs has no words and is left out, so numbers are missing. For posts that see the whole
    case; 404 to the others.
    """
    whole, seen = await seen_or_404(request, reference, token.post)
    if seen.sight < Sight.CASE:
        raise HTTPException(404)
    entries = await current_site(request).files.entries(reference, after=after, limit=_PAGE)
    entries = [entry for entry in entries if entry.seq <= whole.seq]  # not what came after the reader was looked up
    told = timeline(entries, whole, words_for_reader(None, _LANGUAGE, names_in(whole)), gettext_of(_LANGUAGE))
    following = entries[-1].seq if len(entries) == _PAGE else None
    return LogView(entries=tuple(map(entry_view, told)), next=following)


@router.get("/proof")
async def proof(
    request: Request, token: ReadingToken, reference: Reference, entry: Annotated[int, Query(ge=1, le=999_999_999)]
) -> ProofView:
    """The proof that an entry of the log is in the record (RFC 6962): a leaf, and the hashes that lead to the root.

    The leaf is the head of the log after the step that wrote the entry, which the chain of hashes ends in. For posts that
    see the whole case; 404 to the others.
    """
    _whole, seen = await seen_or_404(request, reference, token.post)
    if seen.sight < Sight.CASE:
        raise HTTPException(404)
    async with current_site(request).engine.connect() as connection:
        told = await inclusion_proof(connection, reference, entry)
    if told is None:
        raise HTTPException(404)
    return ProofView(
        leaf=told.head.data().decode(),
        number=told.number,
        size=told.size,
        root=told.root.hex(),
        hashes=tuple(one.hex() for one in told.proof),
    )


@router.get("/readings")
async def readings(request: Request, token: ReadingToken, reference: Reference) -> ReadingsView:
    """Who read confidential sections, downloaded files or took the case away: the newest 1,000, each once a day.

    For auditors and for the focal points of the requesters; 404 to the others.
    """
    whole, _seen = await seen_or_404(request, reference, token.post)
    if not may_see_readings(whole, token.post):
        raise HTTPException(404)
    async with current_site(request).engine.connect() as connection:
        rows = await readings_of_case(connection, reference, READINGS_SHOWN)
    by_name = token.post.role is Role.AUDITOR
    told = (
        ReadingView.of(row, post=Post(row.post) if row.post else None, email=row.email if by_name else None)
        for row in rows
    )
    return ReadingsView(readings=tuple(told))


@router.get("/versions")
async def versions(
    request: Request,
    token: ReadingToken,
    reference: Reference,
    before: AskedNumber = 0,
    limit: Annotated[int, Query(ge=1, le=_VERSIONS)] = _VERSIONS,
) -> VersionsView:
    """Versions of the request, the newest first, as the post may read them; `before` goes on where an answer ended.

    For posts that see the whole case; 404 to the others.
    """
    whole, seen = await seen_or_404(request, reference, token.post)
    if seen.sight < Sight.CASE:
        raise HTTPException(404)
    async with current_site(request).engine.connect() as connection:
        rows = await queries.newest_versions(connection, reference, before=before, limit=limit + 1)
    told = await asyncio.to_thread(_versions, whole, token.post, rows, limit)
    await _note(request, token, whole, [one.request for one in told.versions])
    written = await asyncio.to_thread(told.model_dump_json, by_alias=True)
    return Response(written, media_type="application/json")  # type: ignore[return-value]


def _versions(case: Case, post: Post, rows: Sequence[RequestVersionRow], limit: int) -> VersionsView:
    """What is told of versions. ``rows``: the newest first, and the one before those that are told."""
    newest = closed_sections(case, case.request, post)
    shown: list[VersionView] = []
    earlier: CaseRequest | None = None
    for row in reversed(rows):
        content = CaseRequest.model_validate(row.content)
        version = readable_version(case, content, post)
        hidden = tuple(sorted(newest | closed_sections(case, content, post)))
        changed = tuple(version.changes(earlier)) if earlier is not None else ()
        shown.append(VersionView.of(row, request=version, hidden=hidden, changed=changed))
        earlier = version
    told = tuple(reversed(shown))[:limit]
    return VersionsView(versions=told, before=told[-1].version if len(rows) > limit else None)
