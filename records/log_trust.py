"""Whether a log is to be believed: its chain is whole, its commands are signed, and workers of ours wrote it."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from models.command_signing import CommandKeys, badly_signed
from models.log import Entry, broken_at
from models.stamps import Stamps, badly_stamped
from records.log import read_entries, stamped_entries


class LogTrust(NamedTuple):
    """What logs are believed by: the keys that sign commands, and the stamps of workers."""

    keys: CommandKeys
    stamps: Stamps

    async def fault(self, connection: AsyncConnection, stream: str, entries: Sequence[Entry] | None = None) -> str:
        """Why a log is not to be believed, the first entry named; empty when it is. ``entries``: all of it, where it has
        been read on this connection.
        """
        entries = await read_entries(connection, stream) if entries is None else entries
        broken = broken_at(entries)
        if broken is not None:
            return f"the chain of the log breaks at entry {broken}"
        unsigned = badly_signed(entries, self.keys)
        if unsigned is not None:
            return f"the command of entry {unsigned[0]} is not to be believed: {unsigned[1]}"
        unwritten = badly_stamped(await stamped_entries(connection, stream), self.stamps)
        return f"entry {unwritten[0]} is not to be believed: {unwritten[1]}" if unwritten is not None else ""
