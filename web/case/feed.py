"""What happens to a case, as it happens: server-sent events (WHATWG HTML), for the page and for programs.

Who sees the whole case gets each entry in words; who sees a part is told only that this part has changed. Before
anything is sent, the reader is looked up again: who has lost the sign-in, the token, the post or the sight of the case
gets nothing more.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from models.case import Case
from models.posts import Post
from models.visibility import Seen, Sight, as_seen
from web.api.case_views import case_view
from web.api.views import entry_view
from web.case.seen import seen_or_404
from web.case.timeline import timeline
from web.kit.asked import AskedNumber
from web.kit.render import gettext_of, language_for, names_in, words_for_reader
from web.kit.visitor import MaybeSignedIn, SignInFirst, current_site, visitor_of

router = APIRouter(prefix="/cases/{reference}", include_in_schema=False)

_RETRY = "retry: 3000\n\n"
_PAGE = 200

Access = Callable[[], Awaitable[Post | None]]


class Feed(StreamingResponse):
    """The answer with the events. While it is sent, it counts as a feed that is open."""

    media_type = "text/event-stream"

    def __init__(self, request: Request, reference: str, reader: str, content: AsyncIterator[str]) -> None:
        super().__init__(content, headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"})
        self._place = current_site(request).watch.seat(reference, reader)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with self._place:
            await super().__call__(scope, receive, send)


def begins_after(case: Case, after: int | None, last_event_id: str) -> int:
    """The number of the entry after which a feed begins.

    That of the last event that the reader got (``Last-Event-ID``); else ``after``; else the newest entry."""
    if last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= 9:
        after = int(last_event_id)
    return case.seq if after is None else min(after, case.seq)


async def events(request: Request, reference: str, after: int, access: Access, language: str) -> AsyncIterator[str]:
    """The events after an entry. ``access`` gives the post that reads, or None when the reader has lost it."""
    site = current_site(request)
    clock = asyncio.get_running_loop().time
    yield _RETRY
    seq, shown = after, ""
    spoke = checked = clock() - site.watch.recheck
    while not site.watch.ended:
        now = clock()
        if site.watch.newest(reference) > seq or now - checked >= site.watch.recheck:
            try:
                seen = await _sees(request, reference, access)
                if seen is None:
                    return
                told, seq, shown = await _news(request, seen, seq, shown, language)
            except (SQLAlchemyError, OSError):
                told = []  # nobody can be looked up now, so nobody is told anything
            checked = now
            for event in told:
                spoke = now
                yield event
        if now - spoke >= site.watch.heartbeat:
            spoke = now
            yield ": still here\n\n"
        await site.watch.next_look()


async def _sees(request: Request, reference: str, access: Access) -> Seen | None:
    """What the reader sees of the case now, if that is more than what was circulated."""
    post = await access()
    case = await current_site(request).files.read(reference) if post is not None else None
    seen = as_seen(case, post) if case is not None and post is not None else None
    return seen if seen is not None and seen.sight > Sight.CIRCULATED else None


async def _news(request: Request, seen: Seen, seq: int, shown: str, language: str) -> tuple[list[str], int, str]:
    """The events after ``seq``, the number that they reach, and how the reader's part looks now."""
    case = seen.case
    if seen.sight is Sight.CASE:
        found = await current_site(request).files.entries(case.reference, after=seq, limit=_PAGE)
        # One that came in this moment may have taken the sight away: it waits for the next look.
        entries = [entry for entry in found if entry.seq <= case.seq]
        told = timeline(entries, case, words_for_reader(None, language, names_in(case)), gettext_of(language))
        written = [_event(one.seq, entry_view(one).model_dump_json()) for one in told]
        return written, entries[-1].seq if entries else seq, ""
    looks = case_view(case, seen, {}).model_copy(update={"seq": None}).model_dump_json()
    # What a reader of a part got last cannot be compared with; it is told to look again, once.
    changed = looks != shown if shown else case.seq > seq
    return [_event(case.seq, json.dumps({"seq": case.seq}))] if changed else [], max(seq, case.seq), looks


def _event(number: int, data: str) -> str:
    return f"id: {number}\nevent: entry\ndata: {data}\n\n"


@router.get("/feed")
async def case_feed(
    request: Request,
    visitor: MaybeSignedIn,
    reference: str,
    after: AskedNumber | None = None,
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    """The events of a case for its page. 204 without a session: the browser then stops asking."""
    if visitor is None:
        return Response(status_code=204)
    case, seen = await seen_or_404(request, reference, visitor.post)
    if seen.sight is Sight.CIRCULATED:
        raise HTTPException(404)
    if current_site(request).watch.full(visitor.email):
        return PlainTextResponse("There are too many feeds.", 503, {"Retry-After": "30"})

    async def access() -> Post | None:
        try:
            now = await visitor_of(request, touch=False)
        except SignInFirst:
            return None
        return now.post if now is not None else None

    start = begins_after(case, after, last_event_id)
    told = events(request, reference, start, access, language_for(request, visitor))
    return Feed(request, reference, visitor.email, told)
