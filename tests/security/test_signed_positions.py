"""A position that its holder signs with a passkey stands for exactly what was signed, and for nothing else."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from models.authentication import Means, PasskeyTouch
from models.command_signing import CommandKeys, CommandSigner, badly_signed
from models.commands import parse
from models.log import Entry, digest
from models.passkeys import statement_of, touch_fault
from models.policy import policy_with
from models.posts import Post
from models.refusal import Refused
from models.rules import apply_command
from ops.verify import verify_records
from tests.authenticator import Authenticator
from tests.rig import TO_WORK, Rig
from tests.tabletop import Tabletop
from worker import trust_of

CO_CHAIR = Post("AU/co-chair")
APPROVAL = {"gate": "activation", "position": "approve", "text": "Boats are at sea."}


async def signed_by(parts: Rig, key: Authenticator, fields: Any = APPROVAL) -> tuple[str, PasskeyTouch]:
    """The id of a command, and the touch over what it would decide now."""
    command_id = uuid4().hex
    case = await parts.desk.state(parts.reference)
    return command_id, key.touch(statement_of(case, parse("decide", fields, by=CO_CHAIR, command_id=command_id)))


async def test_a_signed_position_is_recorded_with_its_signature_and_checked_from_the_log(played: Rig) -> None:
    await played.submit()
    await played.act(*TO_WORK[0])
    command_id, touch = await signed_by(played, Authenticator())

    await played.act(CO_CHAIR, "decide", APPROVAL, command_id=command_id, means=Means.PASSKEY, touch=touch)

    entries = await played.entries()
    signed = next(entry.signed for entry in entries if entry.command == command_id and entry.signed)
    assert signed.touch == touch
    said = json.loads(touch.statement)
    assert (said["case"], said["gate"], said["position"]) == (played.reference, "activation", "approve")
    assert len(said["on"]) == 64
    keys = CommandKeys(played.settings.command_publics)
    assert [str(fault) async for fault in verify_records(played.engine, None, trust=trust_of(played.settings))] == []

    for name, forged in (
        ("another position", {"position": "decline"}),
        ("another version", {"on": "0" * 64}),
        ("another text", {"text": "Never mind."}),
        ("another gate", {"gate": "closure"}),
        ("another post", {"post": "ID/co-chair"}),
    ):
        assert badly_signed(_with_event(entries, command_id, forged), keys) is not None, name


def _with_event(entries: list[Entry], command_id: str, change: dict[str, str]) -> list[Entry]:
    return [
        entry.model_copy(update={"event": {**entry.event, **change}})
        if (entry.command, entry.type) == (command_id, "position_taken")
        else entry
        for entry in entries
    ]


async def test_a_touch_over_anything_else_is_refused_and_nothing_is_written(played: Rig) -> None:
    await played.submit()
    await played.act(*TO_WORK[0])
    before = await played.entries()
    key = Authenticator()
    command_id, touch = await signed_by(played, key)
    decline = {**APPROVAL, "position": "decline"}

    for fields, forged, why in (
        (decline, touch, "is not what would be recorded now"),
        (APPROVAL, touch.model_copy(update={"signature": key.touch("{}").signature}), "not that of its key"),
        (APPROVAL, Authenticator().touch(touch.statement.replace("activation", "closure")), "not what would be"),
        (APPROVAL, key.touch(touch.statement, flags=0), "nobody has touched"),
        (APPROVAL, key.touch(touch.statement, kind="webauthn.create"), "another statement"),
    ):
        with pytest.raises(Refused, match=why):
            await played.act(CO_CHAIR, "decide", fields, command_id=command_id, means=Means.PASSKEY, touch=forged)
    with pytest.raises(Refused, match="whether a passkey"):
        await played.act(CO_CHAIR, "decide", APPROVAL, command_id=command_id, means=Means.PASSKEY)
    assert await played.entries() == before


def test_a_touch_of_another_case_post_or_command_signs_nothing() -> None:
    statement = json.dumps({"case": "AHG-2026-001", "post": CO_CHAIR, "command": "d1", "do": "decide"})
    touch = Authenticator().touch(statement)

    assert touch_fault(touch, "AHG-2026-001", "d1", CO_CHAIR) == ""
    for where in (
        ("AHG-2026-002", "d1", CO_CHAIR),
        ("AHG-2026-001", "d2", CO_CHAIR),
        ("AHG-2026-001", "d1", Post("ID/co-chair")),
    ):
        assert touch_fault(touch, *where) == "its passkey has signed another command"


@pytest.mark.parametrize("broken", ["statement", "client", "authenticator", "signature", "public_key"])
def test_what_is_no_answer_of_a_passkey_is_said_to_be_unreadable_or_wrong(broken: str) -> None:
    touch = Authenticator().touch(json.dumps({"case": "A", "post": CO_CHAIR, "command": "d1"}))
    for text in ("", "!!", "[]", "AAAA", "bnVsbA=="):
        assert touch_fault(touch.model_copy(update={broken: text}), "A", "d1", CO_CHAIR)


def test_the_digest_of_an_entry_covers_its_signature() -> None:
    parts = ("AHG-2026-001", 1, "2026-12-01T09:00:00+00:00", "AU/co-chair", None, "d1", {"type": "asked"}, "")
    assert len({digest(*parts), digest(*parts, None), digest(*parts, {"means": "session"})}) == 2


@pytest.mark.parametrize("change", [{"statement": "{}"}, {"public_key": "AAAA"}, None])
def test_the_touch_of_a_command_is_not_exchanged_for_another(change: dict[str, str] | None) -> None:
    """Whoever rewrites an entry with a key of their own, over what they like, has not the deployment's."""
    signer = CommandSigner(b"s" * 32)
    command = parse("decide", APPROVAL, by=CO_CHAIR, command_id="d1")
    statement = json.dumps({"case": "AHG-2026-001", "post": CO_CHAIR, "command": "d1"})
    touch = Authenticator().touch(statement)
    signed = signer.sign("AHG-2026-001", command, Means.PASSKEY, datetime.now(UTC), touch).signed
    assert signed is not None
    other = touch.model_copy(update=change) if change else Authenticator().touch(statement)
    keys = CommandKeys([signer.public])

    assert keys.fault("AHG-2026-001", "d1", CO_CHAIR, signed) == ""
    forged = signed.model_copy(update={"touch": other})
    assert keys.fault("AHG-2026-001", "d1", CO_CHAIR, forged) == "its signature is of another command, or was changed"


def test_a_policy_can_ask_for_signatures() -> None:
    signer = CommandSigner(b"s" * 32)
    table = Tabletop(policy_with({"signatures": "required"}))
    table.do(
        "LK/focal-point", "submit", {"title": "Boats", "situation": "They leave.", "grounds": [{"ground": "landing"}]}
    )
    table.do("RSO/secretariat", "accept")
    now = datetime.now(UTC)
    decision = parse("decide", APPROVAL, by=CO_CHAIR, command_id="d1")
    touch = Authenticator().touch(statement_of(table.case, decision))

    with pytest.raises(Refused, match="asks for a signature with a passkey"):
        apply_command(table.case, signer.sign(table.case.reference, decision, Means.SECOND_FACTOR, now), table.now)
    letter = {"post": CO_CHAIR, "how": "letter", "text": "It has no key.", "command": {"do": "decide", **APPROVAL}}
    for_it = parse("act_for", letter, by="RSO/secretariat", command_id="d2")
    with pytest.raises(Refused, match="asks for a signature with a passkey"):
        apply_command(table.case, signer.sign(table.case.reference, for_it, Means.COMMAND_LINE, now), table.now)
    signed = signer.sign(table.case.reference, decision, Means.PASSKEY, now, touch)
    assert apply_command(table.case, signed, table.now).entries[-1].by == CO_CHAIR


@cache
def programs() -> tuple[str, str]:
    """The programs that docs/log.md prints: the one that checks the chain, and the one that checks signatures."""
    page = (Path(__file__).parents[2] / "docs" / "log.md").read_text(encoding="utf-8")
    chain, touches = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    return chain, touches


def run(program: str, export: Path) -> subprocess.CompletedProcess[str]:
    """Without the product: an isolated Python finds neither its modules nor its settings."""
    return subprocess.run(
        [sys.executable, "-I", "-c", program, export],
        cwd=export.parent,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def signed_case() -> tuple[Entry, ...]:
    """The log of a case in which a Co-Chair's approval is signed with a passkey."""
    table = Tabletop()
    table.do(
        "LK/focal-point", "submit", {"title": "Boats", "situation": "They leave.", "grounds": [{"ground": "landing"}]}
    )
    table.do("RSO/secretariat", "accept")
    decision = parse("decide", APPROVAL, by=CO_CHAIR, command_id="d1")
    touch = Authenticator().touch(statement_of(table.case, decision))
    now = datetime.now(UTC)
    signed = CommandSigner(b"s" * 32).sign(table.case.reference, decision, Means.PASSKEY, now, touch)
    return (*table.entries, *apply_command(table.case, signed, table.now).entries)


def written(entries: Iterable[Mapping[str, Any]], export: Path) -> Path:
    """The file of a log whose entries were forged: hashed anew from the first to the last, so that its chain is whole."""
    lines, previous = [], ""
    for seq, entry in enumerate(entries, start=1):
        names = ("case", "at", "by", "acted_for", "command", "event", "signed")
        parts = {name: entry[name] for name in names} | {"seq": seq, "previous": previous}
        previous = digest(**parts)
        lines.append(json.dumps({**parts, "hash": previous}, ensure_ascii=False))
    export.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return export


def test_the_exported_file_checks_a_signature_by_itself(tmp_path: Path) -> None:
    export = tmp_path / "case.jsonl"
    export.write_text("".join(f"{entry.model_dump_json()}\n" for entry in signed_case()), encoding="utf-8")

    chain, touches = (run(program, export) for program in programs())

    assert (chain.returncode, touches.returncode, touches.stderr) == (0, 0, "")
    assert touches.stdout.count("signed by a passkey of https://ahg.example.org") == 1


MOVED: dict[str, dict[str, Any]] = {
    "case": {"case": "AHG-2026-999"},
    "post": {"by": "ID/co-chair", "event": {"post": "ID/co-chair"}},
    "post, in the entry alone": {"by": "ID/co-chair"},
    "post, in the event alone": {"event": {"post": "ID/co-chair"}},
    "version": {"event": {"on": "0" * 64}},
    "gate": {"event": {"gate": "closure"}},
    "text": {"event": {"text": "Never mind."}},
    "position": {"event": {"position": "decline"}},
    "command": {"command": "d2"},
    "statement": {"statement": ("activation", "closure"), "event": {"gate": "closure"}},
    "kind": {"event": {"type": "recused"}},
}


@pytest.mark.parametrize("to", MOVED)
def test_a_signed_position_that_is_moved_is_refused_by_the_exported_files_own_check(to: str, tmp_path: Path) -> None:
    """Also where its statement is rewritten to fit, and the file is hashed anew."""
    change = MOVED[to]
    entries = [entry.model_dump(mode="json") for entry in signed_case()]
    (signed,) = (entry for entry in entries if entry["signed"])
    signed["event"] |= change.get("event", {})
    signed |= {name: value for name, value in change.items() if name in ("by", "command")}
    for entry in entries:
        entry["case"] = change.get("case", entry["case"])
    if "statement" in change:
        touch = signed["signed"]["touch"]
        touch["statement"] = touch["statement"].replace(*change["statement"])

    export = written(entries, tmp_path / "case.jsonl")
    chain, touches = (run(program, export) for program in programs())

    assert chain.returncode == 0
    assert touches.returncode == 1
    assert touches.stderr.startswith(f"entry {signed['seq']}: ")
    assert "signed" not in touches.stdout


def test_the_check_of_a_deployment_refuses_a_position_that_is_moved_to_another_post() -> None:
    entries = list(signed_case())
    (number,) = (at for at, entry in enumerate(entries) if entry.signed)
    moved = {**entries[number].event, "post": "ID/co-chair"}
    keys = CommandKeys([CommandSigner(b"s" * 32).public])

    assert badly_signed(entries, keys) is None
    entries[number] = entries[number].model_copy(update={"event": moved})
    assert badly_signed(entries, keys) == (number + 1, "they do not say what its passkey has signed")
