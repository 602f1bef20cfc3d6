"""``ahg checkpoint`` and ``ahg witness``: the record's signed checkpoints, and the offices that cosign them."""

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from urllib.request import urlopen

import typer

import db
from models.checkpoints import Submission, read_checkpoint, read_submission, refusal_to_cosign
from models.notes import (
    SEED_BYTES,
    KeyUse,
    Note,
    SignerKey,
    VerifierKey,
    is_key_name,
    read_note,
    read_signer,
    read_verifier,
    signature_of,
)
from models.refusal import RefusalKind, Refused
from ops.commands.terminal import as_command, say
from records.checkpoints import RecordDiffers, add_cosignatures, sign_newest
from records.tree import consistency_proof
from settings import Settings, SettingsError, load_settings, make_secret_file

_LONGEST = 200_000


def signer_of(settings: Settings) -> SignerKey:
    """The key that signs checkpoints of the record.

    Raises:
        SettingsError: there is none, or it is damaged.
    """
    try:
        return read_signer(settings.checkpoint_secret)
    except ValueError as fault:
        raise SettingsError(f"AHG_CHECKPOINT_KEY {fault}") from None


def witnesses_of(settings: Settings) -> list[VerifierKey]:
    """The keys of the offices whose cosignatures are kept.

    Raises:
        SettingsError: one is no such key.
    """
    try:
        return [read_verifier(one) for one in (settings.witness_keys or "").split()]
    except ValueError as fault:
        raise SettingsError(f"AHG_WITNESS_KEYS {fault}") from None


@as_command
async def print_checkpoint(
    since: Annotated[int, typer.Option(min=0, help="Prove that the record grew from so many leaves.")] = 0,
    add: Annotated[Path | None, typer.Option(help="Keep the cosignatures of this cosigned checkpoint.")] = None,
    key: Annotated[bool, typer.Option(help="Print the public key that checks checkpoints, and nothing else.")] = False,
    new_key: Annotated[str, typer.Option(help="Print a new private key of this name, and nothing else.")] = "",
) -> None:
    """Sign a checkpoint of the record and print it with the proof that the record only grew (docs/log.md)."""
    if new_key:
        if not is_key_name(new_key):
            raise Refused(RefusalKind.INVALID, f"{new_key} cannot be the name of a key: it has blanks or a +.")
        say(SignerKey(new_key, KeyUse.NOTE, secrets.token_bytes(SEED_BYTES)).written())
        return
    settings = load_settings()
    signer, now = signer_of(settings), datetime.now(UTC)
    if key:
        say(str(signer.verifier))
        return
    async with db.open_engine(settings) as engine:
        try:
            if add is not None:
                note = read_note(add.read_text(encoding="utf-8"))
                names = await add_cosignatures(engine, note, signer.verifier, witnesses_of(settings), now)
                say(f"kept the cosignatures of {', '.join(names)}")
                return
            note = await sign_newest(engine, signer, now, settings.checkpoint_signed)
            async with engine.connect() as connection:
                proof = await consistency_proof(connection, since, read_checkpoint(note).size)
        except RecordDiffers as differs:
            raise Refused(RefusalKind.INVALID, f"Nothing is signed: {differs}.") from None
        except ValueError as fault:
            raise Refused(RefusalKind.INVALID, f"{add or '--since'}: {fault}.") from None
    sys.stdout.write(str(Submission(since, proof, note)))


@as_command
async def cosign_checkpoint(
    source: Annotated[str, typer.Argument(help="A checkpoint: a file, or the address of the page /checkpoint.")],
    record: Annotated[str, typer.Option(help="The record's public key, as `ahg checkpoint --key` prints it.")],
    key: Annotated[Path, typer.Option(help="File of the office's own key; made if there is none.")],
    seen: Annotated[Path, typer.Option(help="File that keeps the newest checkpoint that was cosigned.")],
    name: Annotated[str, typer.Option(help="Name of a key that is made, as office.example/witness.")] = "",
) -> None:
    """Cosign a checkpoint that continues the one seen before, and print it. Needs nothing else of the product."""
    try:
        own = _own_key(key, name)
        before = read_checkpoint(read_note(seen.read_text(encoding="utf-8"))) if seen.exists() else None
        given = read_submission(_fetched(source, before.size if before else 0))
        if why := refusal_to_cosign(given, read_verifier(record), before):
            raise ValueError(why)
    except ValueError as fault:
        raise Refused(RefusalKind.INVALID, f"Not cosigned: {source} {fault}.") from None
    line = signature_of(given.note.text, own, int(datetime.now(UTC).timestamp()))
    cosigned = Note(given.note.text, (*given.note.signatures, line))
    fresh = seen.with_name(f"{seen.name}.new")
    fresh.write_text(str(cosigned), encoding="utf-8")
    fresh.replace(seen)  # kept before it is given out
    sys.stdout.write(str(cosigned))


def _own_key(path: Path, name: str) -> SignerKey:
    if not path.exists():
        if not is_key_name(name):
            raise Refused(RefusalKind.INVALID, f"{path} does not exist; --name says for whom a key is to be made.")
        made = SignerKey(name, KeyUse.COSIGNATURE, secrets.token_bytes(SEED_BYTES))
        make_secret_file(path, made.written())
        typer.echo(f"made {path}; its public key is {made.verifier}", err=True)
    own = read_signer(path.read_text(encoding="utf-8"))
    if own.use is not KeyUse.COSIGNATURE:
        raise ValueError("would be signed by a key that is not for cosignatures")
    return own


def _fetched(source: str, since: int) -> str:
    if urlsplit(source).scheme not in ("http", "https"):
        return Path(source).read_text(encoding="utf-8")
    with urlopen(f"{source}?old={since}", timeout=30) as answer:  # noqa: S310 - the scheme is looked at above
        return str(answer.read(_LONGEST).decode("utf-8"))
