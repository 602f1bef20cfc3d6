"""Mails that came back, in the shapes that mail servers and programs write them; made for the tests."""

from pathlib import Path

__all__ = ["ADDRESS", "FOLDER", "MESSAGE_ID", "returned"]

FOLDER = Path(__file__).parent
MESSAGE_ID = "<our-own-id@example.org>"
"""The mail that all of them are about, and the address that it went to."""
ADDRESS = "desk@example.org"


def returned(name: str, *, message_id: str = MESSAGE_ID, address: str = ADDRESS) -> bytes:
    """One of the files as it arrives, about another mail to another address."""
    text = (FOLDER / f"{name}.eml").read_text(encoding="utf-8")
    local, _, domain = address.partition("@")
    for old, new in ((MESSAGE_ID, message_id), (ADDRESS, address), ("Desk@Example.org", f"{local.title()}@{domain}")):
        text = text.replace(old, new)
    return text.replace("\n", "\r\n").encode()
