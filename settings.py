"""Settings: the one place that reads the environment.

Every setting is a variable ``AHG_<NAME>``; ``docs/running.md`` lists them all, and a test keeps that list
complete. Secrets may stand in files that ``AHG_<NAME>_FILE`` names. How to reach a Temporal server that is not ours
(address, TLS, API key) is read by Temporal's own environment configuration, so that what works for the ``temporal``
command works here.
"""

import base64
import binascii
import difflib
import ipaddress
import os
import re
import secrets
from collections.abc import Collection, Mapping
from email.utils import getaddresses, parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

import idna
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.envconfig import ClientConfig, ClientConnectConfig

PREFIX = "AHG_"
KEY_BYTES = 32  # AES-256, and the seed of Ed25519
COMMAND_KEY_FILE = "command-key"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_VERIFIER = re.compile(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")
_SIGNER = re.compile(rf"PRIVATE\+KEY\+{_VERIFIER.pattern}")
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}

SECRETS = (
    *("database_url", "payload_keys", "command_key", "smtp_password", "imap_password", "oidc_client_secret"),
    *("metrics_token", "checkpoint_key", "migration_database_url"),
)
"""Settings that may be given as a file, by ``AHG_<NAME>_FILE``."""

Port = Annotated[int, Field(ge=1, le=65535)]
NotEmpty = Annotated[str, Field(min_length=1)]
"""A text that is not empty."""


class SettingsError(Exception):
    """The configuration is wrong. The text names each ``AHG_`` variable and what is wrong with it."""


class Settings(BaseSettings):
    """What a deployment may choose; the docstring of a field is its line in ``docs/running.md``.

    Made by :func:`load_settings`, passed on by hand, never a global.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True, use_attribute_docstrings=True
    )

    data_dir: Path = Path("data")
    """Folder for what is kept on this machine: database, Temporal's file, keys, mails, logs."""
    database_url: Annotated[str | None, Field(repr=False)] = None  # may hold a password
    """PostgreSQL (postgresql://...) or SQLite (sqlite:///...) address of the records. Unset: the file ahg.db in the data
    folder."""
    migration_database_url: Annotated[str | None, Field(repr=False)] = None  # may hold a password
    """The same PostgreSQL database for the role that owns the tables. The role of AHG_DATABASE_URL then cannot change or
    delete what is on record. Only `ahg up`, `ops.prepare`, `ahg rebuild` and `ahg doctor` use it. Unset: one role does
    all."""
    sqlite_synchronous: Literal["FULL", "NORMAL"] = "FULL"
    """SQLite's promise at commit. FULL survives a power cut; NORMAL is faster and may then lose the last commits, never
    the file."""

    temporal_mode: Literal["embedded", "external"] = "embedded"
    """embedded: `ahg up` starts a Temporal server of its own. external: a cluster or Temporal Cloud, found by Temporal's
    own variables (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS and so on)."""
    temporal_binary: Path | None = None
    """The `temporal` program. Unset: the one beside Python, else the one on the PATH."""
    test_server_binary: Path | None = None
    """The `temporal-test-server` program, which skips time in rehearsals. Unset: looked for in the same places."""
    temporal_port: Port = 7233
    """Port of the embedded Temporal server, on 127.0.0.1."""
    temporal_ui_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Port of the embedded Temporal server's own pages; 0 is without them."""
    temporal_namespace: NotEmpty = "default"
    """Temporal namespace; in external mode TEMPORAL_NAMESPACE goes before it."""
    task_queue: NotEmpty = "ahg-cases"
    """Task queue of the cases."""
    delivery_queue: NotEmpty = "ahg-delivery"
    """Task queue of the deliveries: a slow mail server never holds up a case."""
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
    worker_build: str | None = None
    """Build id for Worker Deployment versioning. Unset: the worker runs unversioned."""
    history_limit: Annotated[int, Field(ge=100, le=1900)] = 1500
    """Events in a case's history after which its run continues as a new one."""
    max_cached_workflows: Annotated[int, Field(ge=0, le=100_000)] = 1000
    """Cases that a worker keeps in memory between steps."""

    smtp_host: NotEmpty = "127.0.0.1"
    """Mail server for everything that is sent."""
    smtp_port: Port = 2525
    """Its port; the built-in mail catcher listens there."""
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    """none, starttls (usually port 587) or tls from the first byte (usually 465). none is for this machine,
    and without a password for a server whose name has no dot (of a network of containers)."""
    smtp_username: str | None = None
    """User name for the mail server, if it wants one."""
    smtp_password: SecretStr | None = None
    """Password for the mail server."""
    smtp_connections: Annotated[int, Field(ge=1, le=64)] = 4
    """Connections to the mail server that one worker holds at a time."""
    mail_from: str = "Bali Process Ad Hoc Group <ahg@localhost>"
    """Sender of every mail, as name <address>."""
    imap_host: NotEmpty | None = None
    """Mail server with the mailbox of the sender's address, in which delivery reports and automatic replies arrive.
    Unset: none is read; `ahg mail bounces` reads them from files."""
    imap_port: Port = 993
    """Its port: 993 with tls, usually 143 with starttls."""
    imap_security: Literal["tls", "starttls", "none"] = "tls"
    """tls from the first byte, or starttls; none only for a server on this machine."""
    imap_username: str | None = None
    """User name for that mailbox."""
    imap_password: SecretStr | None = None
    """Password for that mailbox."""
    imap_folder: Annotated[str, Field(pattern=r"^[ -~]+$")] = "INBOX"
    """The folder that is read. Nothing in it is changed."""
    imap_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    """Minutes between two looks into the mailbox."""
    mail_catcher: bool = True
    """Whether `ahg up` catches mail itself. It does so only while the mail server is this machine without encryption;
    with a real mail server nothing is caught. Caught mail is shown under /mail where the pages and their address are this
    machine's alone and Temporal is the embedded one."""

    web_host: NotEmpty = "127.0.0.1"
    """Address on which the pages are served."""
    web_port: Port = 8000
    """Port on which the pages are served."""
    forwarded_allow_ips: str | None = None
    """Addresses or networks of the reverse proxies that are believed about whom they speak for, with commas between.
    Unset: what FORWARDED_ALLOW_IPS says, else a proxy on this machine."""
    public_url: str = Field(default_factory=lambda fields: f"http://127.0.0.1:{fields.get('web_port', 8000)}")
    """Where people reach the pages: the start of links in mails; https, or this machine. Unset: http://127.0.0.1 with the
    port of the pages."""

    oidc_issuer: str | None = None
    """Address of an identity provider (OpenID Connect) that people may sign in with, as it names itself; https, or this
    machine. Its client is registered with the address of the pages and /openid/return. Unset: links by mail alone."""
    oidc_client_id: str | None = None
    """Our client id there."""
    oidc_client_secret: SecretStr | None = None
    """Our client secret there."""
    oidc_name: Annotated[str, Field(min_length=1, max_length=60)] = "your identity provider"
    """What the button on the sign-in page calls the provider."""

    attachments_dir: Path | None = None
    """Folder of the files that requests carry; all processes of the pages share it. Unset: attachments in the data
    folder."""
    attachment_mb: Annotated[int, Field(ge=1, le=1000)] = 10
    """Megabytes (1024 x 1024 bytes) that one file may have."""
    attachments_mb: Annotated[int, Field(ge=1, le=2000)] = 50
    """Megabytes that the files of one request may have together."""
    attachments_member_mb: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Megabytes that the files of one member may have which no submitted request carries: drafts, and what was taken out
    of them in the last day."""
    attachments_max: Annotated[int, Field(ge=0, le=50)] = 20
    """Files that one request may carry; 0 takes none."""

    metrics_token: SecretStr | None = None
    """What Prometheus sends as its bearer token to read /metrics. Unset: there is no /metrics, but where the pages and
    their address are this machine's alone and Temporal is the embedded one."""

    log_format: Literal["console", "json"] = "console"
    """How log lines are written."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least important log lines to keep."""

    @field_validator("data_dir", "attachments_dir", "temporal_binary", "test_server_binary")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        # Children of the supervisor may run in another folder.
        return None if value is None else value.expanduser().absolute()

    @field_validator("temporal_binary", "test_server_binary")
    @classmethod
    def _program(cls, value: Path | None) -> Path | None:
        if value is not None and not os.access(value, os.X_OK):
            raise ValueError(f"{value} is not a program that can be run")
        return value

    @field_validator("database_url", "migration_database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in _DRIVERS:
            raise ValueError("must start with postgresql:// or sqlite:///")
        return f"{_DRIVERS[scheme]}://{rest}"

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

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, value: str) -> str:
        local, _, domain = parseaddr(value)[1].rpartition("@")
        several = len(getaddresses([value])) != 1 or len(re.findall("<", value)) > 1
        if several:
            said = "must be one sender, not several; a comma in its name stands in quotes, as in"
            raise ValueError(f'{said}: "Bali Process, Ad Hoc Group" <ahg@example.org>')
        if not local or not domain or not value.isprintable():
            raise ValueError("must be one sender, as in: Bali Process Ad Hoc Group <ahg@example.org>")
        _in_ascii(domain)
        return value

    @field_validator("smtp_host", "imap_host")
    @classmethod
    def _as_it_is_asked_for(cls, value: str | None) -> str | None:
        # Sockets take a name beyond ASCII by IDNA 2003, for another host.
        return value if value is None else _in_ascii(value)

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an address as in https://ahg.example.org")
        if not parts.hostname.isascii():  # as browsers write it: the name in requests is compared with it
            port = f":{parts.port}" if parts.port else ""
            value = parts._replace(netloc=f"{_in_ascii(parts.hostname)}{port}").geturl()
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("must begin with https://: links to sign in by and sessions would travel in the clear")
        return value.rstrip("/")

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _proxies(cls, value: str | None) -> str | None:
        for part in (value or "").split(","):
            try:
                network = ipaddress.ip_network(part.strip()) if value is not None else None
            except ValueError:
                raise ValueError(f"{part.strip()!r} is no address or network, as in 10.0.0.2 or 10.0.0.0/24") from None
            if network is not None and network.prefixlen == 0:
                raise ValueError("would believe everybody about their address; name the proxies alone")
        return value

    @model_validator(mode="after")
    def _two_roles(self) -> "Settings":
        both = [self.migration_database_url or "", self.database]
        if both[0] and not all(address.startswith(_DRIVERS["postgresql"]) for address in both):
            raise ValueError("AHG_MIGRATION_DATABASE_URL is for PostgreSQL, and one of the two names another database")
        return self

    @model_validator(mode="after")
    def _login_is_whole(self) -> "Settings":
        if (self.smtp_username is None) != (self.smtp_password is None):
            missing = "AHG_SMTP_PASSWORD" if self.smtp_password is None else "AHG_SMTP_USERNAME"
            raise ValueError(f"{missing} is missing: a mail server's user name and password go together")
        if self.smtp_security == "none" and not is_loopback(self.smtp_host):
            wanted = "starttls or tls"
            if self.smtp_password is not None:
                raise ValueError(f"AHG_SMTP_SECURITY is none, and the password would travel in the clear: {wanted}")
            if not is_near(self.smtp_host):
                raise ValueError(f"AHG_SMTP_SECURITY is none, and links to sign in would travel in the clear: {wanted}")
        return self

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer_is_safe(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        if value is not None and (not safe or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("must be an address as in https://login.example.org")
        return value

    @model_validator(mode="after")
    def _provider_is_whole(self) -> "Settings":
        given = {"ISSUER": self.oidc_issuer, "CLIENT_ID": self.oidc_client_id, "CLIENT_SECRET": self.oidc_client_secret}
        missing = [f"AHG_OIDC_{name}" for name, value in given.items() if value is None]
        if 0 < len(missing) < len(given):
            raise ValueError(f"{' and '.join(missing)} is missing: issuer, client id and secret go together")
        return self

    @model_validator(mode="after")
    def _mailbox_can_be_read(self) -> "Settings":
        if self.imap_host is None:
            return self
        for name, given in (("AHG_IMAP_USERNAME", self.imap_username), ("AHG_IMAP_PASSWORD", self.imap_password)):
            if given is None:
                raise ValueError(f"{name} is missing: a mailbox is read with a user name and a password")
        if self.imap_security == "none" and not is_loopback(self.imap_host):
            raise ValueError("AHG_IMAP_SECURITY is none, which only a mailbox on this machine may be read with")
        return self

    @model_validator(mode="after")
    def _a_file_fits(self) -> "Settings":
        if self.attachment_mb > self.attachments_mb:
            raise ValueError("AHG_ATTACHMENT_MB is more than AHG_ATTACHMENTS_MB: one file, more than all together")
        if self.attachments_mb > self.attachments_member_mb:
            raise ValueError(
                "AHG_ATTACHMENTS_MB is more than AHG_ATTACHMENTS_MEMBER_MB: one request, more than all drafts"
            )
        return self

    @property
    def database(self) -> str:
        """SQLAlchemy address of the records, with the asynchronous driver in it."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'ahg.db'}"

    @property
    def owned_database(self) -> str:
        """The same with the role that owns the tables."""
        return self.migration_database_url or self.database

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
    def mail_dir(self) -> Path:
        """Folder of the caught mails."""
        return self.data_dir / "mail"

    @property
    def attachments_folder(self) -> Path:
        """Folder of the files that requests carry."""
        return self.attachments_dir or self.data_dir / "attachments"

    @property
    def attachment_limits(self) -> tuple[int, int, int, int]:
        """Bytes of one file, bytes of all files of a request, their number, and bytes of a member's loose files."""
        one, request, member = self.attachment_mb, self.attachments_mb, self.attachments_member_mb
        return one * 1024**2, request * 1024**2, self.attachments_max, member * 1024**2

    @property
    def catches_mail(self) -> bool:
        """Whether the built-in catcher runs: it is wanted, and mail goes to this machine in the clear."""
        return self.mail_catcher and self.smtp_security == "none" and is_loopback(self.smtp_host)

    @property
    def on_a_laptop(self) -> bool:
        """Whether all of the product is on this machine and for this machine alone, as ``make run`` has it."""
        here = is_loopback(self.web_host) and is_loopback(urlsplit(self.public_url).hostname or "")
        return self.temporal_mode == "embedded" and here

    @property
    def shows_mail(self) -> bool:
        """Whether there are pages for caught mails, which hold links to sign in by: on a laptop, and nowhere else."""
        return self.catches_mail and self.on_a_laptop

    @property
    def shows_metrics(self) -> bool:
        """Whether /metrics is there: for who has the token, and on a laptop without one."""
        return self.metrics_token is not None or self.on_a_laptop

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

    @property
    def databases_in_the_clear(self) -> list[str]:
        """The settings that name a PostgreSQL elsewhere which may be reached unencrypted, or may be another one."""
        given = {"AHG_DATABASE_URL": self.database, "AHG_MIGRATION_DATABASE_URL": self.migration_database_url or ""}
        return [name for name, address in given.items() if not _is_verified(address)]

    def temporal_connect_config(self) -> ClientConnectConfig:
        """Keyword arguments for ``temporalio.client.Client.connect``.

        Embedded: our own server, whatever TEMPORAL_* variables say. External: Temporal's environment
        configuration. Raises SettingsError when that cannot be read.
        """
        if self.temporal_mode == "embedded":
            return ClientConnectConfig(target_host=f"127.0.0.1:{self.temporal_port}", namespace=self.temporal_namespace)
        try:
            config = ClientConfig.load_client_connect_config()
        except Exception as error:  # the native parser has no class of its own
            raise SettingsError(f"AHG_TEMPORAL_MODE is external, and Temporal's own settings say: {error}") from error
        if not config.get("target_host"):
            raise SettingsError("AHG_TEMPORAL_MODE is external, so TEMPORAL_ADDRESS must be set")
        config.setdefault("namespace", self.temporal_namespace)
        return config

    def environment(self, needed: Collection[str] | None = None) -> dict[str, str]:
        """This process's environment with these settings in it, for a child that loads them again.

        ``needed``: the settings that the child gets; all where it is left out. What was read from a file is named, not
        passed on.
        """
        own = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
        for name in self.model_fields_set if needed is None else self.model_fields_set & set(needed):
            value = getattr(self, name)
            if value is None:
                continue
            variable = PREFIX + name.upper()
            if name in SECRETS and os.environ.get(f"{variable}_FILE"):
                own[f"{variable}_FILE"] = str(Path(os.environ[f"{variable}_FILE"]).absolute())
            else:
                own[variable] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        return own


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment; `overrides` (field names) go before it.

    Raises SettingsError naming every variable that is wrong, including an AHG_ variable that does not exist:
    a misspelt setting is a wrong configuration, not one to be passed over.
    """
    problems = _unknown(os.environ)
    read, unread = _from_files(os.environ)
    problems += unread
    try:
        settings = Settings(**{**read, **overrides})
    except ValidationError as error:
        problems += [_sentence(detail["loc"], detail["msg"]) for detail in error.errors(include_url=False)]
    else:
        if not problems:
            return settings
    raise SettingsError("\n".join(problems))


def _from_files(environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The secrets that stand in files, and what is wrong with those files."""
    read: dict[str, str] = {}
    problems = []
    for name in SECRETS:
        variable = PREFIX + name.upper()
        path = environment.get(f"{variable}_FILE")
        if not path:
            continue
        if environment.get(variable):
            problems.append(f"{variable}_FILE: {variable} is set too, and only one of them may be")
            continue
        try:
            read[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{variable}_FILE: {path} cannot be read ({getattr(error, 'strerror', None) or 'no text'})")
        else:
            if not read[name]:
                del read[name]
    return read, problems


def ensure_keys(settings: Settings) -> list[Path]:
    """Make the files of keys (readable by their owner only) unless the keys are set or the files exist.

    Returns the paths of the files that were made now. The data folder must exist.
    """
    given = {"keys": settings.payload_keys, COMMAND_KEY_FILE: settings.command_key or settings.command_public_keys}
    missing = [settings.data_dir / name for name, value in given.items() if value is None]
    return [path for path in missing if make_secret_file(path, _new_key("k1:" if path.name == "keys" else ""))]


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


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _is_verified(address: str) -> bool:
    """Whether a database is near, or its address has libpq check who answers."""
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    host = asked.get("host") or parts.hostname or ""
    mode = asked.get("sslmode") or os.environ.get("PGSSLMODE", "")
    return parts.scheme.startswith("sqlite") or host.startswith("/") or is_near(host) or mode == "verify-full"


def is_near(host: str) -> bool:
    """Whether a host is this machine, or has a name without a dot, which only the network that it stands in knows."""
    return is_loopback(host) or not set(host) & {".", ":"}


def _in_ascii(host: str) -> str:
    """A host by IDNA 2008, as ``models.mail_addresses`` has it, which settings know nothing of. Raises ValueError."""
    return host if host.isascii() else idna.encode(host.lower(), strict=True).decode("ascii")


def _unknown(environment: Mapping[str, str]) -> list[str]:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    known += [f"{PREFIX}{name.upper()}_FILE" for name in SECRETS]
    problems = []
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            problems.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))
    return problems


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    # Values are not repeated: some are secrets.
    return f"{PREFIX}{str(location[0]).upper()}: {text}" if location else text
