"""All settings together, as the parts of a deployment are given them."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from settings.keys import KeySettings
from settings.mail import MailSettings
from settings.pages import PageSettings
from settings.part import PREFIX, NotEmpty, Port, SettingsError, is_loopback, is_near

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


class Settings(PageSettings, MailSettings, KeySettings):
    """What a deployment may choose. Made by :func:`settings.loading.load_settings`, passed on by hand, never a global."""

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
    worker_build: str | None = None
    """Build id for Worker Deployment versioning. Unset: the worker runs unversioned."""
    worker_metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Port on which a worker gives its figures to Prometheus, under /metrics and to whoever reaches it; 0 gives none."""
    worker_metrics_host: NotEmpty = "127.0.0.1"
    """Address of that port; another than this machine's only in a network that Prometheus and the workers have to
    themselves."""
    traces_url: str | None = None
    """Address of a collector (OTLP over HTTP, as in http://collector:4318/v1/traces) that pages and workers send traces
    to. Unset: none are made."""
    history_limit: Annotated[int, Field(ge=100, le=1900)] = 1500
    """Events in a case's history after which its run continues as a new one."""
    max_cached_workflows: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Cases that a worker keeps in memory between steps."""
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

    @model_validator(mode="after")
    def _two_roles(self) -> Self:
        both = [self.migration_database_url or "", self.database]
        if both[0] and not all(address.startswith(_DRIVERS["postgresql"]) for address in both):
            raise ValueError("AHG_MIGRATION_DATABASE_URL is for PostgreSQL, and one of the two names another database")
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
    def databases_in_the_clear(self) -> list[str]:
        """The settings that name a PostgreSQL elsewhere which may be reached unencrypted, or may be another one."""
        given = {"AHG_DATABASE_URL": self.database, "AHG_MIGRATION_DATABASE_URL": self.migration_database_url or ""}
        return [name for name, address in given.items() if not _is_verified(address)]

    @property
    def mail_dir(self) -> Path:
        """Folder of the caught mails."""
        return self.data_dir / "mail"

    @property
    def attachments_folder(self) -> Path:
        """Folder of the files that requests carry."""
        return self.attachments_dir or self.data_dir / "attachments"

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


def _is_verified(address: str) -> bool:
    """Whether a database is near, or its address has libpq check who answers."""
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    host = asked.get("host") or parts.hostname or ""
    mode = asked.get("sslmode") or os.environ.get("PGSSLMODE", "")
    return parts.scheme.startswith("sqlite") or host.startswith("/") or is_near(host) or mode == "verify-full"
