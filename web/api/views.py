"""What the API answers with, besides a case itself: who asks, lists, commands, the log. A page of fields each.

What a reader does not see is empty or null, just as what is not there.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from models.authentication import Means
from models.base import Instant, Value
from models.case import Clock, Stage
from models.policy import Urgency
from models.posts import Post
from models.readings import Reading
from models.request import Request
from models.search import Thing
from models.search_words import excerpt
from records.api_tokens import Scope
from records.lists import ListedCase
from records.search import Hit
from web.case.timeline import TimelineEntry


class View(Value):
    """An answer, or a part of one."""

    @classmethod
    def of(cls, source: object, **given: Any) -> Self:
        """Made of the fields that ``source`` has under the same names, and of the others as they are ``given``."""
        return cls(**{name: getattr(source, name) for name in cls.model_fields if name not in given}, **given)


# who asks, and lists ----------------------------------------------------------------------------------------------


class MeView(View):
    """The post that the token acts for, what it is good for, and until when."""

    post: Post
    member: str
    token: str
    scopes: tuple[Scope, ...]
    expires_at: Instant


class DutyView(View):
    """One thing that the post is asked to do: by which command, about what, until when."""

    reference: str
    do: str
    about: str
    due: Instant | None
    title: str
    stage: Stage
    urgency: Urgency


class DutiesView(View):
    """What waits for the post, the most urgent first."""

    duties: tuple[DutyView, ...]


class FollowUpView(View):
    """A recommendation that the post's member owns and that is still followed."""

    reference: str
    number: int
    text: str
    to: tuple[str, ...]
    due: date | None
    state: str
    next_at: Instant | None


class FollowUpsView(View):
    """The recommendations that the post's member owns, the next one due first."""

    follow_ups: tuple[FollowUpView, ...]


class CaseRowView(View):
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


class CaseListView(View):
    """A page of cases, newest first; ``next`` is the cursor of the following page, null on the last."""

    cases: tuple[CaseRowView, ...]
    next: str | None


class HitView(View):
    """A text that was found: of which kind, which part of the case, and the words around what was searched for.

    ``found`` are the words in ``excerpt`` that were searched for, as they stand there.
    """

    reference: str
    kind: Thing
    part: str
    case: CaseRowView
    excerpt: str
    found: tuple[str, ...]


class HitsView(View):
    """A page of hits, newest case first; ``next`` is the cursor of the following page, null on the last."""

    hits: tuple[HitView, ...]
    next: str | None


def hit_view(row: Hit, terms: tuple[str, ...]) -> HitView:
    """A hit of ``records.search``."""
    pieces = excerpt(row.text, terms)
    found = tuple(piece.text for piece in pieces if piece.found)
    return HitView.of(row, case=row_view(row.case), excerpt="".join(piece.text for piece in pieces), found=found)


class BoardView(View):
    """Every open case, the one that has been in its step for longest first; and how many of them are in each stage."""

    cases: tuple[CaseRowView, ...]
    counts: Mapping[Stage, int]


def row_view(row: ListedCase) -> CaseRowView:
    """A row of ``records.lists``, which has left out what the post does not see."""
    empty = {name: getattr(row, name) or None for name in ("stage", "urgency", "clock")}
    return CaseRowView.of(row, sight=row.sight.name.lower(), **empty)


# the log, and versions of the request --------------------------------------------------------------------------------


class ActedForView(View):
    """Who recorded what the post said otherwise (by telephone, by letter), how, and why."""

    by: Post
    how: str
    why: str


class EntryView(View):
    """An entry of the log in words, as its reader may read it. ``by`` is null where the clock or the rules acted.

    ``means``: by what its sender was known; null but in the first entry of a command. ``contested_at``: of what was
    recorded in a post's name, when the post said that it never said this.
    """

    seq: int
    at: Instant
    type: str
    by: Post | None
    acted_for: ActedForView | None
    sentence: str
    quote: str
    means: Means | None
    contested_at: Instant | None


class LogView(View):
    """Entries in their order; ``next`` is the ``after`` of the following page, null when there is none yet."""

    entries: tuple[EntryView, ...]
    next: int | None


def entry_view(told: TimelineEntry) -> EntryView:
    """An entry that the timeline tells."""
    return EntryView.of(told, acted_for=ActedForView.of(told.acted_for) if told.acted_for else None)


class ProofView(View):
    """That a leaf of the record's tree is in it. ``leaf`` is its text, ``number`` counts from 0; hashes are in hex."""

    leaf: str
    number: int
    size: int
    root: str
    hashes: tuple[str, ...]


class ReadingView(View):
    """That somebody read or took away what not all may read, first on that day; ``email`` for auditors alone.

    ``post`` is null for the command line. ``about``: the section, the file or the table.
    """

    at: Instant
    post: Post | None
    email: str | None
    what: Reading
    about: str


class ReadingsView(View):
    """Who read what of a case, the newest first."""

    readings: tuple[ReadingView, ...]


class VersionView(View):
    """A version of the request: what it says, which sections are not open to the reader, what it changed."""

    version: int
    submitted_at: Instant | None
    request: Request
    hidden: tuple[str, ...]
    changed: tuple[str, ...]


class VersionsView(View):
    """Versions, the newest first. ``before``: what to ask for the earlier ones with; null when there are none."""

    versions: tuple[VersionView, ...]
    before: int | None


# what is done ---------------------------------------------------------------------------------------------------------


class DoneView(View):
    """A command was taken: its newest entry, and where the case is now, as far as the post sees it."""

    reference: str
    seq: int
    stage: str
    waiting_on: tuple[Post, ...]


class DraftView(View):
    """The member's request that is not submitted yet, as it was kept, and what it still lacks."""

    content: dict[str, Any]
    missing: tuple[str, ...]


class CommandView(View):
    """A command: what it does, who may give it in which stages, where it goes, and the JSON schema of its fields."""

    do: str
    description: str
    who: str
    stages: tuple[Stage, ...]
    method: str
    path: str
    fields: dict[str, Any]


class CommandsView(View):
    """Every command."""

    commands: tuple[CommandView, ...]
