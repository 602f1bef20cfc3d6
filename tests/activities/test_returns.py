"""Mail comes back to a real mailbox over IMAP, and the ledger, the alternate and the board learn of it."""

from dataclasses import replace
from pathlib import Path

import worker
from ops.catcher import Catcher
from records.mail_board import stuck_notices
from records.notices import LedgerNotice
from tests.activities.test_deliver import settled
from tests.notifications.imap_server import ImapServer, serving
from tests.notifications.returned import returned
from tests.rig import Rig, rig
from tests.waiting import patience, until
from workflows.names import RETURNS_ID


def about(name: str, notice: LedgerNotice) -> bytes:
    return returned(name, message_id=notice.message_id, address=notice.address)


async def when_they_stand(parts: Rig, states: dict[str, str]) -> list[LedgerNotice]:
    """The ledger when the posts' notices stand so."""

    async def stand_so() -> bool:
        return {one.post + ":" * bool(one.instead_of): one.state for one in await parts.notices()} == states

    await until(stand_so)
    return await parts.notices()


async def test_what_comes_back_to_the_mailbox_reaches_the_alternate_and_the_board_once(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        serving(ImapServer()) as imap,
        Catcher(tmp_path / "mail") as catcher,
        rig(
            tmp_path / "rig",
            database_url=database_url,
            smtp_port=catcher.port,
            imap_host="127.0.0.1",
            imap_port=imap.port,
            imap_security="none",
            imap_username=imap.user,
            imap_password=imap.password,
        ) as parts,
        worker.running(parts.settings, parts.client, parts.engine),
    ):
        await parts.submit()
        sent = {str(notice.post): notice for notice in await settled(parts)}
        lost = sent["LK/focal-point"]

        imap.deliver(
            b"Subject: Cheap boats\r\n\r\nBuy.",
            about("postfix-delayed", lost),
            about("postfix-failed", lost),
            about("postfix-failed", lost),
            about("outlook-out-of-office", sent["RSO/secretariat"]),
            about("postfix-failed", replace(sent["RSO/secretariat"], message_id="<forged@example.org>")),
        )
        reading = parts.client.get_workflow_handle(RETURNS_ID)
        await reading.signal("nudge")
        notices = await when_they_stand(
            parts, {"LK/focal-point": "bounced", "LK/focal-point:": "sent", "RSO/secretariat": "sent"}
        )
        async with parts.engine.connect() as connection:
            (stuck,) = await stuck_notices(connection)

    assert catcher.messages()[-1].recipients == (notices[-1].address,)
    assert "alternate" in notices[-1].address
    assert (stuck.notice.key, stuck.alternate_state) == (lost.key, "sent")
    assert [one.fate for one in stuck.returns] == ["delayed", "failed"]


async def test_a_mail_that_the_server_cannot_give_out_now_holds_up_no_other_and_is_read_later(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        serving(ImapServer()) as imap,
        Catcher(tmp_path / "mail") as catcher,
        rig(
            tmp_path / "rig",
            database_url=database_url,
            smtp_port=catcher.port,
            imap_host="127.0.0.1",
            imap_port=imap.port,
            imap_security="none",
            imap_username=imap.user,
            imap_password=imap.password,
        ) as parts,
        worker.running(parts.settings, parts.client, parts.engine),
    ):
        await parts.submit()
        sent = {str(notice.post): notice for notice in await settled(parts)}
        imap.busy.add(1)
        imap.deliver(about("postfix-failed", sent["LK/focal-point"]), about("postfix-failed", sent["RSO/secretariat"]))
        reading = parts.client.get_workflow_handle(RETURNS_ID)
        await reading.signal("nudge")
        stands = {"LK/focal-point": "sent", "RSO/secretariat": "bounced", "RSO/secretariat:": "sent"}
        await when_they_stand(parts, stands)
        imap.busy.clear()
        await reading.signal("nudge")
        await when_they_stand(parts, {**stands, "LK/focal-point": "bounced", "LK/focal-point:": "sent"})


async def test_reading_ends_when_no_mailbox_is_set_any_more(tmp_path: Path, database_url: str) -> None:
    async with (
        serving(ImapServer()) as imap,
        rig(
            tmp_path / "rig",
            database_url=database_url,
            imap_host="127.0.0.1",
            imap_port=imap.port,
            imap_security="none",
            imap_username=imap.user,
            imap_password=imap.password,
        ) as parts,
    ):
        async with worker.running(parts.settings, parts.client, parts.engine):
            await until(lambda: "LOGOUT" in imap.said)
        reading = parts.client.get_workflow_handle(RETURNS_ID)
        without = parts.settings.model_copy(update={"imap_host": None})
        async with worker.running(without, parts.client, parts.engine), patience():
            await reading.signal("nudge")
            await reading.result()
