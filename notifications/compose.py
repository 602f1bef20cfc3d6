"""One notice for one reader becomes one mail: what happened, what is asked, until when, and what follows."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from babel import Locale
from pydantic import AfterValidator

from models.asks import ACKNOWLEDGE, Asked, asked_of, may_answer_by_link
from models.base import Value
from models.case import Meeting, Stage
from models.notices import KINDS
from models.posts import SECRETARIAT, Capacity, Post, Role
from notifications.addresses import case_address, duty_address
from notifications.answer_links import AnswerLinks, until
from notifications.environment import form, language_of, translations
from notifications.headers import Field, MailboxField, TextField, mailbox
from notifications.meetings import calendar_file
from notifications.registry import REGISTRY, Entry, Sensitivity, Wish
from notifications.texts import line, prose, shortened
from notifications.words import Words

__all__ = ["About", "Reader", "compose", "meeting_file", "message_id"]

_SUBJECT = 150
"""Characters of the subject, reference and all."""

_TITLE = 80
"""Characters of a title that stands in a subject or in the line about the case."""

_LONGEST_LINE = 990
"""Octets; RFC 5322 (2.1.1) allows 998."""

_LIST_NAME = "Bali Process Ad Hoc Group"

_OWN_WORDS = ("text", "about", "why")
"""Facts in which somebody's words stand; a sensitive mail leaves them out."""


def _one_mailbox(address: str) -> str:
    return mailbox("", address).addr_spec


class Reader(Value):
    """Who gets the mail. ``zone`` is an IANA time zone.

    Raises:
        ValueError: ``address`` is not exactly one mail address.
    """

    name: str
    address: Annotated[str, AfterValidator(_one_mailbox)]
    post: Post
    language: str = "en"
    zone: str = "UTC"
    capacity: Capacity = Capacity.HOLDER


class About(Value):
    """The case that the notice is about.

    ``stage`` is a ``Stage`` or its words. ``names`` holds the names of members by code. ``default_policy``
    tells that the case's policy is the product's own, so that its dates are labelled as defaults;
    ``answers_by_link`` is that field of the policy.
    """

    reference: str
    title: str = ""
    stage: str = ""
    names: Mapping[str, str] = {}
    default_policy: bool = True
    answers_by_link: tuple[str, ...] = ()


class _Way(NamedTuple):
    """Where a mail leads: ``where`` is the case, the page of a command, or a page that takes the answer by the link."""

    url: str
    where: str = "case"
    confirm_url: str = ""


class _Facts(dict[str, str]):
    """Facts by name; one that is absent is an empty text."""

    def __missing__(self, name: str) -> str:
        return ""


def message_id(key: str, mail_from: str) -> str:
    """The Message-ID of the mail with that key (RFC 5322, 3.6.4): the same key gives the same one, always."""
    return f"<{_digest('mail', key)}@{_sender(mail_from)[1]}>"


def compose(
    kind: str,
    *,
    reader: Reader,
    about: About,
    facts: Mapping[str, str],
    due: datetime | None,
    at: datetime,
    key: str,
    mail_from: str,
    reply_to: str,
    public_url: str,
    links: AnswerLinks | None = None,
) -> EmailMessage:
    """The mail of one notice to one reader.

    ``kind`` and ``facts`` are those of the notice, ``due`` its date, ``at`` the moment it was queued (both
    aware). ``key`` is unique to notice and recipient. ``mail_from`` and ``reply_to`` are written as name
    <address>; ``public_url`` is where the pages are. ``links`` signs the links by which the reader answers without
    signing in, where the case's policy lets it; without it there are none. The same arguments give the same mail,
    byte for byte.

    Raises:
        KeyError: an unknown kind.
        ValueError: ``mail_from`` or ``reply_to`` holds no address.
    """
    entry = REGISTRY[kind]
    sender, domain = _sender(mail_from)
    reference = line(about.reference)
    url = public_url + case_address(reference)
    way = _way(entry, reader, about, facts, due, at, key, public_url, links)
    calendar = _calendar(kind, facts, reference=reference, at=at, domain=domain, url=url)
    context = {
        **_context(entry, reader, about, facts, due),
        "reference": reference,
        **way._asdict(),
        "calendar": calendar is not None,
    }
    plain, html = form(context["language"], html=False), form(context["language"], html=True)
    said = " ".join(plain.template(f"{kind}/subject.txt").render(context).split())
    subject = shortened(f"[{reference}] {line(said)}", _SUBJECT)
    context["subject"] = subject

    message = EmailMessage(policy=SMTP)
    message["From"] = MailboxField("From", sender)
    message["To"] = MailboxField("To", mailbox(shortened(line(reader.name), 250), reader.address))
    message["Reply-To"] = MailboxField("Reply-To", _sender(reply_to)[0])
    message["Subject"] = TextField("Subject", subject)
    for name, value in _fixed_fields(entry, reader, reference, at, domain, message_id(key, mail_from)):
        message[name] = Field(name, value)
    text = _tidy(plain.template(f"{kind}/body.txt").render(context))
    page = html.template(f"{kind}/body.html").render(context)
    message.set_content(text, cte=_encoding(text))
    message.add_alternative(page, subtype="html", cte=_encoding(page))
    message.set_boundary(f"=_{_digest('alternative', key)}")
    if calendar is not None:
        message.add_attachment(
            calendar, subtype="calendar", cte=_encoding(calendar), filename="meeting.ics",
            params={"method": "PUBLISH"},
        )  # fmt: skip
        message.set_boundary(f"=_{_digest('mixed', key)}")
    return message


# where it leads ---------------------------------------------------------------------------------------------


def _way(
    entry: Entry, reader: Reader, about: About, facts: Mapping[str, str], due: datetime | None, at: datetime,
    key: str, public_url: str, links: AnswerLinks | None,
) -> _Way:  # fmt: skip
    """One link to where it is done, if something is asked of the reader; else to the case, and one to confirm it."""
    reference = line(about.reference).partition("/")[0]

    def signed(do: str, about_what: str = "") -> str:
        if links is None or not may_answer_by_link(about.answers_by_link, do, reader.post):
            return ""
        token = links.link(
            key=key, reference=reference, post=reader.post, do=do, about=about_what, address=reader.address,
            ends=until(due, at),
        )  # fmt: skip
        return f"{public_url}/answer/{token}"

    asked: Asked | None = asked_of(entry.kind, reader.post, facts)
    if asked is None:
        confirm_url = signed(ACKNOWLEDGE) if entry.acknowledged else ""
        return _Way(public_url + case_address(reference), confirm_url=confirm_url)
    if answer_url := signed(asked.do, asked.about):
        return _Way(answer_url, "answer")
    return _Way(public_url + duty_address(asked.do, asked.about, reference), "page")


# what templates see -----------------------------------------------------------------------------------------


def _context(
    entry: Entry, reader: Reader, about: About, facts: Mapping[str, str], due: datetime | None
) -> dict[str, Any]:
    language = language_of(reader.language)
    say = Words(about.names, language=language, zone=reader.zone, translations=translations(language))
    quotes = entry.sensitivity is not Sensitivity.LINK
    told = entry.sensitivity is not Sensitivity.RELEASED
    reference, title = line(about.reference), shortened(line(about.title), _TITLE) if told else ""
    stage = _stage(about.stage) if told else ""
    return {
        "asks": KINDS[entry.kind].asks,
        "case": " - ".join(part for part in (reference, title, stage) if part),
        "deadline": entry.deadline.value,
        "default_policy": about.default_policy,
        "direction": Locale.parse(language).text_direction,
        "due": say.moment(due) if due else "",
        "facts": _Facts(_said(facts, say, quotes)),
        "is_alternate": reader.capacity is Capacity.ALTERNATE,
        "is_co_chair": reader.post.role is Role.CO_CHAIR,
        "is_focal_point": reader.post.role is Role.FOCAL_POINT,
        "is_secretariat": reader.post == SECRETARIAT,
        "language": language,
        "mandatory": entry.wish is Wish.MANDATORY,
        "mine": reader.post,
        "own_member": reader.post.member,
        "say": say,
        "stage": stage,
    }


def _said(facts: Mapping[str, str], say: Words, quotes: bool) -> Iterator[tuple[str, str]]:
    for name, fact in facts.items():
        if name not in _OWN_WORDS:
            yield name, prose(fact)
        elif quotes:
            yield name, say.spoken(prose(fact))


def _stage(written: str) -> str:
    return Stage(written).words if written in set(Stage) else line(written)


def _calendar(
    kind: str, facts: Mapping[str, str], *, reference: str, at: datetime, domain: str, url: str
) -> str | None:
    return _calendar_of(facts, reference, at, domain, url) if kind == "meeting_called" else None


def meeting_file(meeting: Meeting, reference: str, *, at: datetime, mail_from: str, url: str) -> str | None:
    """The calendar file of a meeting (text of RFC 5545), the same event as in the mails that call it: its UID is theirs.

    ``at``: when the file is made; ``url``: the page of its case. None when it begins at no date or moment.
    """
    facts = {
        "meeting": meeting.title, "starts": meeting.starts, "ends": meeting.ends, "place": meeting.place,
        "agenda": "\n".join(meeting.agenda),
    }  # fmt: skip
    return _calendar_of(facts, line(reference), at, _sender(mail_from)[1], url)


def _calendar_of(facts: Mapping[str, str], reference: str, at: datetime, domain: str, url: str) -> str | None:
    said = _Facts((name, prose(fact)) for name, fact in facts.items())
    title, starts, ends, place = (line(said[name]) for name in ("meeting", "starts", "ends", "place"))
    return calendar_file(reference, title, starts, ends, place, said["agenda"], at=at, domain=domain, url=url)


# the message ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _sender(written: str) -> tuple[Address, str]:
    """A mailbox written as name <address>, and its domain in ASCII."""
    name, address = parseaddr(written)
    found = mailbox(name, address)
    return found, found.domain if found.domain.isascii() else found.domain.encode("idna").decode("ascii")


def _fixed_fields(
    entry: Entry, reader: Reader, reference: str, at: datetime, domain: str, own_id: str
) -> Iterator[tuple[str, str]]:
    root = _digest("case", reference)
    yield "Date", format_datetime(at)
    yield "Message-ID", own_id
    # Nobody has the root; programs that show threads still gather under it what refers to it.
    yield "In-Reply-To", f"<{root}@{domain}>"
    yield "References", f"<{root}@{domain}>"
    yield "List-Id", f"{_LIST_NAME} <ahg.{domain}>"  # RFC 2919
    yield "Auto-Submitted", "auto-generated"  # RFC 3834: answered by no robot
    if entry.sensitivity is Sensitivity.RELEASED:
        yield "Precedence", "bulk"
    yield "X-Ahg-Case", _ascii(reference)
    yield "X-Ahg-Kind", entry.kind
    yield "X-Ahg-Post", _ascii(reader.post)


def _ascii(text: str) -> str:
    return line(text).encode("ascii", "backslashreplace").decode("ascii")


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _encoding(text: str) -> str:
    """8bit, which the transport turns into 7bit for old servers, unless a line is too long for a mail."""
    return (
        "8bit" if all(len(one.encode()) <= _LONGEST_LINE for one in text.splitlines()) else "quoted-printable"
    )


def _digest(what: str, of: str) -> str:
    return hashlib.sha256(f"{what}\n{of}".encode(errors="backslashreplace")).hexdigest()[:40]
