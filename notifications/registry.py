"""How each kind of notice is delivered: its pace, whether it can be switched off, what it may quote.

The kinds themselves, and who is told, stand in ``models.notices``; the words in ``templates/<kind>/``.
Importing this module fails when a kind has no row here, lacks one of its three templates, or when a folder
of templates has no kind.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from models.notices import KINDS, OF_NO_CASE
from notifications.environment import SHARED, TEMPLATES

PARTS = ("subject.txt", "body.txt", "body.html")
"""The templates of a kind."""


class Pace(StrEnum):
    """When a notice goes out."""

    NOW = "at once"
    DIGEST = "may wait for a digest"


class Wish(StrEnum):
    """Whether a reader can switch a kind off."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"


class Sensitivity(StrEnum):
    """What of a case a mail may hold; a mail crosses servers that nobody here controls."""

    QUOTES = "may quote short texts of the case"
    LINK = "says what happened and links to it; quotes nothing"
    RELEASED = "holds only what was released; no title, no stage"


class Deadline(StrEnum):
    """Where the date in the mail comes from. What policy sets is labelled as a default of the product."""

    POLICY = "policy"
    AGREED = "agreed"
    EITHER = "either"
    NONE = "none"


class Entry(NamedTuple):
    """One row: how a kind of notice is delivered."""

    kind: str
    pace: Pace
    wish: Wish
    sensitivity: Sensitivity
    deadline: Deadline

    @property
    def acknowledged(self) -> bool:
        """Whether its reader is asked to confirm that it came, where it asks for nothing else."""
        return self.wish is Wish.MANDATORY

    @property
    def folder(self) -> Path:
        """Where its templates are."""
        return TEMPLATES / self.kind


_NOW, _DIGEST = Pace.NOW, Pace.DIGEST
_MUST, _MAY = Wish.MANDATORY, Wish.OPTIONAL
_QUOTES, _LINK, _RELEASED = Sensitivity.QUOTES, Sensitivity.LINK, Sensitivity.RELEASED
_POLICY, _AGREED, _EITHER, _NONE = Deadline.POLICY, Deadline.AGREED, Deadline.EITHER, Deadline.NONE

_ROWS = (
    # the request
    Entry("request_received", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("completeness_requested", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("completeness_overdue", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("request_returned", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("resubmission_reminder", _NOW, _MAY, _QUOTES, _POLICY),
    Entry("request_joined", _DIGEST, _MAY, _QUOTES, _NONE),
    Entry("request_withdrawn", _NOW, _MUST, _QUOTES, _NONE),
    # gates: what Co-Chairs say to each other is read on the page, not in a mail
    Entry("review_requested", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("review_requested_again", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("review_reminder", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("review_escalated", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("review_overdue", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("position_taken", _NOW, _MAY, _LINK, _POLICY),
    Entry("question_asked", _NOW, _MUST, _LINK, _POLICY),
    Entry("question_answered", _NOW, _MUST, _LINK, _POLICY),
    Entry("answer_overdue", _NOW, _MUST, _LINK, _POLICY),
    Entry("consultation_opened", _NOW, _MUST, _LINK, _POLICY),
    Entry("decision_made", _NOW, _MUST, _QUOTES, _NONE),
    Entry("decision_lapsed", _NOW, _MUST, _QUOTES, _POLICY),
    # participants
    Entry("participants_proposed", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("list_awaited", _NOW, _MAY, _QUOTES, _POLICY),
    Entry("invited", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("invitation_reminder", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("invitation_answered", _DIGEST, _MAY, _LINK, _NONE),
    Entry("invitation_lapsed", _NOW, _MUST, _QUOTES, _NONE),
    Entry("minimum_missing", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("admission_proposed", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("participant_left", _NOW, _MAY, _LINK, _NONE),
    Entry("group_convened", _NOW, _MUST, _QUOTES, _POLICY),
    # operational
    Entry("outcome_assigned", _NOW, _MAY, _QUOTES, _AGREED),
    Entry("outcome_due", _DIGEST, _MAY, _QUOTES, _AGREED),
    Entry("outcome_overdue", _NOW, _MAY, _QUOTES, _AGREED),
    Entry("outcome_blocked", _DIGEST, _MAY, _LINK, _NONE),
    Entry("outcome_done", _NOW, _MAY, _QUOTES, _POLICY),
    Entry("outcome_verified", _NOW, _MAY, _QUOTES, _POLICY),
    Entry("outcome_reopened", _NOW, _MAY, _QUOTES, _AGREED),
    Entry("arrangement_proposed", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("arrangement_in_force", _NOW, _MAY, _QUOTES, _AGREED),
    Entry("arrangement_review_due", _DIGEST, _MAY, _QUOTES, _AGREED),
    Entry("meeting_called", _NOW, _MUST, _QUOTES, _NONE),
    Entry("situation_update_due", _NOW, _MAY, _QUOTES, _POLICY),
    Entry("situation_updated", _DIGEST, _MAY, _LINK, _NONE),
    Entry("activation_ending", _NOW, _MUST, _QUOTES, _EITHER),
    Entry("activation_extended", _NOW, _MAY, _QUOTES, _AGREED),
    Entry("case_suspended", _NOW, _MUST, _QUOTES, _NONE),
    Entry("case_resumed", _NOW, _MUST, _QUOTES, _NONE),
    # reporting
    Entry("contributions_requested", _NOW, _MUST, _QUOTES, _EITHER),
    Entry("report_begun", _NOW, _MUST, _QUOTES, _EITHER),
    Entry("report_owed", _NOW, _MAY, _QUOTES, _EITHER),
    Entry("report_tabled", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("report_reopened", _NOW, _MUST, _LINK, _POLICY),
    Entry("report_accepted", _NOW, _MAY, _QUOTES, _NONE),
    Entry("consent_requested", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("consent_reminder", _NOW, _MUST, _QUOTES, _POLICY),
    Entry("consent_missing", _NOW, _MAY, _QUOTES, _NONE),
    Entry("closing_awaited", _NOW, _MAY, _QUOTES, _POLICY),
    Entry("circulated", _NOW, _MUST, _RELEASED, _NONE),
    Entry("case_ended", _NOW, _MUST, _QUOTES, _NONE),
    # recommendations
    Entry("recommendation_addressed", _NOW, _MUST, _QUOTES, _AGREED),
    Entry("recommendation_due", _DIGEST, _MAY, _QUOTES, _AGREED),
    Entry("recommendation_overdue", _NOW, _MAY, _QUOTES, _AGREED),
    Entry("recommendation_resolved", _DIGEST, _MAY, _QUOTES, _AGREED),
    # posts
    Entry("post_handed_over", _NOW, _MUST, _QUOTES, _NONE),
    Entry("post_delegated", _NOW, _MUST, _QUOTES, _NONE),
)

REGISTRY: dict[str, Entry] = {entry.kind: entry for entry in _ROWS}
"""How every kind of notice is delivered, in the order of the procedure."""


def rows() -> Iterator[tuple[str, str, str, str, str, str]]:
    """The table for the documentation: kind, what it says, asks or tells, pace, wish, what it may hold."""
    for entry in _ROWS:
        kind = KINDS[entry.kind]
        asks = "asks" if kind.asks else "tells"
        yield entry.kind, kind.summary, asks, entry.pace.value, entry.wish.value, entry.sensitivity.value


def _faults() -> Iterator[str]:
    for kind in sorted(set(KINDS) ^ set(REGISTRY)):
        yield f"{kind} is in models.notices or in the registry of notifications, not in both"
    for entry in _ROWS:
        if entry.wish is Wish.MANDATORY and entry.pace is Pace.DIGEST:
            yield f"{entry.kind} is mandatory and must go out at once"
    own = [f"{kind}/{part}" for kind in (*REGISTRY, *OF_NO_CASE) for part in PARTS]
    yield from (f"{name} is missing" for name in own if not (TEMPLATES / name).is_file())
    known = {*SHARED, *own}
    for path in sorted(TEMPLATES.rglob("*")):
        name = path.relative_to(TEMPLATES).as_posix()
        if path.is_file() and not path.name.startswith(".") and name not in known:
            yield f"the template {name} belongs to no kind of notice"


if _found := list(_faults()):
    raise ImportError("notifications: " + "; ".join(_found))
