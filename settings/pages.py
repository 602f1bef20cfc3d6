"""Where the pages are served, who signs in by what, and how many files requests carry."""

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from settings.part import NotEmpty, Port, SettingsPart, host_in_ascii, is_loopback

_TOO_MANY = "would believe everybody about their address; name the proxies alone"


class PageSettings(SettingsPart):
    """The pages and their proxies, an identity provider, the files of requests, and the figures for monitoring."""

    web_host: NotEmpty = "127.0.0.1"
    """Address on which the pages are served."""
    web_port: Port = 8000
    """Port on which the pages are served."""
    forwarded_allow_ips: Annotated[
        str | None, Field(default_factory=lambda: os.environ.get("FORWARDED_ALLOW_IPS") or None, validate_default=True)
    ]
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
    attachments_case_mb: Annotated[int, Field(ge=1, le=100_000)] = 500
    """Megabytes that the files of all versions of one request may have together: they stay."""
    attachments_kept_mb: Annotated[int, Field(ge=1, le=1_000_000)] = 5000
    """Megabytes that all files of one member may have, those of its submitted requests with them."""
    attachments_max: Annotated[int, Field(ge=0, le=50)] = 20
    """Files that one request may carry; 0 takes none."""
    metrics_token: SecretStr | None = None
    """What Prometheus sends as its bearer token to read /metrics. Unset: there is no /metrics, but where the pages and
    their address are this machine's alone and Temporal is the embedded one; the token is then what the file `local-key`
    in the data folder holds."""

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an address as in https://ahg.example.org")
        if not parts.hostname.isascii():  # as browsers write it: the name in requests is compared with it
            port = f":{parts.port}" if parts.port else ""
            value = parts._replace(netloc=f"{host_in_ascii(parts.hostname)}{port}").geturl()
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("must begin with https://: links to sign in by and sessions would travel in the clear")
        return value.rstrip("/")

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _proxies(cls, value: str | None) -> str | None:
        for part in [] if value is None else value.split(","):
            if part.strip() == "*":
                raise ValueError(_TOO_MANY)
            try:
                network = ipaddress.ip_network(part.strip())
            except ValueError:
                raise ValueError(f"{part.strip()!r} is no address or network, as in 10.0.0.2 or 10.0.0.0/24") from None
            if network.prefixlen < (8 if network.version == 4 else 16):
                raise ValueError(_TOO_MANY)
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer_is_safe(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        if value is not None and (not safe or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("must be an address as in https://login.example.org")
        return value

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        given = {"ISSUER": self.oidc_issuer, "CLIENT_ID": self.oidc_client_id, "CLIENT_SECRET": self.oidc_client_secret}
        missing = [f"AHG_OIDC_{name}" for name, value in given.items() if value is None]
        if 0 < len(missing) < len(given):
            raise ValueError(f"{' and '.join(missing)} is missing: issuer, client id and secret go together")
        return self

    @model_validator(mode="after")
    def _a_file_fits(self) -> Self:
        if self.attachment_mb > self.attachments_mb:
            raise ValueError("AHG_ATTACHMENT_MB is more than AHG_ATTACHMENTS_MB: one file, more than all together")
        if self.attachments_mb > self.attachments_member_mb:
            raise ValueError(
                "AHG_ATTACHMENTS_MB is more than AHG_ATTACHMENTS_MEMBER_MB: one request, more than all drafts"
            )
        if self.attachments_mb > self.attachments_case_mb:
            raise ValueError("AHG_ATTACHMENTS_MB is more than AHG_ATTACHMENTS_CASE_MB: one version, more than all")
        if max(self.attachments_member_mb, self.attachments_case_mb) > self.attachments_kept_mb:
            raise ValueError("AHG_ATTACHMENTS_KEPT_MB is less than what drafts or the versions of one request may have")
        return self

    @property
    def attachment_limits(self) -> tuple[int, int, int, int, int, int]:
        """The parts of ``models.attachments.Limits``, in bytes and in their order."""
        one, request, member = self.attachment_mb * 1024**2, self.attachments_mb * 1024**2, self.attachments_member_mb
        case, kept = self.attachments_case_mb, self.attachments_kept_mb
        return one, request, self.attachments_max, member * 1024**2, case * 1024**2, kept * 1024**2
