"""A case that is as large as it may be goes on as a new run, on a real server."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.case_size import size_of
from models.limits import FULL
from models.policy import policy_with
from models.refusal import Refused
from ops.verify import runs_of
from tests.rig import REQUEST, TO_WORK, rig, working
from tests.web.programs import Recorded
from workflows.activation import Activation

LONG = "\u4e00\u9fa5\u7b2c" * 6_600
RSO, AU, ID = "RSO/secretariat", "AU/co-chair", "ID/co-chair"


def _full() -> Recorded:
    """300 outcomes, 100 arrangements, and texts of 20,000 characters until no more are taken."""
    table = Recorded(policy=policy_with({}), now=datetime.now(UTC))
    table.do("LK/focal-point", "submit", REQUEST)
    for by, do, fields in TO_WORK:
        table.do(by, do, fields)
    for number in range(300):
        table.do(ID, "add_outcome", {"title": f"Outcome {number} of three hundred", "owner": "ID"})
    for number in range(100):
        parties = {"parties": ["MY", "TH"], "contacts": ["somebody@example.org"] * 5}
        table.do(RSO, "add_arrangement", {"title": f"Arrangement {number} of a hundred", **parties})
    table.do(RSO, "open_report", {"kind": "interim"})
    while size_of(table.case) < FULL - 61_000:
        table.do(RSO, "recommend", {"text": LONG, "to": ["TH"]})
    return table


async def test_a_full_case_goes_on_as_a_new_run_refuses_long_words_and_takes_decisions(tmp_path: Path) -> None:
    table = _full()
    async with rig(tmp_path / "rig", history_limit=100) as parts, working(parts):
        parts.reference = await table.record_in(parts.engine)
        await parts.desk.begin_again(table.case)
        while len(await runs_of(parts.client, parts.reference)) < 2:
            await parts.act(ID, "progress", {"outcome": "Outcome 7 of three hundred"})

        with pytest.raises(Refused, match="would hold more than a case may"):
            await parts.act(RSO, "recommend", {"text": LONG, "to": ["TH"]})
        await parts.act(AU, "terminate", {"text": "Nothing is left to do."})
        await parts.act(AU, "decide", {"gate": "termination", "position": "approve"})
        await parts.act(ID, "decide", {"gate": "termination", "position": "approve"})

        case = await parts.client.get_workflow_handle(parts.reference).query(Activation.state)
        assert case.ends_early
        assert len(case.outcomes) == 300
        assert len(case.recommendations) == len(table.case.recommendations)
