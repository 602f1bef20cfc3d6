"""Entries that whoever administers the database writes: they have no key, and a case believes none of them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from db import write_transaction
from models.authentication import Means, Signed
from models.case import GateName, PositionKind, Stage
from models.command_signing import CommandKeys, CommandSigner, asked_text, badly_signed
from models.commands import parse
from models.events import PositionTaken
from models.log import seal
from models.posts import Post
from models.refusal import Refused
from models.stamps import STAMPED_FROM, Stamped, Stamps, badly_stamped
from models.tables import TABLES
from ops.verify import verify_records
from records.log import _entry_columns
from records.log_trust import LogTrust
from tests.rig import TO_WORK, Rig
from worker import trust_of
from workflows.client import NotRecorded

AU, ID = Post("AU/co-chair"), Post("ID/co-chair")
APPROVE = {"gate": "activation", "position": "approve"}


async def _forge_position(parts: Rig) -> int:
    """Write a position that ID never took at the end of the log, with a whole chain; its number."""
    newest = (await parts.entries())[-1]
    case = await parts.desk.state(parts.reference)
    on = case.gates[GateName.ACTIVATION].on
    position = PositionTaken(gate=GateName.ACTIVATION, post=ID, position=PositionKind.APPROVE, on=on)
    forged = seal(parts.reference, newest.seq + 1, newest.at, ID, None, "mine", position, newest.hash)
    async with write_transaction(parts.engine) as connection:
        await connection.execute(insert(TABLES.tables["entries"]), [{**_entry_columns(forged), "stamp": ""}])
    return forged.seq


async def test_a_position_that_the_database_alone_tells_of_counts_nowhere(played: Rig) -> None:
    await played.submit()
    await played.act(*TO_WORK[0])
    forged = await _forge_position(played)

    with pytest.raises(NotRecorded, match=f"entry {forged} .* no stamp of a worker"):
        await played.act(AU, "decide", APPROVE)
    assert (await played.desk.state(played.reference)).stage is Stage.CO_CHAIR_REVIEW
    trust = trust_of(played.settings)
    played.casework._trust = trust
    with pytest.raises(Refused, match="is not to be believed"):
        await played.casework.revive(played.reference, anew=True)
    only_stamps = LogTrust(CommandKeys(played.settings.command_publics), trust.stamps)
    told = [str(fault) async for fault in verify_records(played.engine, None, trust=only_stamps)]
    assert any(f"entry {forged} is not to be believed" in fault for fault in told)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"position": "decline"}, "does not say what was asked"),
        ({"text": "Never said."}, "does not say what was asked"),
        ({"post": "ID/co-chair"}, "more than the word of the post"),
    ],
    ids=["another position", "another text", "another post"],
)
def test_a_word_that_was_changed_under_its_true_signature_is_named(change: dict[str, str], why: str) -> None:
    """As by whoever has the database and a worker's keys, but not the key of commands."""
    signer = CommandSigner(b"s" * 32)
    command = parse("decide", {**APPROVE, "text": "Go."}, by=AU, command_id="d1")
    signed = signer.sign("AHG-2026-001", command, Means.SECOND_FACTOR, datetime.now(UTC))
    assert signed.signed is not None
    kept = signed.signed.model_copy(update={"asked": asked_text(signed)})
    taken = PositionTaken(gate=GateName.ACTIVATION, post=AU, position=PositionKind.APPROVE, on="0" * 64, text="Go.")
    keys = CommandKeys([signer.public])

    def told(event: PositionTaken, signature: Signed) -> tuple[int, str] | None:
        return badly_signed([seal("AHG-2026-001", 1, signed_at, AU, None, "d1", event, "", signature)], keys)

    signed_at = signed.signed.at
    assert told(taken, kept) is None
    forged = told(PositionTaken.model_validate({**taken.model_dump(), **change}), kept)
    assert forged is not None
    assert why in forged[1]
    assert told(taken, signed.signed) == (1, "it does not hold what was asked")
    other = kept.model_copy(update={"asked": asked_text(signed).replace("approve", "decline")})
    assert told(taken, other) == (1, "what it says was asked is not what was signed")


@pytest.mark.parametrize("late", [False, True])
def test_the_first_entry_without_a_true_stamp_is_named(late: bool) -> None:
    stamps, others = Stamps({"new": b"n" * 32, "old": b"o" * 32}), Stamps({"new": b"x" * 32})
    at = STAMPED_FROM - timedelta(days=1) if not late else STAMPED_FROM
    log = [Stamped(number, at, f"{number}" * 64, "") for number in range(1, 4)]

    def stamped(number: int, by: Stamps) -> Stamped:
        return log[number - 1]._replace(stamp=by.of(log[number - 1].hash))

    good = [stamped(1, Stamps({"old": b"o" * 32})), stamped(2, stamps), stamped(3, stamps)]
    assert badly_stamped(good, stamps) is None
    assert badly_stamped(log, stamps) == ((1, "it bears no stamp of a worker") if late else None)
    assert badly_stamped([*good[:2], log[2]], stamps) == (3, "it bears no stamp of a worker")
    assert badly_stamped([*good[:2], stamped(3, others)], stamps) == (3, "its stamp is not that of a worker")
    moved = good[2]._replace(stamp=good[1].stamp)
    assert badly_stamped([*good[:2], moved], stamps) == (3, "its stamp is not that of a worker")
    assert badly_stamped(good, Stamps({"new": b"n" * 32})) == (
        1,
        "its stamp is of the key 'old', which the key ring has not",
    )
