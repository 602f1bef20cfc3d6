"""A case as scenario files speak of it, read from the projection that people see."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from models.members import Directory
from models.posts import Post
from models.tables.cases import (
    ArrangementRow,
    FollowUpRow,
    GateRow,
    MeetingRow,
    OutcomeRow,
    ParticipantRow,
    RecommendationRow,
)
from ops.scenario_values import Known
from records import queries
from records.notices import notices_of_case


async def observed(engine: AsyncEngine, reference: str | None, *, drafted_by: Post | None = None) -> dict[str, Any]:
    """What a scenario's ``expect`` can name (``ops.scenario.EXPECTATIONS``). Without a case, at most its draft."""
    if reference is None:
        if drafted_by is None:
            return {"stage": None, "waiting_on": []}
        return {"stage": "draft", "waiting_on": [drafted_by], "clock": "running", "versions": 0}
    async with engine.connect() as connection:
        row = await queries.case_row(connection, reference)
        if row is None:
            return {"stage": None}
        gates = await queries.parts(connection, reference, GateRow)
        participants = await queries.parts(connection, reference, ParticipantRow)
        outcomes = await queries.parts(connection, reference, OutcomeRow)
        arrangements = await queries.parts(connection, reference, ArrangementRow)
        recommendations = await queries.parts(connection, reference, RecommendationRow)
        followed = {one.number: one.state for one in await queries.parts(connection, reference, FollowUpRow)}
        notices: dict[str, list[str]] = defaultdict(list)
        for notice in await notices_of_case(connection, reference):
            notices[notice.kind].append(notice.post)
    return {
        "stage": row.stage,
        "waiting_on": row.waiting_on,
        "clock": row.clock,
        "terms_of_reference": row.terms,
        "versions": row.version,
        "participants": {one.member: one.state for one in participants if not one.gone},
        "outcomes": {one.title: one.state for one in outcomes},
        "arrangements": {one.title: one.state for one in arrangements},
        "recommendations": {one.text: followed.get(one.number, "open") for one in recommendations},
        "gate": {one.gate: _gate(one) for one in gates},
        "notices": dict(notices),
    }


async def known_of(engine: AsyncEngine, reference: str | None, directory: Directory, at: datetime) -> Known:
    """What is known of a case while an act at ``at`` is read: whom and what its words can mean."""
    if reference is None:
        return Known(directory=directory, at=at)
    async with engine.connect() as connection:
        row = await queries.case_row(connection, reference)
        participants = await queries.parts(connection, reference, ParticipantRow)
        outcomes = await queries.parts(connection, reference, OutcomeRow)
        arrangements = await queries.parts(connection, reference, ArrangementRow)
        meetings = await queries.parts(connection, reference, MeetingRow)
        recommendations = await queries.parts(connection, reference, RecommendationRow)
    return Known(
        directory=directory,
        at=at,
        requesters=tuple(row.requesters) if row else (),
        group=tuple(one.member for one in participants if one.state in ("accepted", "observer")),
        outcomes=tuple(one.title for one in outcomes),
        arrangements=tuple(one.title for one in arrangements),
        meetings=tuple(one.title for one in meetings),
        recommendations={one.number: one.text for one in recommendations},
    )


def _gate(row: GateRow) -> dict[str, Any]:
    body = row.body
    waiting = "split" if row.round > 1 else "open"
    return {"outcome": row.outcome or waiting, "positions": _positions(body)}


def _positions(body: dict[str, Any]) -> dict[str, str]:
    """What each post says now; where it says nothing, why its last word does not count any more."""
    words: dict[str, str] = {}
    for past in body["past"]:
        voided = {"amended": "void", "second round": past["position"]}.get(past["void"])
        words[past["post"]] = voided or past["position"]
    for question in body["questions"]:
        words[question["by"]] = "ask"
    for post, position in body["positions"].items():
        words[post] = position["position"]
    return words
