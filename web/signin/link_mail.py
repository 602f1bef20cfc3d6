"""The mail with a sign-in link: composed in the reader's language, and sent apart from the request that asked."""

import asyncio
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from pathlib import Path

import structlog
from babel import Locale
from jinja2 import BaseLoader, Environment, StrictUndefined

from models.mail_addresses import ascii_domain
from notifications.catalogues import SOURCE, spoken_language
from notifications.environment import styled
from notifications.headers import HeaderField, MailboxField, TextField, mailbox
from notifications.texts import line, shortened
from notifications.transport import Transport
from records import holders, sign_ins
from records.holders import DirectoryPerson
from settings import Settings
from web.kit.render import LANGUAGES, page_translations
from web.kit.site import Site

_FOLDER = Path(__file__).parents[1] / "templates" / "signin" / "link_mail"
_PAUSES = (1.0, 5.0, 20.0)
"""Seconds before the next attempt: the link lives for minutes, so a later one is of no use."""

_TIMEOUT = 20.0
_log = structlog.get_logger(__name__)


class _Loader(BaseLoader):
    """Loads the templates from the folder, with the style of the notices for HTML."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = _FOLDER / template
        return styled(path.read_text(encoding="utf-8")), str(path), lambda: True


@lru_cache(maxsize=8)
def _environment(language: str, html: bool) -> Environment:
    environment = Environment(
        loader=_Loader(),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        autoescape=html,  # noqa: S701 - plain text is not HTML
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(page_translations(language), newstyle=True)  # type: ignore[attr-defined]
    return environment


def compose_link(settings: Settings, reader: DirectoryPerson, token: str, at: datetime) -> EmailMessage:
    """The mail with the link of a token. The link begins with the setting ``public_url``, whatever host was asked.

    Raises:
        ValueError: the reader's address is not one mail address.
    """
    language = spoken_language(reader.language, LANGUAGES) or SOURCE
    context = {
        "direction": Locale.parse(language).text_direction,
        "language": language,
        "minutes": int(sign_ins.LINK_LIFETIME.total_seconds() // 60),
        "name": line(reader.name),
        "url": f"{settings.public_url}/sign-in/{token}",
    }
    plain, html = _environment(language, html=False), _environment(language, html=True)
    subject = line(plain.get_template("subject.txt").render(context))
    sender = mailbox(*parseaddr(settings.mail_from))
    message = EmailMessage(policy=SMTP)
    message["From"] = MailboxField("From", sender)
    message["To"] = MailboxField("To", mailbox(shortened(line(reader.name), 250), reader.email))
    message["Subject"] = TextField("Subject", subject)
    message["Date"] = HeaderField("Date", format_datetime(at))
    message["Message-ID"] = HeaderField("Message-ID", f"<{secrets.token_hex(20)}@{ascii_domain(sender.domain)}>")
    message["Auto-Submitted"] = HeaderField("Auto-Submitted", "auto-generated")  # RFC 3834: answered by no robot
    text = plain.get_template("body.txt").render(context)
    message.set_content(re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", cte="quoted-printable")
    page = html.get_template("body.html").render({**context, "subject": subject})
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    return message


_NOBODY = DirectoryPerson(email="nobody@invalid", name="-")


async def send_link(site: Site, email: str, token: str) -> None:
    """Send the link of a token to the address, as the directory spells it.

    For an address that nobody has, the same work is done but nothing is sent. Failures of the mail server are logged
    and not raised; the link is never logged.
    """
    now = site.clock()
    async with site.engine.connect() as connection:
        reader = await holders.person_of(connection, email, now)
    try:
        message = compose_link(site.settings, reader if reader.email else _NOBODY, token, now)
    except ValueError:
        _log.warning("sign-in link not sent: the directory's address is not a mail address")
        return
    if reader.email:
        await _send(site.settings, message, reader.email)


async def _send(settings: Settings, message: EmailMessage, to: str) -> None:
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    async with Transport(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_username,
        password,
        connections=1,
        timeout=_TIMEOUT,
        final_timeout=_TIMEOUT,
    ) as transport:
        delivery = await transport.send(message, to)
        for pause in _PAUSES:
            if delivery.state != "retry":
                break
            await asyncio.sleep(pause)
            delivery = await transport.send(message, to)
    if delivery.state != "sent":
        _log.warning("sign-in link not sent", state=delivery.state, reply=delivery.reply)
