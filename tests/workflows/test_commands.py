"""Commands on their way: once only, one after the other, and the log leads."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
)

from activities.record import Recorder
from casework import Casework
from db import write_transaction
from models.case import Stage
from models.command_signing import CommandSigner
from models.commands import Command, parse
from models.log import Entry, broken_at, digest, seal
from models.projection import Recorded, Step, step_of
from models.refusal import RefusalKind, Refused
from models.rules import apply_command, steps
from models.stamps import Stamps
from ops.verify import runs_of, verify_records
from records.log import append
from tests.rig import REQUEST, Rig, rig, working
from tests.waiting import patience, until
from tests.workflows.conftest import Way
from worker import trust_of
from workflows.client import CaseClient, NotAnswered
from workflows.names import RECORD_STEP

SHORTLY = timedelta(milliseconds=500)


async def _sound(parts: Rig) -> None:
    """No entry twice, none missing, and log, projection and Temporal's history agree."""
    entries = await parts.entries()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert [str(fault) async for fault in verify_records(parts.engine, parts.client)] == []


def _sealed_by_older_code(*entry: Any) -> Entry:
    """An entry as code wrote it that did not know the text of a stage yet."""
    made = seal(*entry)
    body = {name: value for name, value in made.event.items() if name != "text"}
    signed = made.signed.model_dump(mode="json") if made.signed else None
    hashed = (made.case, made.seq, made.at.isoformat(), made.by, None, made.command, body, made.previous, signed)
    return made.model_copy(update={"event": body, "hash": digest(*hashed)})


async def test_entries_of_newer_code_follow_from_those_that_older_code_wrote(
    parts: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newer code that replays a case derives its entries with the fields that it knows; the log keeps those it has."""
    with monkeypatch.context() as older:
        older.setattr(steps, "seal", _sealed_by_older_code)
        async with working(parts):
            await parts.submit()
    async with working(parts):
        await parts.act("RSO/secretariat", "accept")
        await _sound(parts)  # while somebody answers for the case

    entries = await parts.entries()
    assert broken_at(entries) is None
    assert ["text" in one.event for one in entries if one.type == "stage_entered"] == [False, True]


# the same command twice -------------------------------------------------------------------------------------


async def test_the_same_submission_twice_gives_the_first_reference(played: Rig) -> None:
    first = await played.act("LK/focal-point", "submit", REQUEST, command_id="s1")
    again = await played.act("LK/focal-point", "submit", REQUEST, command_id="s1")

    assert (again.reference, again.seq) == (first.reference, first.seq)
    await _sound(played)


async def test_the_same_command_id_twice_gives_the_first_result(played: Rig) -> None:
    await played.submit()
    first = await played.act("RSO/secretariat", "accept", command_id="c1")
    await played.act("AU/co-chair", "decide", {"position": "approve"})

    again = await played.act("RSO/secretariat", "accept", command_id="c1")

    assert again.seq == first.seq
    assert sum(entry.command == "c1" for entry in await played.entries()) == first.seq - 3
    await _sound(played)


async def test_the_same_command_sent_at_once_is_taken_once(played: Rig) -> None:
    await played.submit()

    done = await asyncio.gather(*(played.act("RSO/secretariat", "accept", command_id="c1") for _ in range(5)))

    assert len({one.seq for one in done}) == 1
    assert sum(entry.type == "found_complete" for entry in await played.entries()) == 1


async def test_the_same_command_gives_the_first_result_in_a_later_run(
    tmp_path: Path, way: Way, database_of: Callable[[str], str | None]
) -> None:
    short = rig(tmp_path / "rig", database_url=database_of(way.database), history_limit=100)
    async with short as parts, working(parts, cached=way.cached):
        await parts.to_work()
        await parts.act("TH/focal-point", "add_outcome", {"title": "Patrols", "owner": "TH"})
        first = await parts.act("TH/focal-point", "progress", {"outcome": "Patrols"}, command_id="p1")
        while len(await runs_of(parts.client, parts.reference)) < 3:
            await parts.act("TH/focal-point", "progress", {"outcome": "Patrols"})

        again = await parts.act("TH/focal-point", "progress", {"outcome": "Patrols"}, command_id="p1")

        assert again.seq == first.seq
        assert sum(entry.command == "p1" for entry in await parts.entries()) == 1
        await _sound(parts)


async def test_the_same_command_gives_the_first_result_after_the_case_has_ended(played: Rig) -> None:
    submitted = await played.act("LK/focal-point", "submit", REQUEST, command_id="s1")
    last = await played.act("LK/focal-point", "withdraw", command_id="w1")
    assert last.stage == Stage.WITHDRAWN
    await played.client.get_workflow_handle(played.reference).result()

    assert (await played.act("LK/focal-point", "withdraw", command_id="w1")).seq == last.seq
    again = await played.act("LK/focal-point", "submit", REQUEST, command_id="s1")
    assert (again.reference, again.seq) == (submitted.reference, submitted.seq)
    with pytest.raises(Refused, match="does not change any more"):
        await played.act("LK/focal-point", "withdraw", command_id="w2")


# at once ----------------------------------------------------------------------------------------------------


async def test_of_two_positions_of_one_post_at_once_one_wins_and_the_other_is_told(played: Rig) -> None:
    await played.submit()
    seen = (await played.act("RSO/secretariat", "accept")).seq
    given: list[dict[str, str]] = [{"position": "approve"}, {"position": "decline", "text": "No."}]

    done = await asyncio.gather(
        *(played.act("AU/co-chair", "decide", fields, seen=seen) for fields in given), return_exceptions=True
    )

    (refused,) = [one for one in done if isinstance(one, BaseException)]
    assert isinstance(refused, Refused)
    assert refused.why is RefusalKind.CONFLICT
    assert "AU/co-chair has changed this since you looked" in str(refused)
    assert [entry.type for entry in await played.entries()].count("position_taken") == 1
    await _sound(played)


async def test_both_co_chairs_may_decide_at_the_same_moment(played: Rig) -> None:
    await played.submit()
    seen = (await played.act("RSO/secretariat", "accept")).seq

    await asyncio.gather(
        played.act("AU/co-chair", "decide", {"position": "approve"}, seen=seen),
        played.act("ID/co-chair", "decide", {"position": "approve"}, seen=seen),
    )

    assert (await played.row()).stage == "participant_selection"
    await _sound(played)


async def test_a_refused_command_writes_nothing_to_history_or_log(played: Rig) -> None:
    await played.submit()
    entries = await played.entries()
    (before,) = await runs_of(played.client, played.reference)

    with pytest.raises(Refused, match="Only the secretariat may find a request complete"):
        await played.act("TH/focal-point", "accept")

    (after,) = await runs_of(played.client, played.reference)
    assert len(after.events) == len(before.events)
    assert await played.entries() == entries


async def test_a_command_for_a_case_that_does_not_exist_is_refused(played: Rig) -> None:
    played.reference = "AHG-1999-001"

    with pytest.raises(Refused, match=r"There is no case AHG-1999-001") as refused:
        await played.act("RSO/secretariat", "accept")
    assert refused.value.why is RefusalKind.NOT_FOUND


# the log leads ----------------------------------------------------------------------------------------------


class Forgetful(Recorder):
    """Commits each step and, the first time, fails to say so."""

    def __init__(self, parts: Rig) -> None:
        super().__init__(parts.engine, trust_of(parts.settings))
        self.forgotten: set[str] = set()

    @activity.defn(name=RECORD_STEP)
    async def record(self, step: Step) -> Recorded:
        """Record; the first answer for each step is lost."""
        recorded = await super().record(step)
        if step.entries[-1].hash not in self.forgotten:
            self.forgotten.add(step.entries[-1].hash)
            raise RuntimeError("the answer was lost")
        return recorded


async def test_a_step_whose_answer_was_lost_is_recorded_once(parts: Rig) -> None:
    recorder = Forgetful(parts)
    async with working(parts, recorder=recorder):
        await parts.submit()
        await parts.act("RSO/secretariat", "accept")

        assert len(recorder.forgotten) == 2
        await _sound(parts)


async def _committed_unknown_to_the_workflow(parts: Rig, do: str, command_id: str, *more: Command) -> int:
    """A worker committed steps and died before Temporal heard of them; the number of the last entry."""
    case = await parts.desk.state(parts.reference)
    for command in (parse(do, {}, by="RSO/secretariat", command_id=command_id), *more):
        taken = apply_command(case, command, datetime.now(UTC))
        case = taken.after
        async with write_transaction(parts.engine) as connection:
            await connection.run_sync(append, [step_of(taken)], Stamps(parts.settings.keyring))
    return case.seq


async def test_a_step_that_only_the_log_knows_is_taken_over_and_its_retry_gets_its_result(played: Rig) -> None:
    await played.submit()
    seq = await _committed_unknown_to_the_workflow(played, "accept", "c1")

    done = await played.act("RSO/secretariat", "accept", command_id="c1")

    assert (done.seq, done.stage) == (seq, "co_chair_review")
    assert len(await played.entries()) == seq
    await _sound(played)


async def test_another_command_is_decided_after_the_step_that_only_the_log_knows(played: Rig) -> None:
    await played.submit()
    seq = await _committed_unknown_to_the_workflow(played, "accept", "c1")

    done = await played.act("BD/focal-point", "join", {"grounds": [{"ground": "rescue"}]}, command_id="c2")

    assert done.seq > seq
    assert done.stage == "co_chair_review"
    await _sound(played)


async def _caught_up(parts: Rig) -> bool:
    """Whether the workflow knows all of its log."""
    return (await parts.desk.state(parts.reference)).seq == (await parts.entries())[-1].seq


async def test_what_the_log_alone_allows_is_taken_though_nobody_has_sent_the_first_command_again(played: Rig) -> None:
    """Pages offer what the log says; the workflow judges by it, too."""
    await played.submit()
    await _committed_unknown_to_the_workflow(played, "accept", "c1")

    done = await played.act("AU/co-chair", "decide", {"gate": "activation", "position": "approve"})

    assert done.waiting_on == ("ID/co-chair",)
    await _sound(played)


async def test_a_case_that_is_still_reading_its_log_is_waited_for(played: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query may be answered before the log is read: the answer after the nudge is one of before it, once."""
    await played.submit()
    await _committed_unknown_to_the_workflow(played, "accept", "c1")
    truly, asked = played.desk.behind, list[Mapping[str, int]]()

    async def once_too_early(logs: Mapping[str, int]) -> list[str]:
        asked.append(logs)
        return [*logs] if len(asked) == 2 else await truly(logs)

    monkeypatch.setattr(played.desk, "behind", once_too_early)
    await played.act("AU/co-chair", "decide", {"gate": "activation", "position": "approve"})

    assert len(asked) >= 3
    await _sound(played)


async def test_a_case_catches_up_with_its_log_when_the_worker_looks_after_it(played: Rig) -> None:
    await played.submit()
    await _committed_unknown_to_the_workflow(played, "accept", "c1")
    assert not await _caught_up(played)

    looked_at = await played.casework.catch_up()

    await until(lambda: _caught_up(played))
    row = await played.client.get_workflow_handle(played.reference).describe()
    assert row.search_attributes["AhgStage"] == ["co_chair_review"]
    await _sound(played)
    assert await played.casework.catch_up(looked_at) == looked_at  # nothing is new, and nobody is asked


async def test_what_a_case_took_over_from_its_log_is_not_said_to_be_ahead_of_it(played: Rig) -> None:
    await played.submit()
    approve = parse("decide", {"position": "approve"}, by="AU/co-chair", command_id="c2")
    await _committed_unknown_to_the_workflow(played, "accept", "c1", approve)
    said = [str(fault) async for fault in verify_records(played.engine, played.client)]
    assert f"{played.reference}: the log is ahead of the workflow by 2 steps" in said

    await played.casework.catch_up()
    await until(lambda: _caught_up(played))

    await _sound(played)


async def test_a_command_that_the_unknown_step_forbids_is_refused(played: Rig) -> None:
    await played.submit()
    seq = await _committed_unknown_to_the_workflow(played, "accept", "c1")

    with pytest.raises(Refused, match="The case is in Co-Chair review"):
        await played.act("RSO/secretariat", "accept", command_id="c2")

    assert len(await played.entries()) == seq
    await _sound(played)


class _CallsWithoutLimit(Interceptor):
    """Calls of the SDK have no limit: as when each ends in time, and the SDK makes another and another."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - the SDK's own name
        class Limitless(OutboundInterceptor):
            async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> Any:  # noqa: A002
                return await super().start_workflow_update(replace(input, rpc_timeout=None))

            async def start_update_with_start_workflow(self, input: StartWorkflowUpdateWithStartInput) -> Any:  # noqa: A002
                return await super().start_update_with_start_workflow(replace(input, rpc_timeout=None))

        return Limitless(next)


async def test_a_command_that_no_worker_takes_has_an_end_and_is_done_once_when_it_is_sent_again(parts: Rig) -> None:
    async with working(parts):
        await parts.submit()
    signer, queue = CommandSigner(parts.settings.command_seed), parts.settings.task_queue
    made = parts.client.config()
    client = Client(
        made["service_client"],
        namespace=made["namespace"],
        data_converter=made["data_converter"],
        interceptors=[_CallsWithoutLimit()],
    )
    desk = CaseClient(client, queue, signer=signer, patience=SHORTLY)
    hasty = replace(parts, casework=Casework(parts.engine, desk))

    async with patience():  # what is tried here once went on for ever
        for command in ("accept", "return"):
            with pytest.raises(NotAnswered, match=rf"{parts.reference} has not answered within"):
                await hasty.act(
                    "RSO/secretariat", command, {"missing": ["x"]} if command == "return" else {}, command_id=command
                )
        with pytest.raises(NotAnswered, match="has not answered within"):
            await hasty.submit()

    async with working(parts):
        assert (await parts.act("RSO/secretariat", "accept", command_id="accept")).stage == "co_chair_review"
    accepted = [entry for entry in await parts.entries() if entry.command == "accept"]
    assert len({entry.type for entry in accepted}) == len(accepted)
