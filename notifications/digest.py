"""A digest: one mail with the notices that came for a post since the last one, by case. The reader's tasks come first.

A notice has the line that the subject of its own mail would have; a task has its date as well. Links lead to pages and
are never signed: a digest is passed on more easily than a single mail.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from email.message import EmailMessage
from itertools import groupby
from typing import Any

from models.asks import asked_of
from models.base import Value
from models.notices import DIGEST, NoticeFacts
from notifications.addresses import MY_MAILS, case_address, duty_address
from notifications.correspondents import MailReader, Sender
from notifications.environment import language_of
from notifications.of_no_case import mail_of_no_case
from notifications.registry import REGISTRY, Deadline
from notifications.texts import line, shortened
from notifications.wording import LONGEST_SUBJECT, About, WordingKey, context_of, in_one_line, wording_key, words_for
from notifications.words import Words


class Item(Value):
    """One notice in a digest: the arguments of ``compose``, and when it was queued (aware).

    ``settled``: what the notice asked for is done, or is not asked any more; the digest then shows no task.
    ``sequence`` and ``record``: the entry that the notice tells of, by its number and its mark.
    """

    kind: str
    about: About
    facts: NoticeFacts
    due: datetime | None
    queued_at: datetime
    settled: bool = False
    sequence: int = 0
    record: str = ""


class _Line(Value):
    """An item as the templates see it. ``url`` and ``due`` are empty where nothing is asked of the reader."""

    case: str
    reference: str
    said: str
    day: str
    url: str
    due: str
    by_default: bool
    order: tuple[bool, datetime, int]
    entry: tuple[int, str]


def compose_digest(
    items: Sequence[Item], *, reader: MailReader, at: datetime, key: str, sender: Sender
) -> EmailMessage:
    """The mail of a digest; the arguments are those of ``compose``. The same arguments give the same mail.

    Raises:
        KeyError: an unknown kind.
        ValueError: there are no items, or the sender's ``mail_from`` or ``reply_to`` holds no address.
    """
    if not items:
        raise ValueError("a digest of nothing")
    public_url = sender.public_url
    lines = [_line(item, reader, public_url, number) for number, item in enumerate(items)]
    cases = list(_cases(lines, public_url))
    context = {
        **_of_reader(items[0], reader),
        "cases": cases,
        "count": len(lines),
        "waiting": sum(bool(one.url) for one in lines),
        "by_default": any(one.by_default for one in lines),
        "settings_url": public_url + MY_MAILS,
    }
    marks = [mark for one in cases for mark in one["marks"]]
    return mail_of_no_case(DIGEST, context, reader=reader, at=at, key=key, sender=sender, marks=marks)


def _of_reader(item: Item, reader: MailReader) -> dict[str, Any]:
    """The facts of the reader that the templates see, the same for every case and every kind of notice."""
    seen, say = context_of(_told(item, reader)), _words(item, reader)
    kept = {name: seen[name] for name in ("direction", "is_alternate", "language")}
    return {**kept, "mandatory": False, "post": say.post(reader.post), "say": say}


def _told(item: Item, reader: MailReader) -> WordingKey:
    return wording_key(item.kind, reader, item.about, item.facts, item.due)


def _words(item: Item, reader: MailReader) -> Words:
    return words_for(item.about, language_of(reader.language), reader.zone)


def _line(item: Item, reader: MailReader, public_url: str, number: int) -> _Line:
    entry, reference = REGISTRY[item.kind], line(item.about.reference)
    context = context_of(_told(item, reader))
    asked = None if item.settled else asked_of(item.kind, reader.post, item.facts)
    say = _words(item, reader)
    policy = entry.deadline in (Deadline.POLICY, Deadline.EITHER) and item.about.default_policy
    return _Line(
        case=context["case"],
        reference=reference,
        said=shortened(in_one_line(item.kind, context), LONGEST_SUBJECT),
        day=say.day(item.queued_at),
        url=public_url + duty_address(asked.do, asked.about, reference.partition("/")[0]) if asked else "",
        due=context["due"] if asked else "",
        by_default=bool(asked and item.due and policy),
        order=(asked is None, item.due if asked and item.due else item.queued_at, number),
        entry=(item.sequence, line(item.record)),
    )


def _cases(lines: Iterable[_Line], public_url: str) -> Iterable[dict[str, Any]]:
    """The lines by case, with the marks of its newest entries. Cases with tasks of the reader come first, as do tasks in
    each case; the soonest date leads.
    """
    by_case = groupby(sorted(lines, key=lambda one: (one.reference, one.order)), key=lambda one: one.reference)
    found = [(reference, list(own)) for reference, own in by_case]
    for reference, own in sorted(found, key=lambda one: (*one[1][0].order[:2], one[0])):
        newest = {mark.partition(" ")[0]: mark for _, mark in sorted(one.entry for one in own) if mark}
        yield {
            "case": own[0].case,
            "url": public_url + case_address(reference),
            "lines": own,
            "marks": [*newest.values()],
        }
