"""How often a sign-in link may be asked for. What one person does takes nothing from another.

A browser in which the owner of an address has signed in counts for itself. Any other request counts for its client
address and the mail address together. So that nobody's mailbox is flooded, a mail address also gets so many mails in
an hour that browsers which nobody knows asked for.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models.base import Value

WINDOW = timedelta(hours=1)
LINKS_OF_A_BROWSER = 10
"""Requests in an hour of a browser in which the owner of the address has signed in."""

LINKS_OF_A_CLIENT = 5
"""Requests in an hour of one client address for one mail address."""

MAILS_OF_AN_ADDRESS = 20
"""Mails in an hour to one mail address that unknown browsers asked for."""

_KNOWN = "browser "


class Asker(Value):
    """Who asks for a link: the client's address, and the browser's id where the owner has signed in with it."""

    client: str
    browser: str = ""

    @property
    def counted_as(self) -> str:
        """The name under which its requests are counted. No client address begins as that of a known browser does."""
        return f"{_KNOWN}{self.browser}" if self.browser else self.client

    @property
    def most(self) -> int:
        """Requests that it may make for one mail address in an hour."""
        return LINKS_OF_A_BROWSER if self.browser else LINKS_OF_A_CLIENT


def is_known(counted_as: str) -> bool:
    """Whether requests counted under that name came from a browser that the owner of the address knows."""
    return counted_as.startswith(_KNOWN)


def seconds_to_wait(asker: Asker, asked: Sequence[datetime], now: datetime) -> int:
    """How long the asker waits until it may ask again; 0 when it may now. ``asked``: when it did, in any order."""
    recent = sorted(at for at in asked if at > now - WINDOW)
    if len(recent) < asker.most:
        return 0
    return int((recent[-asker.most] + WINDOW - now).total_seconds()) + 1


def is_mailed(asker: Asker, mails: int) -> bool:
    """Whether the link goes out. ``mails``: those that unknown browsers had sent to the address within the hour."""
    return bool(asker.browser) or mails < MAILS_OF_AN_ADDRESS
