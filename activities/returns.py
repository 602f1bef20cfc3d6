"""The activity ``read_returns``: reads reports and replies to notices from a mailbox, and notes each mail once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from models.returns import MailboxPlace, MailboxRead
from notifications.incoming import Mailbox
from notifications.returns import read_return
from records.returns import Noted, note
from workflows.names import READ_RETURNS

MAILS_A_RUN = 200
"""Mails that one run of the activity reads."""


class ReturnsReader:
    """Reads a mailbox. ``every``: the wait after everything is read. ``bounced`` is called when a notice came back."""

    def __init__(
        self,
        engine: AsyncEngine,
        mailbox: Mailbox | None,
        *,
        every: timedelta,
        bounced: Callable[[], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._mailbox = mailbox
        self._every = every
        self._bounced = bounced
        self._clock = clock

    @activity.defn(name=READ_RETURNS)
    async def read(self, place: MailboxPlace) -> MailboxRead:
        """Read what came since a place, at most ``MAILS_A_RUN`` mails; answers how far it is read and when to look again.

        Raises:
            MailboxAway: the mailbox cannot be read now.
        """
        if self._mailbox is None:
            return MailboxRead(place=place, wait_seconds=None)
        fetched = await asyncio.to_thread(self._mailbox.fetch, place, MAILS_A_RUN)
        counts: Counter[Noted] = Counter()
        for mail in fetched.mails:
            returned = await asyncio.to_thread(read_return, mail)
            counts[await note(self._engine, returned, self._clock())] += 1
        if counts[Noted.BOUNCED]:
            self._bounced()
        if counts:
            activity.logger.info("the mailbox was read: %s", {one.value: number for one, number in counts.items()})
        if fetched.missed:
            activity.logger.warning("%s; it is asked for again", fetched.missed)
        at_once = fetched.more and not fetched.missed
        return MailboxRead(place=fetched.place, wait_seconds=0.0 if at_once else self._every.total_seconds())
