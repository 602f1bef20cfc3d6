"""One notice for one reader becomes one mail: what happened, what is asked, until when, and what follows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from typing import Annotated, Any, NamedTuple

from babel import Locale
from pydantic import AfterValidator

from models.asks import ACKNOWLEDGE, Asked, asked_of, may_answer_by_link
from models.base import Value
from models.case import Meeting
from models.notices import KINDS
from models.posts import SECRETARIAT, Capacity, Post, Role
from notifications import ical, mime
from notifications.addresses import case_address, duty_address, off_address
from notifications.answer_links import AnswerLinks, until
from notifications.calendar_parts import CalendarPart, For, calendar_parts
from notifications.envelope import digest, fixed_fields, reply_address, sender, unsubscribe_fields
from notifications.environment import form, language_of, translations
from notifications.headers import mailbox
from notifications.meetings import REQUEST, meeting_called
from notifications.message import forms_of, message_of
from notifications.off_links import OffLinks
from notifications.registry import REGISTRY, Entry, Sensitivity, Wish
from notifications.texts import line, prose, shortened
from notifications.words import Words

__all__ = ["SUBJECT", "About", "Reader", "compose", "context_of", "meeting_file", "said_shortly"]

SUBJECT = 150
"""Characters of the subject, reference and all."""

_TITLE = 80
"""Characters of a title that stands in a subject or in the line about the case."""

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
    off: OffLinks | None = None,
    sequence: int = 0,
) -> EmailMessage:
    """The mail of one notice to one reader.

    ``kind`` and ``facts`` are those of the notice, ``due`` its date, ``at`` the moment it was queued (both
    aware). ``key`` is unique to notice and recipient. ``mail_from`` and ``reply_to`` are written as name
    <address>; ``public_url`` is where the pages are. ``links`` signs the links by which the reader answers without
    signing in, where the case's policy lets it, ``off`` those that switch optional mails off; without them there are
    none. ``sequence``: the number of the log's entry that caused it. The same arguments give the same mail, byte for
    byte.

    Raises:
        KeyError: an unknown kind.
        ValueError: ``mail_from`` or ``reply_to`` holds no address.
    """
    entry = REGISTRY[kind]
    reference = line(about.reference)
    way = _way(entry, reader, about, facts, due, at, key, public_url, links)
    context = {**context_of(entry, reader, about, facts, due), "reference": reference, **way._asdict()}
    plain, html = form(context["language"], html=False), form(context["language"], html=True)
    subject = shortened(f"[{reference}] {said_shortly(kind, context)}", SUBJECT)
    replies_to = reply_address(reply_to, reference)
    stamp = ical.Stamp(sequence, at, sender(mail_from)[1], replies_to.addr_spec)
    whose = For(reader.post, reader.address, reader.zone, reference, stamp, public_url)
    calendars = calendar_parts(kind, facts, due, subject, whose)
    context |= {"subject": subject, "calendar": any(one.method == REQUEST for one in calendars)}

    optional = entry.wish is Wish.OPTIONAL
    bulk = optional or entry.sensitivity is Sensitivity.RELEASED
    fields = list(fixed_fields(kind, reader.post, reference, at=at, key=key, mail_from=mail_from, bulk=bulk))
    if optional and off is not None:
        token = off.link(
            post=reader.post, kind=kind, case=reference.partition("/")[0], address=reader.address
        )
        fields += unsubscribe_fields(public_url + off_address(token))
    message = message_of(
        reader.name, reader.address, subject, fields, mail_from=mail_from, replies_to=replies_to
    )  # fmt: skip
    text = plain.template(f"{kind}/body.txt").render(context)
    page = html.template(f"{kind}/body.html").render(context)
    _fill(message, forms_of(text, page), calendars, key)
    return message


def _fill(message: EmailMessage, forms: list[MIMEPart], calendars: Sequence[CalendarPart], key: str) -> None:
    """Put in the forms of the mail and its calendars: an invitation among the forms, where programs look for it, too."""
    forms += [mime.text(one.content, "calendar", method=one.method) for one in calendars if one.invites]
    boundary = f"=_{digest('alternative', key)}"
    if not calendars:
        mime.add(message, "alternative", forms, boundary)
        return
    body = MIMEPart(policy=mime.FORM)
    mime.add(body, "alternative", forms, boundary)
    files = [
        mime.file(one.content.encode(), "application", "ics", one.filename) if one.invites
        else mime.text(one.content, "calendar", filename=one.filename, method=one.method)
        for one in calendars
    ]  # fmt: skip
    mime.add(message, "mixed", [body, *files], f"=_{digest('mixed', key)}")


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


def context_of(
    entry: Entry, reader: Reader, about: About, facts: Mapping[str, str], due: datetime | None
) -> dict[str, Any]:
    """What the templates of a notice see, without where it leads."""
    language = language_of(reader.language)
    say = Words(about.names, language=language, zone=reader.zone, translations=translations(language))
    quotes = entry.sensitivity is not Sensitivity.LINK
    told = entry.sensitivity is not Sensitivity.RELEASED
    reference, title = line(about.reference), shortened(line(about.title), _TITLE) if told else ""
    stage = line(about.stage) if told else ""
    return {
        "asks": KINDS[entry.kind].asks,
        "case": " - ".join(part for part in (reference, title, stage and say.word("stage", stage)) if part),
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


def said_shortly(kind: str, context: Mapping[str, Any]) -> str:
    """What a notice says, in the line that is its subject."""
    subject = form(context["language"], html=False).template(f"{kind}/subject.txt")
    return line(" ".join(subject.render(context).split()))


def _said(facts: Mapping[str, str], say: Words, quotes: bool) -> Iterator[tuple[str, str]]:
    for name, fact in facts.items():
        if name not in _OWN_WORDS:
            yield name, prose(fact)
        elif quotes:
            yield name, say.own(prose(fact))


def meeting_file(
    meeting: Meeting, reference: str, *, sequence: int, at: datetime, mail_from: str, reply_to: str, url: str
) -> str | None:
    """The calendar file of a meeting (text of RFC 5545), the same event as in the mails that call it: its UID is theirs.

    ``sequence``: the number of the newest entry in the log of its case; ``at``: when the file is made; ``url``: the
    page of its case. None when it begins at no date or moment.
    """
    facts = {
        "meeting": meeting.title, "starts": meeting.starts, "ends": meeting.ends, "place": meeting.place,
        "agenda": "\n".join(meeting.agenda),
    }  # fmt: skip
    stamp = ical.Stamp(sequence, at, sender(mail_from)[1], sender(reply_to)[0].addr_spec)
    return meeting_called(facts, line(reference), stamp, url=url)
