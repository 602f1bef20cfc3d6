"""The keys of a deployment: from settings, or from files of the data folder that are made once."""

import base64
import binascii
import os
import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr, field_validator

from settings.part import SettingsError, SettingsPart

KEY_BYTES = 32  # AES-256, and the seed of Ed25519
COMMAND_KEY_FILE = "command-key"
LOCAL_KEY_FILE = "local-key"
KEY_FILES = ("keys", COMMAND_KEY_FILE, "checkpoint-key")
"""Files of keys in the data folder that cannot be made anew."""
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_VERIFIER = re.compile(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")
_SIGNER = re.compile(rf"PRIVATE\+KEY\+{_VERIFIER.pattern}")


class KeySettings(SettingsPart):
    """The data folder, and the keys that lie there unless they are set."""

    data_dir: Path = Path("data")
    """Folder for what is kept on this machine: database, Temporal's file, keys, mails, logs."""
    payload_keys: SecretStr | None = None
    """Keys that encrypt what Temporal stores, as id:base64,id2:base64 (32 bytes each). The first encrypts, all decrypt.
    Unset: the file `keys` in the data folder, made by the first `ahg up`."""
    command_key: SecretStr | None = None
    """Key by which pages and command line sign commands, as base64 of 32 bytes; workers need it not. Unset: the file
    `command-key` in the data folder, made by the first `ahg up`."""
    command_public_keys: str | None = None
    """Public keys by which workers and `ahg verify` check signed commands, as base64,base64: those of before
    too. `ahg keys` shows them. Unset: that of the key alone."""
    checkpoint_key: SecretStr | None = None
    """Private key that signs checkpoints of the record, as PRIVATE+KEY+name+id+base64. Unset: the file `checkpoint-key`
    in the data folder, made by the first `ahg up`."""
    witness_keys: str | None = None
    """Public keys of the offices that cosign checkpoints, as `ahg witness` prints them (name+id+base64), with blanks
    between."""

    @field_validator("payload_keys")
    @classmethod
    def _good_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_keys(value.get_secret_value())
        return value

    @field_validator("command_key")
    @classmethod
    def _good_command_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_key(value.get_secret_value())
        return value

    @field_validator("command_public_keys")
    @classmethod
    def _good_public_keys(cls, value: str | None) -> str | None:
        for one in (value or "").split(",") if value is not None else ():
            parse_key(one)
        return value

    @field_validator("checkpoint_key")
    @classmethod
    def _good_signer(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _SIGNER.fullmatch(value.get_secret_value().strip()):
            raise ValueError("must be a key as the file checkpoint-key holds it: PRIVATE+KEY+name+id+base64")
        return value

    @field_validator("witness_keys")
    @classmethod
    def _good_witnesses(cls, value: str | None) -> str | None:
        if not all(_VERIFIER.fullmatch(one) for one in (value or "").split()):
            raise ValueError("must be public keys, each as name+id+base64")
        return value

    @property
    def checkpoint_secret(self) -> str:
        """The private key that signs checkpoints, as text.

        Raises SettingsError when there is none yet.
        """
        if self.checkpoint_key is not None:
            return self.checkpoint_key.get_secret_value().strip()
        path = self.data_dir / "checkpoint-key"
        try:
            written = path.read_text(encoding="utf-8").strip()
        except OSError:
            raise SettingsError(f"AHG_CHECKPOINT_KEY is not set and {path} cannot be read; `ahg up` makes it") from None
        if not _SIGNER.fullmatch(written):
            raise SettingsError(f"AHG_CHECKPOINT_KEY is not set, and {path} holds no such key")
        return written

    @property
    def local_key(self) -> str:
        """What opens the pages that are of this machine alone: who reads the data folder has it. Empty: there is none."""
        try:
            return (self.data_dir / LOCAL_KEY_FILE).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""

    @property
    def checkpoint_signed(self) -> Path:
        """The file that keeps the newest checkpoint that was signed, where the database's administrator is not."""
        return self.data_dir / "checkpoint-signed"

    @property
    def keyring(self) -> dict[str, bytes]:
        """Payload keys by id, the encrypting one first; from the setting, else from the data folder.

        Raises SettingsError when there are none yet or the file is damaged.
        """
        if self.payload_keys is not None:
            return parse_keys(self.payload_keys.get_secret_value())
        path = self.data_dir / "keys"
        try:
            return parse_keys(path.read_text(encoding="ascii"))
        except FileNotFoundError:
            raise SettingsError(f"AHG_PAYLOAD_KEYS is not set and {path} does not exist; `ahg up` makes it") from None
        except ValueError as error:
            raise SettingsError(f"AHG_PAYLOAD_KEYS is not set, and in {path}: {error}") from None

    @property
    def command_seed(self) -> bytes:
        """The private key by which commands are signed, 32 bytes; from the setting, else from the data folder.

        Raises SettingsError when there is none yet or the file is damaged.
        """
        if self.command_key is not None:
            return parse_key(self.command_key.get_secret_value())
        path = self.data_dir / COMMAND_KEY_FILE
        try:
            return parse_key(path.read_text(encoding="ascii"))
        except FileNotFoundError:
            raise SettingsError(f"AHG_COMMAND_KEY is not set and {path} does not exist; `ahg up` makes it") from None
        except ValueError as error:
            raise SettingsError(f"AHG_COMMAND_KEY is not set, and in {path}: {error}") from None

    @property
    def command_publics(self) -> tuple[bytes, ...]:
        """The public keys by which signed commands are checked. Raises SettingsError as ``command_seed``, where unset."""
        if self.command_public_keys is not None:
            return tuple(map(parse_key, self.command_public_keys.split(",")))
        return (Ed25519PrivateKey.from_private_bytes(self.command_seed).public_key().public_bytes_raw(),)


def ensure_keys(settings: KeySettings) -> list[Path]:
    """Make the files of keys (readable by their owner only) unless the keys are set or the files exist.

    Returns the paths of the files that were made now. The data folder must exist.
    """
    given = {"keys": settings.payload_keys, COMMAND_KEY_FILE: settings.command_key or settings.command_public_keys}
    missing = [settings.data_dir / name for name, value in given.items() if value is None]
    return [path for path in missing if make_secret_file(path, _new_key("k1:" if path.name == "keys" else ""))]


def ensure_local_key(settings: KeySettings) -> None:
    """Make the key of the pages that are of this machine alone, unless there is one. The data folder must exist."""
    make_secret_file(settings.data_dir / LOCAL_KEY_FILE, secrets.token_urlsafe(24))


def _new_key(key_id: str) -> str:
    return key_id + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def make_secret_file(path: Path, line: str) -> bool:
    """Write a line into a file that its owner alone can read; False if there is a file already, which stays."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())  # what is read or signed with a key that is lost cannot be read or signed again
    return True


def parse_key(text: str) -> bytes:
    """One key from base64. Raises ValueError."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raise ValueError("the key is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key has {len(key)} bytes, not {KEY_BYTES}")
    return key


def parse_keys(text: str) -> dict[str, bytes]:
    """Keys by id from ``id:base64,id2:base64`` (or one a line), in that order. Raises ValueError."""
    keys: dict[str, bytes] = {}
    for entry in re.split(r"[,\s]+", text.strip()):
        key_id, _, encoded = entry.partition(":")
        if not _KEY_ID.fullmatch(key_id):
            raise ValueError("each key is written id:base64, where the id is of letters, digits, - and _")
        if key_id in keys:
            raise ValueError(f"the key id {key_id} occurs twice")
        try:
            keys[key_id] = parse_key(encoded)
        except ValueError as error:
            raise ValueError(str(error).replace("the key", f"the key {key_id}", 1)) from None
    return keys
