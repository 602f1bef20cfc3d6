"""A case that is as large as it may be goes on as a new run, on a real server."""

import random
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic_core import to_json

from models.case import Case
from models.case_size import size_of, travels
from models.limits import FULL, TEMPORAL_CARRIES
from models.policy import policy_with
from models.refusal import Refused
from models.rules import case_of_log
from ops.verify import runs_of
from tests.rig import REQUEST, TO_WORK, rig, working
from tests.web.programs import Recorded
from workflows.activation import Activation, ActivationStart
from workflows.client import CaseClient

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


def _said(number: int) -> str:
    """20,000 characters that hardly shrink."""
    chosen = random.Random(number)  # noqa: S311 - the same at each run
    return "".join(chr(chosen.randint(0x4E00, 0x9FFF)) for _ in range(19_900))


def _begun_without_bounds(desk: CaseClient, case: Case, followed: tuple[int, ...] = ()) -> ActivationStart:
    return ActivationStart(
        case=case, shift=desk.shift, history_limit=100, followed=followed, bound=True, signed_only=True
    )


async def test_a_case_that_outgrew_temporal_before_there_were_bounds_comes_to_its_end_in_its_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Recorded(policy=policy_with({}), now=datetime.now(UTC))
    async with rig(tmp_path / "rig", history_limit=100) as parts, working(parts):
        with monkeypatch.context() as before:
            before.setattr("models.rules.steps.must_have_room", lambda *_: None)
            before.setattr(CaseClient, "_begun", _begun_without_bounds)
            table.do("LK/focal-point", "submit", REQUEST)
            for by, do, fields in TO_WORK:
                table.do(by, do, fields)
            table.do(ID, "add_outcome", {"title": "Radio net", "owner": "ID"})
            table.do(RSO, "open_report", {"kind": "interim"})
            while len(zlib.compress(to_json(table.case), 1)) < TEMPORAL_CARRIES - 150_000:
                table.do(RSO, "recommend", {"text": _said(table.case.seq), "to": ["TH"]})
            parts.reference = await table.record_in(parts.engine)
            await parts.desk.begin_again(table.case)
            for number in range(5):
                await parts.act(RSO, "recommend", {"text": _said(number), "to": ["TH"]})

        run = parts.client.get_workflow_handle(parts.reference)
        while (await run.describe()).history_length < 130:
            await parts.act(ID, "progress", {"outcome": "Radio net"})
        with pytest.raises(Refused, match="would hold more than a case may"):
            await parts.act(RSO, "recommend", {"text": LONG, "to": ["TH"]})
        await parts.act(AU, "terminate", {"text": "Nothing is left to do."})
        await parts.act(AU, "decide", {"gate": "termination", "position": "approve"})
        await parts.act(ID, "decide", {"gate": "termination", "position": "approve"})

        assert len(await runs_of(parts.client, parts.reference)) == 1
        case = case_of_log(parts.reference, await parts.entries())
        assert case.ends_early
        assert not travels(case)
