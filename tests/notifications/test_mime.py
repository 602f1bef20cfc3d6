"""Messages put together without the standard library's parsing are what it would have written."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy, default
from pathlib import Path

import pytest

from notifications import mime
from notifications.environment import mail_languages
from notifications.headers import MailboxField
from notifications.preview import reader_of
from notifications.registry import REGISTRY
from notifications.transport import Transport
from ops.catcher import Catcher
from tests.notifications.samples import mail, with_facts


@pytest.mark.parametrize("policy", [SMTP, SMTPUTF8], ids=["smtp", "smtputf8"])
@pytest.mark.parametrize("language", mail_languages())
@pytest.mark.parametrize("kind", REGISTRY)
def test_the_octets_of_a_mail_are_those_that_the_standard_library_writes(
    kind: str, language: str, policy: EmailPolicy
) -> None:
    reader = reader_of(kind).model_copy(update={"language": language, "name": "Đỗ Thị Ánh"})
    message = mail(kind, reader=reader, facts=with_facts(kind, text="Kapal berangkat dari Đà Nẵng. ..."))
    assert mime.octets(message, policy) == message.as_bytes(policy=policy)


async def test_lines_of_dots_and_strange_line_ends_arrive_as_they_were_written(tmp_path: Path) -> None:
    message = EmailMessage(policy=mime.FORM)
    for name, address in (("From", "desk@example.org"), ("To", "focal@example.org")):
        message[name] = MailboxField(name, address)
    parts = [mime.text_part(".\r\n..two\rthree\n" + "a" * 2000, "plain"), mime.text_part(".", "html")]
    mime.add_part(message, "alternative", parts, "=_boundary")
    async with Catcher(tmp_path) as catcher:
        async with Transport("127.0.0.1", catcher.port, security="none") as transport:
            assert (await transport.send(message, "focal@example.org")).state == "sent"
        (caught,) = catcher.messages()
    text, page = (part.get_content() for part in caught.message.iter_parts())
    assert text == ".\n..two\nthree\n" + "a" * 2000 + "\n"
    assert page == ".\n"


def test_a_line_too_long_for_a_mail_is_folded_away() -> None:
    message = EmailMessage(policy=mime.FORM)
    mime.add_part(message, "alternative", [mime.text_part("ü" * 2000, "plain")], "=_b")
    written = mime.octets(message, SMTP)
    assert max(map(len, written.splitlines())) <= 998
    (part,) = message_from_bytes(written, policy=default).iter_parts()
    assert part.get_content().strip() == "ü" * 2000
