"""Commands that whoever has the payload keys, but not the key of commands, would have a case take."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.record import Recorder
from models.authentication import Means
from models.case import GateName, PositionKind, Stage
from models.command_signing import CommandKeys, CommandSigner, badly_signed
from models.commands import Command, parse
from models.events import AnyEvent, PositionTaken, StageEntered
from models.log import Entry, seal
from models.posts import Post
from models.projection import Step
from models.refusal import Refused
from tests.rig import TO_WORK, Rig
from workflows.activation import Activation
from workflows.client import CaseClient

CO_CHAIR = "AU/co-chair"
EVENT = StageEntered(stage=Stage.SUBMITTED, text="")
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def approval(by: str = CO_CHAIR, position: str = "approve") -> Command:
    return parse("decide", {"gate": "activation", "position": position}, by=by, command_id="d1")


Forged = Callable[[CommandSigner, str], Command]
FORGERIES: dict[str, Forged] = {
    "unsigned": lambda signer, case: approval(),
    "with another key": lambda signer, case: CommandSigner(b"x" * 32).sign(
        case, approval(), Means.SECOND_FACTOR, datetime.now(UTC)
    ),
    "signed for another case": lambda signer, case: signer.sign(
        "AHG-2020-001", approval(), Means.SECOND_FACTOR, datetime.now(UTC)
    ),
    "signed for another post": lambda signer, case: signer.sign(
        case, approval("ID/co-chair"), Means.SECOND_FACTOR, datetime.now(UTC)
    ).model_copy(update={"by": Post(CO_CHAIR)}),
    "signed for another position": lambda signer, case: approval().model_copy(
        update={"signed": signer.sign(case, approval(position="decline"), Means.SESSION, datetime.now(UTC)).signed}
    ),
    "as before decision 49": lambda signer, case: signer.sign(
        case, approval(), Means.SECOND_FACTOR, datetime.now(UTC), standing=None
    ),
    "kept back": lambda signer, case: signer.sign(
        case, approval(), Means.SECOND_FACTOR, datetime.now(UTC) - timedelta(hours=1)
    ),
}


async def test_only_a_command_that_this_deployment_has_signed_just_now_is_taken(played: Rig) -> None:
    await played.submit()
    await played.act(*TO_WORK[0])
    before = await played.entries()
    signer = CommandSigner(played.settings.command_seed)
    handle = played.client.get_workflow_handle(played.reference)

    refusals = {}
    for name, forged in FORGERIES.items():
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await handle.execute_update(Activation.submit_command, forged(signer, played.reference), id="d1")
        assert isinstance(failed.value.cause, ApplicationError)
        refusals[name] = (failed.value.cause.type, str(failed.value.cause))

    assert {kind for kind, _ in refusals.values()} == {"forbidden"}
    assert "it is not signed" in refusals["unsigned"][1]
    assert "does not say as whom" in refusals["as before decision 49"][1]
    assert "signed too long ago" in refusals["kept back"][1]
    assert await played.entries() == before
    await played.act(*TO_WORK[1])


async def test_a_client_without_the_key_is_told_that_its_command_is_not_signed(played: Rig) -> None:
    await played.submit()
    unsigned = CaseClient(played.client, played.settings.task_queue)

    with pytest.raises(Refused, match="it is not signed"):
        await unsigned.submit_command(played.reference, approval(), Means.SECOND_FACTOR)


async def test_the_log_says_by_what_a_sender_was_known(played: Rig) -> None:
    await played.submit()
    await played.act(*TO_WORK[0], means=Means.SESSION)

    entries = await played.entries()
    first = {entry.command: entry.signed.means for entry in entries if entry.signed}
    assert list(first.values()) == [Means.SECOND_FACTOR, Means.SESSION]
    keys = CommandKeys(played.settings.command_publics)
    assert badly_signed(entries, keys) is None
    assert badly_signed(entries, CommandKeys([])) == (
        1,
        f"it is signed with the key {_key(entries)}, which is none of this deployment",
    )


def _key(entries: list[Entry]) -> str:
    signed = entries[0].signed
    assert signed is not None
    return signed.key


async def test_a_step_that_passed_the_case_unsigned_is_not_recorded(parts: Rig) -> None:
    """Whoever writes a history passes over what a case checks before it accepts: the record is checked once more."""
    signer = CommandSigner(parts.settings.command_seed)
    recorder = Recorder(parts.engine, CommandKeys([signer.public]))
    late = signer.sign("AHG-2026-001", approval(), Means.SECOND_FACTOR, datetime.now(UTC) - timedelta(days=2))
    other = signer.sign("AHG-2026-002", approval(), Means.SECOND_FACTOR, datetime.now(UTC))
    try:
        for command, why in ((approval(), "not signed"), (late, "more than a day ago"), (other, "another command")):
            with pytest.raises(ApplicationError, match=why):
                await recorder.record(_step(command))
    finally:
        recorder.close()
    assert await parts.entries("AHG-2026-001") == []


def _step(command: Command) -> Step:
    entry = seal("AHG-2026-001", 1, NOW, command.by, None, command.id, EVENT, "", command.signed)
    return Step(stream="AHG-2026-001", entries=(entry,), rows=(), notices=(), of_signed_command=True)


def test_an_entry_without_its_signature_is_named_where_others_have_theirs() -> None:
    signer = CommandSigner(b"s" * 32)
    entries: list[Entry] = []
    for number, by in enumerate((CO_CHAIR, "ID/co-chair", CO_CHAIR), start=1):
        command = approval(by).model_copy(update={"id": f"d{number}"})
        if number != 3:
            command = signer.sign("AHG-2026-001", command, Means.SECOND_FACTOR, NOW)
        previous = entries[-1].hash if entries else ""
        entries.append(seal("AHG-2026-001", number, NOW, command.by, None, command.id, EVENT, previous, command.signed))

    keys = CommandKeys([signer.public])
    assert badly_signed(entries[:2], keys) is None
    assert badly_signed(entries, keys) == (3, "it is not signed")
    moved = entries[1].model_copy(update={"signed": entries[0].signed})
    assert badly_signed([entries[0], moved], keys) == (2, "its signature is of another command, or was changed")


def _taken(post: str) -> PositionTaken:
    return PositionTaken(gate=GateName.ACTIVATION, post=Post(post), position=PositionKind.APPROVE, on="0" * 64)


@pytest.mark.parametrize(
    ("command", "by", "event", "why"),
    [
        ("clock:remind:2026-12-01", "RSO/secretariat", _taken(CO_CHAIR), "does not say what a post says"),
        ("clock:remind:2026-12-01", CO_CHAIR, EVENT, "does not say what a post says"),
        ("d1", CO_CHAIR, EVENT, "stands in the log before"),
        ("d2", CO_CHAIR, EVENT, "is of several posts"),
    ],
    ids=["as the clock's", "by the clock in a post's name", "of a command of before", "as what a command caused"],
)
def test_an_entry_that_hides_behind_another_command_is_named(command: str, by: str, event: AnyEvent, why: str) -> None:
    """Whoever writes the database has no key: ids of commands are all that such an entry can borrow."""
    signer = CommandSigner(b"s" * 32)
    entries: list[Entry] = []
    for number, post in enumerate((CO_CHAIR, "ID/co-chair"), start=1):
        signed = signer.sign(
            "AHG-2026-001", approval(post).model_copy(update={"id": f"d{number}"}), Means.SECOND_FACTOR, NOW
        )
        previous = entries[-1].hash if entries else ""
        entries.append(seal("AHG-2026-001", number, NOW, signed.by, None, signed.id, EVENT, previous, signed.signed))
    borrowed = entries[0].signed if command == "d1" else None
    forged = seal("AHG-2026-001", 3, NOW, Post(by), None, command, event, entries[-1].hash, borrowed)

    named = badly_signed([*entries, forged], CommandKeys([signer.public]))

    assert named is not None
    assert why in named[1]
