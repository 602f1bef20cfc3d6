"""Search attributes: lists of Temporal's own find cases by stage, requester, urgency, whose turn and due date."""

import pytest

from tests.rig import Rig
from tests.waiting import until


async def _found(parts: Rig, query: str) -> None:
    """Until the query finds the case: Temporal's index follows a moment later."""

    async def finds() -> bool:
        return [one.id async for one in parts.client.list_workflows(query)] == [parts.reference]

    await until(finds)


@pytest.mark.parametrize(
    "query",
    [
        "AhgStage = 'co_chair_review'",
        "AhgRequester = 'LK'",
        "AhgUrgency = 'urgent'",
        "AhgWaitingOn = 'ID/co-chair'",
        "AhgDue > '2020-01-01T00:00:00Z'",
    ],
)
async def test_a_case_is_found_by_its_search_attributes(played: Rig, query: str) -> None:
    await played.submit(urgency="urgent")
    await played.act("RSO/secretariat", "accept")

    await _found(played, query)


async def test_a_case_that_has_ended_waits_for_nobody_and_is_due_never(played: Rig) -> None:
    await played.submit()
    await played.act("LK/focal-point", "withdraw")

    await _found(played, "AhgStage = 'withdrawn' AND AhgDue IS NULL")
