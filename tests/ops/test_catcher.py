"""The mail catcher, through a real SMTP client."""

from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from ops.catcher import Catcher


def mail(subject: str = "Invitation", body: str = "Please answer by Friday.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "AHG <ahg@example.org>"
    message["To"] = "Focal Point <fp@example.org>"
    message["Subject"] = subject
    message.set_content(body)
    return message


async def send(catcher: Catcher, message: EmailMessage, recipients: list[str]) -> None:
    await aiosmtplib.send(message, recipients=recipients, hostname=catcher.host, port=catcher.port)


async def test_a_mail_becomes_a_file_with_its_envelope(catcher: Catcher) -> None:
    await send(catcher, mail(), ["fp@example.org", "hidden@example.org"])

    (caught,) = catcher.messages()
    assert caught.sender == "ahg@example.org"
    assert caught.recipients == ("fp@example.org", "hidden@example.org")
    assert caught.message["Subject"] == "Invitation"
    assert caught.message.get_content() == "Please answer by Friday.\n"
    assert caught.path.suffix == ".eml"


async def test_mails_are_listed_in_the_order_in_which_they_came(catcher: Catcher) -> None:
    for number in range(5):
        await send(catcher, mail(f"Notice {number}"), ["fp@example.org"])

    subjects = [caught.message["Subject"] for caught in catcher.messages()]
    assert subjects == [f"Notice {number}" for number in range(5)]


async def test_addresses_and_text_in_any_script_arrive_whole(catcher: Catcher) -> None:
    message = mail("Undangan — دعوة", "ขอเชิญ\n")

    await send(catcher, message, ["ผู้ประสานงาน@ตัวอย่าง.example"])

    (caught,) = catcher.messages()
    assert caught.recipients == ("ผู้ประสานงาน@ตัวอย่าง.example",)
    assert caught.message["Subject"] == "Undangan — دعوة"
    assert caught.message.get_content() == "ขอเชิญ\n"


async def test_one_of_many_recipients_can_be_refused(catcher: Catcher) -> None:
    catcher.answer = lambda address: "550 no such user" if address.startswith("gone") else None
    client = aiosmtplib.SMTP(hostname=catcher.host, port=catcher.port)

    async with client:
        refused, _ = await client.send_message(mail(), recipients=["fp@example.org", "gone@example.org"])

    assert refused["gone@example.org"].code == 550
    (caught,) = catcher.messages()
    assert caught.recipients == ("fp@example.org",)


async def test_stopping_drops_open_connections_and_keeps_the_mails(catcher: Catcher) -> None:
    client = aiosmtplib.SMTP(hostname=catcher.host, port=catcher.port)
    await client.connect()
    await client.send_message(mail())

    await catcher.stop()

    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await client.send_message(mail())
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await send(catcher, mail(), ["fp@example.org"])
    assert len(catcher.messages()) == 1

    await catcher.start()  # on the same port: the mail server is back
    await send(catcher, mail(), ["fp@example.org"])
    assert len(catcher.messages()) == 2


async def test_a_disk_that_is_full_is_said_to_be_for_now(catcher: Catcher, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", full)
        with pytest.raises(aiosmtplib.SMTPDataError) as told:
            await send(catcher, mail(), ["fp@example.org"])
    assert told.value.code == 452
    assert not list(catcher.folder.iterdir())
    await send(catcher, mail(), ["fp@example.org"])
    assert len(catcher.messages()) == 1
