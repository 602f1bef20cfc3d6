"""A case as scenario files speak of it, read from the projection that people see."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from models.members import Directory
from models.posts import Post
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
        parts = {name: await queries.parts(connection, reference, name) for name in queries.PART_TABLES}
        notices: dict[str, list[str]] = defaultdict(list)
        for notice in await notices_of_case(connection, reference):
            notices[notice.kind].append(notice.post)
    followed = {one["number"]: one["state"] for one in parts["follow_ups"]}
    return {
        "stage": row["stage"],
        "waiting_on": row["waiting_on"],
        "clock": row["clock"],
        "terms_of_reference": row["terms"],
        "versions": row["version"],
        "participants": {one["member"]: one["state"] for one in parts["participants"] if not one["gone"]},
        "outcomes": {one["title"]: one["state"] for one in parts["outcomes"]},
        "arrangements": {one["title"]: one["state"] for one in parts["arrangements"]},
        "recommendations": {one["text"]: followed.get(one["number"], "open") for one in parts["recommendations"]},
        "gate": {one["gate"]: _gate(one) for one in parts["gates"]},
        "notices": dict(notices),
    }


async def known_of(engine: AsyncEngine, reference: str | None, directory: Directory, at: datetime) -> Known:
    """What is known of a case while an act at ``at`` is read: whom and what its words can mean."""
    if reference is None:
        return Known(directory=directory, at=at)
    async with engine.connect() as connection:
        row = await queries.case_row(connection, reference)
        names = ("participants", "outcomes", "arrangements", "meetings", "recommendations")
        parts = {name: await queries.parts(connection, reference, name) for name in names}
    return Known(
        directory=directory,
        at=at,
        requesters=tuple(row["requesters"]) if row else (),
        group=tuple(one["member"] for one in parts["participants"] if one["state"] in ("accepted", "observer")),
        outcomes=tuple(one["title"] for one in parts["outcomes"]),
        arrangements=tuple(one["title"] for one in parts["arrangements"]),
        meetings=tuple(one["title"] for one in parts["meetings"]),
        recommendations={one["number"]: one["text"] for one in parts["recommendations"]},
    )


def _gate(row: dict[str, Any]) -> dict[str, Any]:
    body = row["body"]
    waiting = "split" if row["round"] > 1 else "open"
    return {"outcome": row["outcome"] or waiting, "positions": _positions(body)}


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
