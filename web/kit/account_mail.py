"""Mails about an account: composed in the reader's language, and sent apart from the request that caused them.

They are the link to sign in by, and what its owner must hear of: a sign-in in a new browser, a new second factor, a new
token, a passkey that was added or ended, wrong codes that ended a session, a reset. None of them can be switched off,
and none is a notice of a case, so that they go out without a worker.
"""

import asyncio
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from babel import Locale
from fastapi import Request
from jinja2 import BaseLoader, Environment, StrictUndefined

from models.mail_addresses import ascii_domain
from models.posts import Capacity, Post
from notifications.catalogues import SOURCE, spoken_language
from notifications.environment import styled
from notifications.headers import HeaderField, MailboxField, TextField, mailbox
from notifications.texts import line, shortened
from notifications.transport import Transport
from records import holders, sign_ins
from records.directory import names_of
from records.holders import DirectoryPerson
from records.offices import addressee_of
from settings import Settings
from web.kit.render import LANGUAGES, page_translations, words_for_reader
from web.kit.sessions import client_of, device_of
from web.kit.site import Site

_FOLDER = Path(__file__).parents[1] / "templates" / "kit" / "account_mail"
_PAUSES = (1.0, 5.0, 20.0)
"""Seconds before the next attempt: the link lives for minutes, so a later one is of no use."""

_LATER_PAUSES = (60.0, 600.0, 3600.0)
"""The same for what an owner must hear of, also after an hour."""

_TIMEOUT = 20.0
_NO_NAME = re.compile(r"[^\w .;,()/+-]|//+|(?<=\D)\.(?=\D)")
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


class AccountEvent(StrEnum):
    """What the owner of an account hears of."""

    BROWSER = "browser"
    SECOND_FACTOR = "second_factor"
    PASSKEY = "passkey"
    PASSKEY_ENDED = "passkey_ended"
    WRONG_CODES = "wrong_codes"
    RESET = "reset"
    TOKEN = "token"  # noqa: S105 - the name of what happened


def compose_link(settings: Settings, reader: DirectoryPerson, token: str, at: datetime) -> EmailMessage:
    """The mail with the link of a token. The link begins with the setting ``public_url``, whatever host was asked.

    Raises:
        ValueError: the reader's address is not one mail address.
    """
    minutes = int(sign_ins.LINK_LIFETIME.total_seconds() // 60)
    return _compose(settings, reader, "link", at, minutes=minutes, url=f"{settings.public_url}/sign-in/{token}")


def _compose(settings: Settings, reader: DirectoryPerson, words: str, at: datetime, **facts: Any) -> EmailMessage:
    language = spoken_language(reader.language, LANGUAGES) or SOURCE
    direction = Locale.parse(language).text_direction
    context = {"direction": direction, "language": language, "name": line(reader.name), **facts}
    plain, html = _environment(language, html=False), _environment(language, html=True)
    subject = line(plain.get_template(f"{words}_subject.txt").render(context))
    sender = mailbox(*parseaddr(settings.mail_from))
    message = EmailMessage(policy=SMTP)
    message["From"] = MailboxField("From", sender)
    message["To"] = MailboxField("To", mailbox(shortened(line(reader.name), 250), reader.email))
    message["Subject"] = TextField("Subject", subject)
    message["Date"] = HeaderField("Date", format_datetime(at))
    message["Message-ID"] = HeaderField("Message-ID", f"<{secrets.token_hex(20)}@{ascii_domain(sender.domain)}>")
    message["X-Ahg-Kind"] = HeaderField("X-Ahg-Kind", "account")
    message["Auto-Submitted"] = HeaderField("Auto-Submitted", "auto-generated")  # RFC 3834: answered by no robot
    text = plain.get_template(f"{words}.txt").render(context)
    message.set_content(re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", cte="quoted-printable")
    page = html.get_template(f"{words}.html").render({**context, "subject": subject})
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
        await _send(site.settings, message, reader.email, _PAUSES)


class TokenMade(NamedTuple):
    """The post that a new token acts for, and when it expires."""

    post: Post
    expires_at: datetime


async def tell_account(
    site: Site, request: Request | None, email: str, what: AccountEvent, about: TokenMade | None = None
) -> bool:
    """Tell the owner of an account what happened in it, with the browser and the client address of the request.

    Without a request an operator did it by the command line, which does not wait long for a mail server. Of a new token
    the holder of its post hears too. Failures are logged and not raised; False when somebody could not be told.
    """
    # A browser names itself as it likes: no address in it becomes a link in a mail of ours.
    device = " ".join(_NO_NAME.sub(" ", device_of(request)).split()) if request else ""
    now, facts = site.clock(), {"device": device, "client": client_of(request) if request else ""}
    pauses, told = (*_PAUSES, *_LATER_PAUSES) if request else _PAUSES, []
    async with site.engine.connect() as connection:
        owner = await holders.person_of(connection, email, now)
        readers = {owner.email: owner}
        if about is not None and (holder := await addressee_of(connection, about.post, Capacity.HOLDER, now)):
            readers[holder.email] = await holders.person_of(connection, holder.email, now)
        names = await names_of(connection)
    sending = []
    for to, reader in readers.items():
        try:
            message = _told(site.settings, reader, what, now, names, about, email=owner.email, to=to, **facts)
        except ValueError:
            _log.warning("mail about an account not sent: the directory's address is not a mail address", what=what)
            told.append(False)
            continue
        sending.append(_send(site.settings, message, to, pauses))
    # Side by side: one that is tried for an hour keeps no other back.
    return all((*told, *await asyncio.gather(*sending)))


def _told(
    settings: Settings,
    reader: DirectoryPerson,
    what: AccountEvent,
    at: datetime,
    names: Mapping[str, str],
    about: TokenMade | None,
    **facts: str,
) -> EmailMessage:
    language = spoken_language(reader.language, LANGUAGES) or SOURCE
    say = words_for_reader(None, language, names, reader.zone)
    of_token = {"post": say.post(about.post), "until": say.moment(about.expires_at)} if about else {}
    facts |= {"when": say.moment(at), "url": f"{settings.public_url}/account"}
    return _compose(settings, reader, "told", at, what=what.value, **facts, **of_token)


async def _send(settings: Settings, message: EmailMessage, to: str, pauses: Sequence[float]) -> bool:
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
        try:
            for pause in pauses:
                if delivery.state != "retry":
                    break
                await asyncio.sleep(pause)
                delivery = await transport.send(message, to)
        except asyncio.CancelledError:  # the pages end
            _log.warning("mail about an account not sent: the pages end", reply=delivery.reply)
            raise
    if delivery.state != "sent":
        _log.warning("mail about an account not sent", state=delivery.state, reply=delivery.reply)
    return delivery.state == "sent"
