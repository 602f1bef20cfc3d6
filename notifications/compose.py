"""One notice for one reader becomes one mail: what happened, what is asked, until when, and what follows."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage, MIMEPart

from models.asks import ACKNOWLEDGE, AskedCommand, asked_of, may_answer_by_link
from models.case import Meeting
from models.notices import NoticeFacts
from models.notices.meetings import meeting_facts
from models.posts import Capacity
from notifications import ical, mime
from notifications.addresses import case_address, duty_address, off_address
from notifications.answer_links import until
from notifications.calendar_parts import CalendarPart, CalendarReader, calendar_parts
from notifications.correspondents import MailReader, Sender
from notifications.envelope import fixed_fields, header_digest, reply_field, unsubscribe_fields, written_mailbox
from notifications.meetings import REQUEST, meeting_called
from notifications.message import forms_of, message_of
from notifications.registry import REGISTRY, DeliveryRule, Optionality, Sensitivity
from notifications.texts import line
from notifications.wording import About, MailLinks, mail_subject, worded, wording_key


def compose(
    kind: str,
    *,
    reader: MailReader,
    about: About,
    facts: NoticeFacts,
    due: datetime | None,
    at: datetime,
    key: str,
    sender: Sender,
    sequence: int = 0,
    record: str = "",
) -> EmailMessage:
    """The mail of one notice to one reader.

    ``kind`` and ``facts`` are those of the notice, ``due`` its date, ``at`` the moment it was queued (both aware).
    ``key`` is unique to notice and recipient. The mail has a link to answer by where the case's policy allows it, and
    one to switch such mails off where the reader may. ``sequence`` is the number of the log's entry that caused the
    notice, ``record`` its mark (``models.evidence.mark_of``). The same arguments give the same mail, byte for byte.

    Raises:
        KeyError: an unknown kind.
        ValueError: the sender's ``mail_from`` or ``reply_to`` holds no address.
    """
    entry = REGISTRY[kind]
    reference = line(about.reference)

    told = wording_key(kind, reader, about, facts, due)
    subject = mail_subject(told)
    replies_to = reply_field(sender.reply_to, reference)
    stamp = ical.Stamp(sequence, at, written_mailbox(sender.mail_from)[1], replies_to.addresses[0].addr_spec)
    whose = CalendarReader(reader.post, reader.address, reader.zone, reference, stamp, sender.public_url)

    def summary_of(kind: str, facts: NoticeFacts, due: datetime) -> str:
        return mail_subject(wording_key(kind, reader, about, facts, due))

    calendars = calendar_parts(kind, facts, due, subject, whose, summary_of)
    way = _way(entry, reader, about, facts, until(due, at), key, sender)
    called = any(one.method == REQUEST for one in calendars)
    saying = worded(told, way, reader.post, calendar=called, record=line(record))

    optional = entry.optionality is Optionality.OPTIONAL
    bulk = optional or entry.sensitivity is Sensitivity.RELEASED
    mail_from, marks = sender.mail_from, [record] if record else []
    stamped = {"message_id": sender.ids.of(key, mail_from), "mail_from": mail_from}
    fields = list(fixed_fields(kind, reader.post, reference, at=at, bulk=bulk, marks=marks, **stamped))
    if optional:
        fields += off_fields(kind, reference.partition("/")[0], reader, sender)
    message = message_of(reader, subject, fields, mail_from=mail_from, replies_to=replies_to)
    _fill(message, forms_of(saying.text, saying.page), calendars, key)
    return message


def off_fields(kind: str, case: str, reader: MailReader, sender: Sender) -> Iterator[tuple[str, str]]:
    """The header fields by which a mail program switches mails of this kind about this case off.

    An alternate's mail has none: whether a post gets such mails is its holder's preference.
    """
    if sender.off is not None and reader.capacity is Capacity.HOLDER:
        token = sender.off.link(post=reader.post, kind=kind, case=case, address=reader.address)
        yield from unsubscribe_fields(sender.public_url + off_address(token))


def _fill(message: EmailMessage, forms: list[MIMEPart], calendars: Sequence[CalendarPart], key: str) -> None:
    """Put the forms and the calendars into the mail. An invitation is among the forms as well: programs look there."""
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
    entry: DeliveryRule, reader: MailReader, about: About, facts: NoticeFacts, ends: datetime, key: str, sender: Sender
) -> MailLinks:
    """Where the mail leads: to the page of what is asked of the reader, else to the case, with a link to confirm it.

    ``ends``: until when a link that acts without signing in is good.
    """
    reference = line(about.reference).partition("/")[0]
    post, address = reader.post, reader.address

    def signed(do: str, what: str = "") -> str:
        if sender.links is None or not may_answer_by_link(about.answers_by_link, do, post):
            return ""
        token = sender.links.link(
            key=key, reference=reference, post=post, do=do, about=what, address=address, ends=ends
        )
        return f"{sender.public_url}/answer/{token}"

    asked: AskedCommand | None = asked_of(entry.kind, reader.post, facts)
    if asked is None:
        confirm_url = signed(ACKNOWLEDGE) if entry.acknowledged else ""
        return MailLinks(sender.public_url + case_address(reference), confirm_url=confirm_url)
    if answer_url := signed(asked.do, asked.about):
        return MailLinks(answer_url, "answer")
    return MailLinks(sender.public_url + duty_address(asked.do, asked.about, reference), "page")


# a meeting's own file -----------------------------------------------------------------------------------------


def meeting_file(
    meeting: Meeting, reference: str, *, sequence: int, at: datetime, mail_from: str, reply_to: str, url: str
) -> str | None:
    """The calendar file of a meeting (text of RFC 5545). It is the event of the mails that call it, with the same UID.

    ``sequence``: the number of the newest entry in the log of its case; ``at``: when the file is made; ``url``: the
    page of its case. None when it begins at no date or moment.
    """
    facts = meeting_facts(meeting)
    stamp = ical.Stamp(sequence, at, written_mailbox(mail_from)[1], written_mailbox(reply_to)[0].addr_spec)
    return meeting_called(facts, line(reference), stamp, url=url)
