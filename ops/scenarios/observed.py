"""A case as scenario files speak of it, read from the projection that people see."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from models.posts import Post
from models.tables.cases import (
    ArrangementRow,
    CaseRow,
    FollowUpRow,
    GateRow,
    OutcomeRow,
    ParticipantRow,
    RecommendationRow,
)
from ops.scenarios.expected import NONE
from records import queries
from records.notices import notices_of_case


class ObservedGate(NamedTuple):
    """The state of a gate, and the present word of each post that has said something there."""

    outcome: str = NONE
    positions: Mapping[str, str] = {}


@dataclass(frozen=True)
class Observed:
    """The present values of the fields of ``expect``. ``notices``: by kind the posts that were told, once for each."""

    stage: str | None = None
    waiting_on: Collection[str] = ()
    clock: str = "running"
    versions: int = 0
    participants: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    arrangements: Mapping[str, str] = field(default_factory=dict)
    recommendations: Mapping[str, str] = field(default_factory=dict)
    terms_of_reference: Mapping[str, str] = field(default_factory=dict)
    gate: Mapping[str, ObservedGate] = field(default_factory=dict)
    notices: Mapping[str, Collection[str]] = field(default_factory=dict)


class CaseRows(NamedTuple):
    """The rows that a case is observed in. ``told``: kind and post of each of its notices."""

    case: CaseRow
    gates: Sequence[GateRow]
    participants: Sequence[ParticipantRow]
    outcomes: Sequence[OutcomeRow]
    arrangements: Sequence[ArrangementRow]
    recommendations: Sequence[RecommendationRow]
    followed: Sequence[FollowUpRow]
    told: Sequence[tuple[str, str]]


async def observed(engine: AsyncEngine, reference: str | None, *, drafted_by: Post | None = None) -> Observed:
    """A case as it is now. Without a reference there is no case, and at most a draft."""
    if reference is None:
        return observed_draft(drafted_by)
    async with engine.connect() as connection:
        row = await queries.case_row(connection, reference)
        if row is None:
            return Observed()
        found = CaseRows(
            row,
            gates=await queries.parts(connection, reference, GateRow),
            participants=await queries.parts(connection, reference, ParticipantRow),
            outcomes=await queries.parts(connection, reference, OutcomeRow),
            arrangements=await queries.parts(connection, reference, ArrangementRow),
            recommendations=await queries.parts(connection, reference, RecommendationRow),
            followed=await queries.parts(connection, reference, FollowUpRow),
            told=[(notice.kind, notice.post) for notice in await notices_of_case(connection, reference)],
        )
    return observed_rows(found)


def observed_draft(drafted_by: Post | None) -> Observed:
    """What there is before a case: at most a draft."""
    return Observed() if drafted_by is None else Observed(stage="draft", waiting_on=(drafted_by,))


def observed_rows(rows: CaseRows) -> Observed:
    """A case as its rows show it."""
    followed = {one.number: one.state for one in rows.followed}
    notices: dict[str, list[str]] = defaultdict(list)
    for kind, post in rows.told:
        notices[kind].append(post)
    return Observed(
        stage=rows.case.stage,
        waiting_on=rows.case.waiting_on,
        clock=rows.case.clock,
        terms_of_reference=rows.case.terms,
        versions=rows.case.version,
        participants={one.member: one.state for one in rows.participants if not one.gone},
        outcomes={one.title: one.state for one in rows.outcomes},
        arrangements={one.title: one.state for one in rows.arrangements},
        recommendations={one.text: followed.get(one.number, "open") for one in rows.recommendations},
        gate={one.gate: _gate(one) for one in rows.gates},
        notices=notices,
    )


def _gate(row: GateRow) -> ObservedGate:
    waiting = "split" if row.round > 1 else "open"
    return ObservedGate(row.outcome or waiting, _positions(row.body))


def _positions(body: Mapping[str, Any]) -> dict[str, str]:
    """The present word of each post. Where it has none, the reason why its last word does not count any more."""
    words: dict[str, str] = {}
    for past in body["past"]:
        voided = {"amended": "void", "second round": past["position"]}.get(past["void"])
        words[past["post"]] = voided or past["position"]
    for question in body["questions"]:
        words[question["by"]] = "ask"
    for post, position in body["positions"].items():
        words[post] = position["position"]
    return words
