"""The page of a case, as the post that reads it sees it, and its whole log in words."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from models.agenda import clock_panel
from models.case import Case, Recommendation, Stage
from models.duties import open_duties
from models.policy import Obligations
from models.posts import SECRETARIAT, Post, desk_of
from models.readings import may_see_readings, sections_read
from models.recommendation import OVER
from models.release import release_of
from models.rules import terms_of_reference
from models.tables.cases import FollowUpRow
from models.visibility import Sight
from records import queries
from web.case.amended import amended_words
from web.case.readings import note_read
from web.case.seen import AtCase, CaseVisit, actions_of, hidden_sections
from web.case.timeline import timeline
from web.kit.asked import AskedNumber
from web.kit.visitor import current_site
from web.kit.wording import offered

router = APIRouter(prefix="/cases", include_in_schema=False)

_PROCEDURE = (
    Stage.SUBMITTED,
    Stage.CO_CHAIR_REVIEW,
    Stage.PARTICIPANT_SELECTION,
    Stage.OPERATIONAL,
    Stage.REPORTING,
    Stage.CLOSED,
)
_NEWEST = 60


@router.get("/{reference}")
async def case_page(at: AtCase, entry: AskedNumber = 0) -> HTMLResponse:
    """The case. ``entry``: the entry that the reader has just caused."""
    site, case, shown, post = current_site(at.request), at.case, at.seen.case, at.visitor.post
    if at.seen.sight is Sight.CIRCULATED:
        return _circulated(at)
    await note_read(at, list(sections_read(case, shown.request, post)))
    now, told = site.clock(), []
    if at.whole:
        entries = await site.files.entries(case.reference, after=max(0, case.seq - _NEWEST * 4))
        told = timeline(entries, case, *at.words)[-_NEWEST:]
    async with site.engine.connect() as connection:
        follow_ups = {row.number: row for row in await queries.parts(connection, case.reference, FollowUpRow)}
    return at.page(
        "case/page.html",
        panel=clock_panel(shown, now),
        now=now,
        amended=lambda was, terms: amended_words(was, terms, *at.words),
        steps=_steps(shown),
        told=list(reversed(told)),
        entry=entry,
        doable=_doable(at),
        mine=[duty for duty in open_duties(case) if duty.post == post],
        terms=terms_of_reference(case) if at.whole else {},
        releases={k: release_of(case, c) for k, c in shown.circulations.items() if c.state == "released"},
        follow_ups=follow_ups,
        each_for_itself=case.policy.obligations is Obligations.BY_OWN_WORD,
        may_answer=partial(_may_answer, post),
        may_contest=partial(_may_contest, post, now),
        whole=at.whole,
        unknown_zones=case.calendars.unknown_zones if at.whole else {},
        secretariat=post == SECRETARIAT,
        hidden=hidden_sections(case, at.seen),
        readings=may_see_readings(case, post),
    )


def _may_answer(post: Post, one: Recommendation, followed: FollowUpRow) -> bool:
    """Whether a post has an answer to give: an addressee's, or the owner's where there is none."""
    answering = one.to or (one.owner,)
    said = followed.answers.get(post.member, {}).get("state")
    return post == desk_of(post.member) and post.member in answering and said not in OVER


def _may_contest(post: Post, now: datetime, code: str, answer: Mapping[str, Any]) -> bool:
    """Whether a post can contest an answer that was recorded in its name."""
    until = answer.get("contest_until")
    return post == desk_of(code) and until is not None and now <= datetime.fromisoformat(until)


def _circulated(at: CaseVisit) -> HTMLResponse:
    # What was released is made of the whole case, which its readers do not see: the rule leaves out who is not named.
    releases = {number: release_of(at.case, at.case.circulations[number]) for number in at.seen.case.circulations}
    return at.page("case/circulated.html", releases=releases)


def _doable(at: CaseVisit) -> list[tuple[str, str]]:
    """What the post may do: the addresses of the pages, and the words."""
    _say, _ = at.words
    return offered(actions_of(at.case, at.visitor.post), at.case.reference, _)


def _steps(case: Case) -> list[tuple[Stage, str]]:
    """The procedure as a picture: each stage, and whether it is done, now, ahead, or the end that came instead."""
    if case.stage in _PROCEDURE:
        here = _PROCEDURE.index(case.stage)
        closed = case.stage is Stage.CLOSED
        marks = ["done" if n < here or closed else "now" if n == here else "ahead" for n in range(len(_PROCEDURE))]
        return list(zip(_PROCEDURE, marks, strict=True))
    reached = [Stage.SUBMITTED]
    if case.gates:
        reached.append(Stage.CO_CHAIR_REVIEW)
    if case.participants:
        reached.append(Stage.PARTICIPANT_SELECTION)
    if case.active_until:
        reached.append(Stage.OPERATIONAL)
    return [*((stage, "done") for stage in reached), (case.stage, "end")]


@router.get("/{reference}/log")
async def log_page(at: AtCase, after: AskedNumber = 0) -> HTMLResponse:
    """The whole timeline, from the first entry, a page at a time."""
    if not at.whole:
        raise HTTPException(404)
    entries = await current_site(at.request).files.entries(at.case.reference, after=after, limit=200)
    more = entries[-1].seq if len(entries) == 200 else None
    return at.page("case/log.html", told=timeline(entries, at.case, *at.words), more=more)
