"""How often a sign-in link goes out. What one person does takes nothing from another.

A browser in which the owner of an address has signed in counts for itself. Any other request counts for its client
address and the mail address together. So that nobody's mailbox is flooded, a mail address also gets so many mails in
an hour that browsers which nobody knows asked for. Whoever uses these numbers up keeps nobody out: every few minutes
one more link goes out to whoever has the address, and it is good in any browser.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from models.base import Value

WINDOW = timedelta(hours=1)
LINKS_OF_A_BROWSER = 10
"""Requests in an hour of a browser in which the owner of the address has signed in."""

LINKS_OF_A_CLIENT = 5
"""Requests in an hour of one client address for one mail address."""

MAILS_OF_AN_ADDRESS = 20
"""Mails in an hour to one mail address that unknown browsers asked for."""

ALWAYS_AFTER = timedelta(minutes=5)
"""When the newest mail to an address is so old, another goes out, whatever was asked for. Less than a link is good."""

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


class EarlierRequest(NamedTuple):
    """A request for a link to the same mail address: under which name it was counted, when, whether a mail went out."""

    counted_as: str
    at: datetime
    mailed: bool


class LinkVerdict(NamedTuple):
    """What follows from a request: the seconds until whoever asks may ask again, 0 when it may now; whether a mail goes
    out."""

    wait: int
    mailed: bool


def answer_request(asker: Asker, earlier: Sequence[EarlierRequest], now: datetime) -> LinkVerdict:
    """What follows from a request. ``earlier``: what was asked for the mail address, in any order."""
    recent = [one for one in earlier if one.at > now - WINDOW]
    newest = max((one.at for one in recent if one.mailed), default=None)
    if newest is None or newest <= now - ALWAYS_AFTER:
        return LinkVerdict(0, mailed=True)
    own = sorted(one.at for one in recent if one.counted_as == asker.counted_as)
    if len(own) >= asker.most:
        again = min(own[-asker.most] + WINDOW, newest + ALWAYS_AFTER)
        return LinkVerdict(int((again - now).total_seconds()) + 1, mailed=False)
    mails = sum(one.mailed and not one.counted_as.startswith(_KNOWN) for one in recent)
    return LinkVerdict(0, mailed=bool(asker.browser) or mails < MAILS_OF_AN_ADDRESS)
