"""What the parts of the settings have in common: where they come from, what is wrong with them, hosts and ports."""

import ipaddress
from typing import Annotated

import idna
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "AHG_"

Port = Annotated[int, Field(ge=1, le=65535)]
NotEmpty = Annotated[str, Field(min_length=1)]
"""A text that is not empty."""


class SettingsError(Exception):
    """The configuration is wrong. The text names each ``AHG_`` variable and what is wrong with it."""


class SettingsPart(BaseSettings):
    """Settings on one subject. The docstring of a field is its line in ``docs/running.md``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True, use_attribute_docstrings=True
    )


def is_address(host: str) -> bool:
    """Whether a host is a number, as IPv4 and IPv6 have it, and no name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_near(host: str) -> bool:
    """Whether a host is this machine, or has a name without a dot, which only the network that it stands in knows."""
    return is_loopback(host) or not set(host) & {".", ":"}


def host_in_ascii(host: str) -> str:
    """A host by IDNA 2008, as ``models.mail_addresses`` has it, which settings know nothing of. Raises ValueError."""
    return host if host.isascii() else idna.encode(host.lower(), strict=True).decode("ascii")
