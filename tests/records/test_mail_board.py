"""The board shows what is stuck and why; what a person decides on it is done once and stays on record."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.returns import read_return
from records.mail_board import NotDecided, StuckNotice, decisions_of, give_up, refused_keys, resend, stuck_notices
from records.mail_pauses import pause_mail, resume_mail
from records.notices import LedgerNotice, notices_of_case
from records.returns import note
from tests.notifications.returned import returned
from tests.records.test_ledger import queued
from tests.records.test_returns import SENT, stand

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
BY: dict[str, Any] = {"by": "RSO/secretariat", "why": "asked by telephone: it did not arrive", "at": NOW}


async def shown(engine: AsyncEngine, **paging: Any) -> list[StuckNotice]:
    async with engine.connect() as connection:
        return await stuck_notices(connection, **paging)


async def one(engine: AsyncEngine, number: int) -> LedgerNotice:
    async with engine.connect() as connection:
        return next(row for row in await notices_of_case(connection, "AHG-2026-001") if row.id == number)


async def test_the_board_holds_what_is_stuck_what_is_tried_again_and_what_a_pause_holds(engine: AsyncEngine) -> None:
    first, second = await queued(engine)
    assert await shown(engine) == []
    await pause_mail(engine, "RSO/secretariat", "the server moves", NOW)
    assert [row.notice.id for row in await shown(engine)] == [first, second]
    assert [row.notice.post for row in await shown(engine)] == ["LK/focal-point", "RSO/secretariat"]
    last = (await shown(engine, limit=1))[0]
    assert [row.notice.id for row in await shown(engine, after=(last.notice.post, last.notice.id), limit=1)] == [second]
    await resume_mail(engine, "RSO/secretariat", NOW)

    later = NOW + timedelta(minutes=4)
    await stand(engine, [{"id": first, "attempts": 3, "next_attempt_at": later, "reply": "451 greylisted"}])
    (waits,) = await shown(engine)
    assert (waits.notice.id, waits.notice.attempts, waits.notice.next_attempt_at) == (first, 3, later)
    for state in ("refused", "ambiguous", "undeliverable"):
        await stand(engine, [{"id": second, "state": state}])
        assert [row.notice.id for row in await shown(engine)] == [first, second]
    for state in ("sent", "given_up", "superseded", "digest", "reserved"):
        await stand(engine, [{"id": second, "state": state}])
        assert [row.notice.id for row in await shown(engine)] == [first]


async def test_what_came_back_stands_beside_it(engine: AsyncEngine) -> None:
    first, _ = await queued(engine)
    await stand(engine, [{"id": first, **SENT}])
    for name in ("postfix-delayed", "postfix-failed"):
        await note(engine, read_return(returned(name)), NOW)
    (row,) = await shown(engine)
    assert row.notice.state == "bounced"
    assert [one.fate for one in row.returns] == ["delayed", "failed"]


async def test_what_may_have_come_back_is_shown_until_somebody_has_decided(engine: AsyncEngine) -> None:
    first, _ = await queued(engine)
    await stand(engine, [{"id": first, **SENT}])
    key, hours = (await one(engine, first)).key, timedelta(hours=1)
    doubtful = [
        read_return(returned("postfix-failed", address="box7@example.org").replace(b"4Wq1sP2k", more))
        for more in (b"first", b"second")
    ]
    await note(engine, doubtful[0], NOW - hours)
    (row,) = await shown(engine)
    assert (row.notice.state, row.returns[0].fate, row.returns[0].address) == (
        "sent",
        "unconfirmed",
        "box7@example.org",
    )
    for decide in (resend, give_up):
        with pytest.raises(NotDecided, match="Say why"):
            await decide(engine, key, **{**BY, "why": ""})
    before = await one(engine, first)
    await give_up(engine, key, **BY)
    assert await shown(engine) == []
    assert await one(engine, first) == before
    with pytest.raises(NotDecided, match="is not stuck: it is sent"):
        await resend(engine, key, **BY)

    await note(engine, doubtful[1], NOW + hours)
    assert [row.notice.id for row in await shown(engine)] == [first]
    await resend(engine, key, **{**BY, "at": NOW + 2 * hours})
    await stand(engine, [{"id": first, "state": "sent"}])
    assert await shown(engine) == []


async def test_what_is_sent_again_is_the_same_notice_tried_anew(engine: AsyncEngine) -> None:
    first, _ = await queued(engine)
    states = ("refused", "bounced", "ambiguous", "undeliverable", "queued")
    for state in states:
        stood = {"state": state, "attempts": 38, "next_attempt_at": NOW + timedelta(hours=4), "reply": "451 busy"}
        await stand(engine, [{"id": first, **SENT, **stood}])
        await resend(engine, (await one(engine, first)).key, **BY)
        again = await one(engine, first)
        assert (again.state, again.attempts, again.next_attempt_at) == ("queued", 0, None)
        assert (again.message_id, again.reason) == (SENT["message_id"], "")
    async with engine.connect() as connection:
        (decisions,) = (await decisions_of(connection, [first])).values()
    assert [one.state for one in decisions] == list(states)
    assert {name: getattr(decisions[0], name) for name in ("what", "by", "why", "decided_at", "attempts", "said")} == {
        "what": "resend",
        "by": BY["by"],
        "why": BY["why"],
        "decided_at": NOW,
        "attempts": 38,
        "said": "451 busy",
    }


async def test_what_was_refused_is_found_by_what_was_said(engine: AsyncEngine) -> None:
    first, second = await queued(engine)
    await stand(engine, [{"id": first, "state": "refused", "reply": "553 5.7.1 Sender not 100% ours"}])
    await stand(engine, [{"id": second, "state": "undeliverable", "reply": "the directory has no address"}])
    keys = [(await one(engine, number)).key for number in (first, second)]
    async with engine.connect() as connection:
        assert await refused_keys(connection) == keys
        assert await refused_keys(connection, "sender not 100% OURS") == keys[:1]
        assert await refused_keys(connection, "sender%ours") == []
    await stand(engine, [{"id": first, "state": "bounced"}, {"id": second, "state": "ambiguous"}])
    async with engine.connect() as connection:
        assert await refused_keys(connection) == []


async def test_what_is_given_up_leaves_the_board_with_who_and_why(engine: AsyncEngine) -> None:
    first, _ = await queued(engine)
    await stand(engine, [{"id": first, "state": "ambiguous"}])
    key = (await one(engine, first)).key
    await give_up(engine, key, **BY)
    assert await shown(engine) == []
    over = await one(engine, first)
    assert (over.state, over.reason, over.settled_by, over.settled_at) == ("given_up", BY["why"], BY["by"], NOW)
    with pytest.raises(NotDecided, match="is not stuck: it is given up"):
        await resend(engine, key, **BY)


async def test_nothing_is_decided_on_what_is_not_stuck(engine: AsyncEngine) -> None:
    first, _ = await queued(engine)
    for state in ("sent", "reserved", "digest", "superseded", "given_up"):
        await stand(engine, [{"id": first, "state": state}])
        before = await one(engine, first)
        for decide in (resend, give_up):
            with pytest.raises(NotDecided, match="is not stuck"):
                await decide(engine, before.key, **BY)
            with pytest.raises(NotDecided, match="There is no notice"):
                await decide(engine, "none", **BY)
        assert await one(engine, first) == before
    async with engine.connect() as connection:
        assert await decisions_of(connection, [first]) == {}


async def test_what_may_arrive_twice_or_never_needs_a_reason(engine: AsyncEngine) -> None:
    first, _ = await queued(engine)
    await stand(engine, [{"id": first, "state": "ambiguous"}])
    before = await one(engine, first)
    for decide, consequence in ((resend, "its reader may get it twice"), (give_up, "not be sent any more")):
        with pytest.raises(NotDecided, match=consequence):
            await decide(engine, before.key, **{**BY, "why": " "})
    assert await one(engine, first) == before
    await stand(engine, [{"id": first, "state": "refused"}])
    await resend(engine, before.key, **{**BY, "why": ""})
