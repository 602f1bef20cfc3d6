"""Mails that are written before there is a connection for them: what waited too long is written anew."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities import deliver
from ops.catcher import Catcher
from tests.activities.post_office import at_work, post_office
from tests.waiting import PATIENCE

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)


class Slow(Catcher):
    """Answers nobody until it goes on."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.goes_on = asyncio.Event()

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Wait first."""
        await self.goes_on.wait()
        return await super().handle_RCPT(server, session, envelope, address, options)


async def test_a_mail_that_waited_long_for_a_connection_says_what_stands_by_then(
    tmp_path: Path, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, written = [0.0], Event()
    now, write = deliver._now, deliver._Round._write

    async def writes(going: deliver._Round) -> None:
        await write(going)
        if going._all_written:
            written.set()

    monkeypatch.setattr(deliver, "_now", lambda: now() + late[0])
    monkeypatch.setattr(deliver._Round, "_write", writes)
    catcher = Slow(tmp_path / "mail")
    async with catcher, post_office(engine, catcher, MONDAY) as office:
        await at_work(MONDAY, title="Boats in the strait").record_in(engine)
        round_ = asyncio.create_task(office.deliver())
        await asyncio.to_thread(written.wait, PATIENCE)
        await office.changed("cases", "AHG-2026-001", title="Boats off the coast")
        late[0] = deliver._FRESH_SECONDS + 1
        catcher.goes_on.set()
        await round_

        sent = [row for row in await office.told("AHG-2026-001") if row.state == "sent"]
        mails = [mail.message for mail in catcher.messages()]
        assert Counter(mail["Message-ID"] for mail in mails) == Counter(row.message_id for row in sent)
        texts = [mail.get_body(("plain",)).get_content() for mail in mails]  # type: ignore[union-attr]
        assert sum("AHG-2026-001 - Boats in the strait" in text for text in texts) <= 2  # there are two connections
        assert sum("AHG-2026-001 - Boats off the coast" in text for text in texts) >= len(sent) - 2
