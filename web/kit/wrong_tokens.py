"""The limit of wrong tokens that one client may show in an hour, counted in this process.

Beyond it the client is told to wait. A right token is taken all the same, since others may share the client's address.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

MOST_WRONG_TOKENS = 20
"""Wrong tokens of one client in an hour."""

_HOUR = timedelta(hours=1)
_CLIENTS = 10_000


class WrongTokens:
    """Counts by client address (``web.kit.sessions.client_of``); the oldest clients are forgotten first."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, list[datetime]] = OrderedDict()

    def wait(self, client: str, now: datetime) -> int:
        """How many seconds the client is to wait; 0 when it may ask."""
        recent = [at for at in self._seen.get(client, ()) if now - at < _HOUR]
        if len(recent) < MOST_WRONG_TOKENS:
            return 0
        return max(1, int((recent[-MOST_WRONG_TOKENS] + _HOUR - now).total_seconds()))

    def note(self, client: str, now: datetime) -> None:
        """The client has shown a wrong one."""
        recent = [at for at in self._seen.pop(client, ()) if now - at < _HOUR]
        self._seen[client] = [*recent[-MOST_WRONG_TOKENS:], now]
        while len(self._seen) > _CLIENTS:
            self._seen.popitem(last=False)
