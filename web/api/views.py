"""What the API answers with, besides a case itself: who asks, lists, commands, the log. A page of fields each.

What a reader does not see is empty or null, just as what is not there.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.base import Instant, Value
from models.case import Clock, Stage
from models.policy import Urgency
from models.posts import Post
from models.request import Request
from models.search import Thing
from models.search_words import excerpt
from records.api_tokens import ApiToken, Scope
from records.lists import ListedCase
from records.search import Hit
from web.case.timeline import TimelineEntry

# who asks, and lists ----------------------------------------------------------------------------------------------


class MeView(Value):
    """The post that the token acts for, what it is good for, and until when."""

    post: Post
    member: str
    token: str
    scopes: tuple[Scope, ...]
    expires_at: Instant

    @classmethod
    def of(cls, token: ApiToken) -> "MeView":
        """The holder of a token."""
        return cls(
            post=token.post,
            member=token.post.member,
            token=token.name,
            scopes=token.scopes,
            expires_at=token.expires_at,
        )


class DutyView(Value):
    """One thing that the post is asked to do: by which command, about what, until when."""

    reference: str
    do: str
    about: str
    due: Instant | None
    title: str
    stage: Stage
    urgency: Urgency


class DutiesView(Value):
    """What waits for the post, the most urgent first."""

    duties: tuple[DutyView, ...]


class FollowUpView(Value):
    """A recommendation that the post's member owns and that is still followed."""

    reference: str
    number: int
    text: str
    to: tuple[str, ...]
    due: date | None
    state: str
    next_at: Instant | None


class FollowUpsView(Value):
    """The recommendations that the post's member owns, the next one due first."""

    follow_ups: tuple[FollowUpView, ...]


class CaseRowView(Value):
    """A case in a list. ``sight``: how much of it the post sees (``case``, ``own_part``, ``circulated``)."""

    reference: str
    sight: str
    title: str
    stage: Stage | None
    stage_since: Instant | None
    urgency: Urgency | None
    requesters: tuple[str, ...]
    clock: Clock | None
    waiting_on: tuple[Post, ...]
    due: Instant | None
    opened_at: Instant | None


class CaseListView(Value):
    """A page of cases, newest first; ``next`` is the cursor of the following page, null on the last."""

    cases: tuple[CaseRowView, ...]
    next: str | None


class HitView(Value):
    """A text that was found: of which kind, which part of the case, and the words around what was searched for.

    ``found`` are the words in ``excerpt`` that were searched for, as they stand there.
    """

    reference: str
    kind: Thing
    part: str
    case: CaseRowView
    excerpt: str
    found: tuple[str, ...]


class HitsView(Value):
    """A page of hits, newest case first; ``next`` is the cursor of the following page, null on the last."""

    hits: tuple[HitView, ...]
    next: str | None


def hit_view(row: Hit, terms: tuple[str, ...]) -> HitView:
    """A hit of ``records.search``."""
    pieces = excerpt(row.text, terms)
    return HitView(
        reference=row.reference,
        kind=row.kind,
        part=row.part,
        case=row_view(row.case),
        excerpt="".join(piece.text for piece in pieces),
        found=tuple(piece.text for piece in pieces if piece.found),
    )


class BoardView(Value):
    """Every open case, the one that has been in its step for longest first; and how many of them are in each stage."""

    cases: tuple[CaseRowView, ...]
    counts: Mapping[Stage, int]


def row_view(row: ListedCase) -> CaseRowView:
    """A row of ``records.lists``, which has left out what the post does not see."""
    return CaseRowView(
        reference=row.reference,
        sight=row.sight.name.lower(),
        title=row.title,
        stage=Stage(row.stage) if row.stage else None,
        stage_since=row.stage_since,
        urgency=Urgency(row.urgency) if row.urgency else None,
        requesters=tuple(row.requesters),
        clock=Clock(row.clock) if row.clock else None,
        waiting_on=tuple(map(Post, row.waiting_on)),
        due=row.due,
        opened_at=row.opened_at,
    )


# the log, and versions of the request --------------------------------------------------------------------------------


class ActedForView(Value):
    """Who recorded what the post said otherwise (by telephone, by letter), how, and why."""

    by: Post
    how: str
    why: str


class EntryView(Value):
    """An entry of the log in words, as its reader may read it. ``by`` is null where the clock or the rules acted."""

    seq: int
    at: Instant
    type: str
    by: Post | None
    acted_for: ActedForView | None
    sentence: str
    quote: str


class LogView(Value):
    """Entries in their order; ``next`` is the ``after`` of the following page, null when there is none yet."""

    entries: tuple[EntryView, ...]
    next: int | None


def entry_view(told: TimelineEntry) -> EntryView:
    """An entry that the timeline tells."""
    acted = ActedForView(**told.acted_for) if told.acted_for else None  # type: ignore[arg-type]
    return EntryView(
        seq=told.seq, at=told.at, type=told.type, by=told.by, acted_for=acted, sentence=told.sentence, quote=told.quote
    )


class VersionView(Value):
    """A version of the request: what it says, which sections are not open to the reader, what it changed."""

    version: int
    submitted_at: Instant | None
    request: Request
    hidden: tuple[str, ...]
    changed: tuple[str, ...]


class VersionsView(Value):
    """Every version, the newest first."""

    versions: tuple[VersionView, ...]


# what is done ---------------------------------------------------------------------------------------------------------


class DoneView(Value):
    """A command was taken: its newest entry, and where the case is now, as far as the post sees it."""

    reference: str
    seq: int
    stage: str
    waiting_on: tuple[Post, ...]


class DraftView(Value):
    """The member's request that is not submitted yet, as it was kept, and what it still lacks."""

    content: dict[str, Any]
    missing: tuple[str, ...]


class CommandView(Value):
    """A command: what it does, who may give it in which stages, where it goes, and the JSON schema of its fields."""

    do: str
    description: str
    who: str
    stages: tuple[Stage, ...]
    method: str
    path: str
    fields: dict[str, Any]


class CommandsView(Value):
    """Every command."""

    commands: tuple[CommandView, ...]
