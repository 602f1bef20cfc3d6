"""One notice for one reader becomes one mail: what happened, what is asked, until when, and what follows."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from typing import Annotated

from pydantic import AfterValidator

from models.asks import ACKNOWLEDGE, AskedCommand, asked_of, may_answer_by_link
from models.base import Value
from models.case import Meeting
from models.notices import NoticeFacts
from models.notices.meetings import meeting_facts
from models.posts import Capacity, Post
from notifications import ical, mime
from notifications.addresses import case_address, duty_address, off_address
from notifications.answer_links import AnswerLinks, until
from notifications.calendar_parts import CalendarPart, CalendarReader, calendar_parts
from notifications.envelope import fixed_fields, header_digest, reply_field, sender, unsubscribe_fields
from notifications.headers import mailbox
from notifications.meetings import REQUEST, meeting_called
from notifications.message import forms_of, message_of
from notifications.off_links import OffLinks
from notifications.registry import REGISTRY, DeliveryRule, Optionality, Sensitivity
from notifications.texts import line
from notifications.wording import About, MailLinks, WordingKey, mail_subject, worded, wording_key


def _one_mailbox(address: str) -> str:
    return mailbox("", address).addr_spec


class MailReader(Value):
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


def compose(
    kind: str,
    *,
    reader: MailReader,
    about: About,
    facts: NoticeFacts,
    due: datetime | None,
    at: datetime,
    key: str,
    mail_from: str,
    reply_to: str,
    public_url: str,
    links: AnswerLinks | None = None,
    off: OffLinks | None = None,
    sequence: int = 0,
) -> EmailMessage:
    """The mail of one notice to one reader.

    ``kind`` and ``facts`` are those of the notice, ``due`` its date, ``at`` the moment it was queued (both
    aware). ``key`` is unique to notice and recipient. ``mail_from`` and ``reply_to`` are written as name
    <address>; ``public_url`` is where the pages are. ``links`` signs the links by which the reader answers without
    signing in, where the case's policy lets it, ``off`` those by which a holder switches optional mails off; without
    them there are none. ``sequence``: the number of the log's entry that caused it. The same arguments give the same
    mail, byte for byte.

    Raises:
        KeyError: an unknown kind.
        ValueError: ``mail_from`` or ``reply_to`` holds no address.
    """
    entry = REGISTRY[kind]
    reference = line(about.reference)

    def tells(kind: str, facts: NoticeFacts, due: datetime | None) -> WordingKey:
        return wording_key(
            kind,
            reader.post,
            reader.capacity,
            language=reader.language,
            zone=reader.zone,
            about=about,
            facts=facts,
            due=due,
        )

    told = tells(kind, facts, due)
    subject = mail_subject(told)
    replies_to = reply_field(reply_to, reference)
    stamp = ical.Stamp(sequence, at, sender(mail_from)[1], replies_to.addresses[0].addr_spec)
    whose = CalendarReader(reader.post, reader.address, reader.zone, reference, stamp, public_url)
    calendars = calendar_parts(kind, facts, due, subject, whose, lambda *other: mail_subject(tells(*other)))
    way = _way(entry, reader, about, facts, due, at, key, public_url, links)
    saying = worded(told, way, reader.post, calendar=any(one.method == REQUEST for one in calendars))

    optional = entry.wish is Optionality.OPTIONAL
    bulk = optional or entry.sensitivity is Sensitivity.RELEASED
    fields = list(fixed_fields(kind, reader.post, reference, at=at, key=key, mail_from=mail_from, bulk=bulk))
    if optional and off is not None and reader.capacity is Capacity.HOLDER:  # it is the holder's preference
        token = off.link(post=reader.post, kind=kind, case=reference.partition("/")[0], address=reader.address)
        fields += unsubscribe_fields(public_url + off_address(token))
    message = message_of(reader.name, reader.address, subject, fields, mail_from=mail_from, replies_to=replies_to)
    _fill(message, forms_of(saying.text, saying.page), calendars, key)
    return message


def _fill(message: EmailMessage, forms: list[MIMEPart], calendars: Sequence[CalendarPart], key: str) -> None:
    """Put in the forms of the mail and its calendars: an invitation among the forms, where programs look for it, too."""
    forms += [mime.text_part(one.content, "calendar", method=one.method) for one in calendars if one.invites]
    boundary = f"=_{header_digest('alternative', key)}"
    if not calendars:
        mime.add_part(message, "alternative", forms, boundary)
        return
    body = MIMEPart(policy=mime.FORM)
    mime.add_part(body, "alternative", forms, boundary)
    files = [
        mime.file_part(one.content.encode(), "application", "ics", one.filename)
        if one.invites
        else mime.text_part(one.content, "calendar", filename=one.filename, method=one.method)
        for one in calendars
    ]
    mime.add_part(message, "mixed", [body, *files], f"=_{header_digest('mixed', key)}")


# where it leads ---------------------------------------------------------------------------------------------


def _way(
    entry: DeliveryRule,
    reader: MailReader,
    about: About,
    facts: NoticeFacts,
    due: datetime | None,
    at: datetime,
    key: str,
    public_url: str,
    links: AnswerLinks | None,
) -> MailLinks:
    """One link to where it is done, if something is asked of the reader; else to the case, and one to confirm it."""
    reference = line(about.reference).partition("/")[0]

    def signed(do: str, about_what: str = "") -> str:
        if links is None or not may_answer_by_link(about.answers_by_link, do, reader.post):
            return ""
        token = links.link(
            key=key,
            reference=reference,
            post=reader.post,
            do=do,
            about=about_what,
            address=reader.address,
            ends=until(due, at),
        )
        return f"{public_url}/answer/{token}"

    asked: AskedCommand | None = asked_of(entry.kind, reader.post, facts)
    if asked is None:
        confirm_url = signed(ACKNOWLEDGE) if entry.acknowledged else ""
        return MailLinks(public_url + case_address(reference), confirm_url=confirm_url)
    if answer_url := signed(asked.do, asked.about):
        return MailLinks(answer_url, "answer")
    return MailLinks(public_url + duty_address(asked.do, asked.about, reference), "page")


# a meeting's own file -----------------------------------------------------------------------------------------


def meeting_file(
    meeting: Meeting, reference: str, *, sequence: int, at: datetime, mail_from: str, reply_to: str, url: str
) -> str | None:
    """The calendar file of a meeting (text of RFC 5545), the same event as in the mails that call it: its UID is theirs.

    ``sequence``: the number of the newest entry in the log of its case; ``at``: when the file is made; ``url``: the
    page of its case. None when it begins at no date or moment.
    """
    facts = meeting_facts(meeting)
    stamp = ical.Stamp(sequence, at, sender(mail_from)[1], sender(reply_to)[0].addr_spec)
    return meeting_called(facts, line(reference), stamp, url=url)
