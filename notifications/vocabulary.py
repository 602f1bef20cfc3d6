"""The words of the models for stages, states and kinds, by the thing that they are said of.

A word is translated with its thing as the context, because other languages say ``declined`` of a member otherwise than of
a decision.
"""

from collections.abc import Mapping
from typing import get_args

from models.base import Value
from models.case import (
    Circulation,
    Consent,
    GateOutcome,
    Outcome,
    ParticipantState,
    PositionKind,
    Report,
    ReportState,
    Seat,
    Stage,
)
from models.grounds import Ground
from models.members import MemberKind
from models.policy import Urgency
from models.reasons import WHY_LISTED
from models.recommendation import FollowUp


def spelled(word: object) -> str:
    """A word of the models as people write it."""
    written = str(word)
    return Stage(written).words if written in set(Stage) else written.replace("_", " ")


def _literals(of: type[Value], field: str) -> tuple[str, ...]:
    return get_args(of.model_fields[field].annotation)


VOCABULARY: Mapping[str, tuple[str, ...]] = {
    thing: tuple(map(spelled, words))
    for thing, words in {
        "stage": tuple(Stage),
        "position": tuple(PositionKind),
        "decision": tuple(GateOutcome),
        "seat": tuple(Seat),
        "participant": tuple(ParticipantState),
        "outcome": _literals(Outcome, "state"),
        "arrangement": ("proposed", "agreed", "in_force", "ended"),
        "kind of report": tuple(f"{kind} report" for kind in _literals(Report, "kind")),
        "report": tuple(ReportState),
        "recommendation": _literals(FollowUp, "state"),
        "circulation": _literals(Circulation, "state"),
        "consent": tuple(Consent),
        "term of reference": ("covered", "waived", "open"),
        "urgency": tuple(Urgency),
        "kind of member": tuple(MemberKind),
        "ground": tuple(Ground),
        "why a member is listed": tuple(code.sentence for code in WHY_LISTED),
    }.items()
}
"""Every word, by the thing that it is said of. A test holds that no word of the models is missing."""
