"""How each kind of notice is delivered: its pace, whether it can be switched off, what it may quote.

The kinds themselves, and who is told, stand in ``models.notices``; the words in ``templates/<kind>/``.
Importing this module fails when a kind has no row here, lacks one of its three templates, or when a folder
of templates has no kind.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from models.notices import NOTICE_KINDS, OF_NO_CASE
from notifications.environment import SHARED, TEMPLATES

TEMPLATE_PARTS = ("subject.txt", "body.txt", "body.html")
"""The templates of a kind."""


class Pace(StrEnum):
    """When a notice goes out."""

    NOW = "at once"
    DIGEST = "may wait for a digest"


class Optionality(StrEnum):
    """Whether a reader can switch a kind off."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"


class Sensitivity(StrEnum):
    """What of a case a mail may hold. Mails cross servers that nobody here controls."""

    QUOTES = "may quote short texts of the case"
    LINK = "says what happened and links to it; quotes nothing"
    RELEASED = "holds only what was released; no title, no stage"


class Deadline(StrEnum):
    """Where the date in the mail comes from. A date that the policy sets is labelled as a default of the product."""

    POLICY = "policy"
    AGREED = "agreed"
    EITHER = "either"
    NONE = "none"


class DeliveryRule(NamedTuple):
    """One row: how a kind of notice is delivered."""

    kind: str
    pace: Pace
    optionality: Optionality
    sensitivity: Sensitivity
    deadline: Deadline

    @property
    def acknowledged(self) -> bool:
        """Whether the reader is asked to confirm that the mail came, where the mail asks for nothing else."""
        return self.optionality is Optionality.MANDATORY

    @property
    def folder(self) -> Path:
        """Where its templates are."""
        return TEMPLATES / self.kind


_NOW, _DIGEST = Pace.NOW, Pace.DIGEST
_MUST, _MAY = Optionality.MANDATORY, Optionality.OPTIONAL
_QUOTES, _LINK, _RELEASED = Sensitivity.QUOTES, Sensitivity.LINK, Sensitivity.RELEASED
_POLICY, _AGREED, _EITHER, _NONE = Deadline.POLICY, Deadline.AGREED, Deadline.EITHER, Deadline.NONE

_ROWS = (
    # the request
    DeliveryRule("request_received", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("completeness_requested", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("completeness_overdue", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("request_returned", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("resubmission_reminder", _NOW, _MAY, _QUOTES, _POLICY),
    DeliveryRule("ground_reviewed", _DIGEST, _MAY, _LINK, _NONE),
    DeliveryRule("request_joined", _DIGEST, _MAY, _QUOTES, _NONE),
    DeliveryRule("request_withdrawn", _NOW, _MUST, _QUOTES, _NONE),
    # gates: what Co-Chairs say to each other is read on the page, not in a mail
    DeliveryRule("review_requested", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("review_requested_again", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("review_reminder", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("review_escalated", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("review_overdue", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("position_taken", _NOW, _MAY, _LINK, _POLICY),
    DeliveryRule("question_asked", _NOW, _MUST, _LINK, _POLICY),
    DeliveryRule("question_answered", _NOW, _MUST, _LINK, _POLICY),
    DeliveryRule("answer_overdue", _NOW, _MUST, _LINK, _POLICY),
    DeliveryRule("consultation_opened", _NOW, _MUST, _LINK, _POLICY),
    DeliveryRule("decision_made", _NOW, _MUST, _QUOTES, _NONE),
    DeliveryRule("decision_lapsed", _NOW, _MUST, _QUOTES, _POLICY),
    # participants
    DeliveryRule("participants_proposed", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("list_awaited", _NOW, _MAY, _QUOTES, _POLICY),
    DeliveryRule("invited", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("seat_offered", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("invitation_reminder", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("invitation_answered", _DIGEST, _MAY, _LINK, _NONE),
    DeliveryRule("invitation_lapsed", _NOW, _MUST, _QUOTES, _NONE),
    DeliveryRule("minimum_missing", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("admission_considered", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("admission_refused", _NOW, _MUST, _LINK, _NONE),
    DeliveryRule("admission_proposed", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("participant_left", _NOW, _MAY, _LINK, _NONE),
    DeliveryRule("group_convened", _NOW, _MUST, _QUOTES, _POLICY),
    # operational
    DeliveryRule("outcome_assigned", _NOW, _MAY, _QUOTES, _AGREED),
    DeliveryRule("outcome_offered", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("outcome_taken_on", _DIGEST, _MAY, _LINK, _NONE),
    DeliveryRule("outcome_amended", _NOW, _MAY, _QUOTES, _AGREED),
    DeliveryRule("outcome_returned", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("outcome_handed_on", _NOW, _MAY, _QUOTES, _NONE),
    DeliveryRule("outcome_due", _DIGEST, _MAY, _QUOTES, _AGREED),
    DeliveryRule("outcome_overdue", _NOW, _MAY, _QUOTES, _AGREED),
    DeliveryRule("outcome_blocked", _DIGEST, _MAY, _LINK, _NONE),
    DeliveryRule("outcome_done", _NOW, _MAY, _QUOTES, _POLICY),
    DeliveryRule("outcome_verified", _NOW, _MAY, _QUOTES, _POLICY),
    DeliveryRule("outcome_reopened", _NOW, _MAY, _QUOTES, _AGREED),
    DeliveryRule("arrangement_proposed", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("arrangement_to_change", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("arrangement_changed", _NOW, _MAY, _QUOTES, _NONE),
    DeliveryRule("arrangement_in_force", _NOW, _MAY, _QUOTES, _AGREED),
    DeliveryRule("arrangement_review_due", _DIGEST, _MAY, _QUOTES, _AGREED),
    DeliveryRule("exchange_due", _DIGEST, _MAY, _QUOTES, _AGREED),
    DeliveryRule("exchange_overdue", _NOW, _MAY, _QUOTES, _AGREED),
    DeliveryRule("meeting_called", _NOW, _MUST, _QUOTES, _NONE),
    DeliveryRule("meeting_cancelled", _NOW, _MUST, _QUOTES, _NONE),
    DeliveryRule("situation_update_due", _NOW, _MAY, _QUOTES, _POLICY),
    DeliveryRule("situation_updated", _DIGEST, _MAY, _LINK, _NONE),
    DeliveryRule("activation_ending", _NOW, _MUST, _QUOTES, _EITHER),
    DeliveryRule("activation_extended", _NOW, _MAY, _QUOTES, _AGREED),
    DeliveryRule("case_suspended", _NOW, _MUST, _QUOTES, _EITHER),
    DeliveryRule("suspension_to_review", _NOW, _MUST, _QUOTES, _EITHER),
    DeliveryRule("deadlines_moved", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("case_resumed", _NOW, _MUST, _QUOTES, _NONE),
    # reporting
    DeliveryRule("contributions_requested", _NOW, _MUST, _QUOTES, _EITHER),
    DeliveryRule("report_begun", _NOW, _MUST, _QUOTES, _EITHER),
    DeliveryRule("report_owed", _NOW, _MAY, _QUOTES, _EITHER),
    DeliveryRule("report_tabled", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("report_reopened", _NOW, _MUST, _LINK, _POLICY),
    DeliveryRule("report_accepted", _NOW, _MAY, _QUOTES, _NONE),
    DeliveryRule("consent_requested", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("consent_reminder", _NOW, _MUST, _QUOTES, _POLICY),
    DeliveryRule("consent_missing", _NOW, _MAY, _QUOTES, _NONE),
    DeliveryRule("waiver_stated", _NOW, _MUST, _QUOTES, _NONE),
    DeliveryRule("rewording_awaited", _NOW, _MAY, _QUOTES, _POLICY),
    DeliveryRule("closing_awaited", _NOW, _MAY, _QUOTES, _POLICY),
    DeliveryRule("circulated", _NOW, _MUST, _RELEASED, _NONE),
    DeliveryRule("circulation_dropped", _NOW, _MUST, _LINK, _NONE),
    DeliveryRule("case_ended", _NOW, _MUST, _QUOTES, _NONE),
    # recommendations
    DeliveryRule("recommendation_addressed", _NOW, _MUST, _QUOTES, _AGREED),
    DeliveryRule("recommendation_due", _DIGEST, _MAY, _QUOTES, _AGREED),
    DeliveryRule("recommendation_overdue", _NOW, _MAY, _QUOTES, _AGREED),
    DeliveryRule("recommendation_resolved", _DIGEST, _MAY, _QUOTES, _AGREED),
    # posts
    DeliveryRule("post_handed_over", _NOW, _MUST, _QUOTES, _NONE),
    DeliveryRule("post_passed_on", _NOW, _MUST, _RELEASED, _NONE),
    DeliveryRule("recorded_in_name", _NOW, _MUST, _LINK, _POLICY),
    DeliveryRule("recording_contested", _NOW, _MUST, _QUOTES, _NONE),
    DeliveryRule("post_delegated", _NOW, _MUST, _QUOTES, _NONE),
)

REGISTRY: dict[str, DeliveryRule] = {entry.kind: entry for entry in _ROWS}
"""How every kind of notice is delivered, in the order of the procedure."""


def rows() -> Iterator[tuple[str, str, str, str, str, str]]:
    """The table for the documentation: kind, what it says, asks or tells, pace, optionality, what it may hold."""
    for entry in _ROWS:
        kind = NOTICE_KINDS[entry.kind]
        asks = "asks" if kind.asks else "tells"
        yield entry.kind, kind.summary, asks, entry.pace.value, entry.optionality.value, entry.sensitivity.value


def _faults() -> Iterator[str]:
    for kind in sorted(set(NOTICE_KINDS) ^ set(REGISTRY)):
        yield f"{kind} is in models.notices or in the registry of notifications, not in both"
    for entry in _ROWS:
        if entry.optionality is Optionality.MANDATORY and entry.pace is Pace.DIGEST:
            yield f"{entry.kind} is mandatory and must go out at once"
    own = [f"{kind}/{part}" for kind in (*REGISTRY, *OF_NO_CASE) for part in TEMPLATE_PARTS]
    yield from (f"{name} is missing" for name in own if not (TEMPLATES / name).is_file())
    known = {*SHARED, *own}
    for path in sorted(TEMPLATES.rglob("*")):
        name = path.relative_to(TEMPLATES).as_posix()
        if path.is_file() and not path.name.startswith(".") and name not in known:
            yield f"the template {name} belongs to no kind of notice"


if _found := list(_faults()):
    raise ImportError("notifications: " + "; ".join(_found))
