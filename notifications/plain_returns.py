"""Reports of failure in words alone, without the parts of RFC 3464, as qmail, Exim, Exchange and gateways write them.

Such a mail counts when it is written by a mail server and holds one of our Message-IDs, which are made with a key
(``notifications.message_ids``), anywhere in what it says or sends back. Nothing in it is proven: it is never regular.
"""

import html
import re
from collections.abc import Iterator

from models.returns import Fate, RecipientReport, ReturnedMail
from notifications.returned_parts import (
    ForeignMail,
    bounded_text,
    decoded_subject,
    fields_named,
    fingerprint_of_return,
    first_field,
    octets_inside,
    parts_inside,
    plain_address,
)

_MOST_PARTS, _MOST_IDS, _MOST_ADDRESSES = 20, 50, 5
_ANSWER = 20_000
"""Characters in which addresses and the code of a failure are looked for: a report begins with them."""

_OUR_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}@[^\s<>@\"'&;,()\[\]]{1,250}")
_TAG = re.compile(r"<[^<>]*>")
_WRITTEN_ADDRESS = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w.-]{1,255}")
_CODE = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
_SERVERS = re.compile(r"mailer-daemon|mail-daemon|postmaster|microsoftexchange[0-9a-f]*", re.IGNORECASE)
_FAILED = re.compile(
    r"undeliver|returned (mail|to sender)|delivery (status notification|failure|failed|has failed)|failure notice"
    r"|could not be delivered|unzustellbar|nicht zustellbar|tidak (dapat )?terkirim",
    re.IGNORECASE,
)
_STILL_TRIES = re.compile(r"delay|still being retried|^\s*warning", re.IGNORECASE)


def told_in_words(message: ForeignMail, octets: bytes) -> ReturnedMail | None:
    """What a mail server says in words of a mail of ours; None for any other mail, and where it still tries."""
    subject = decoded_subject(message)
    if not _by_a_mail_server(message, subject) or _STILL_TRIES.search(subject):
        return None
    texts = list(_texts(message))
    answered = " ".join((*fields_named(message, "In-Reply-To"), *fields_named(message, "References")))
    found = (match.rstrip(".") for text in (*texts, answered) for match in _OUR_ID.findall(text))
    ids = tuple(dict.fromkeys(f"<{one}>" for one in found))[:_MOST_IDS]
    if not ids:
        return None
    said = _OUR_ID.split(texts[0], maxsplit=1)[0][:_ANSWER] if texts else ""
    code = _CODE.search(said)
    report = RecipientReport(
        fate=Fate.FAILED,
        addresses=_addresses(message, said),
        status=code[0] if code else "",
        text=bounded_text(said) or bounded_text(subject),
        regular=False,
    )
    return ReturnedMail(fingerprint=fingerprint_of_return(message, octets), message_ids=ids, reports=(report,))


def _by_a_mail_server(message: ForeignMail, subject: str) -> bool:
    """Whether a mail is a server's report of failure, by its sender, its subject, or a field that others have not."""
    local = plain_address(first_field(message, "From").rpartition("<")[2]).partition("@")[0]
    named = any(name in message for name in ("X-Failed-Recipients", "X-MS-Exchange-Message-Is-Ndr"))
    return named or _SERVERS.fullmatch(local) is not None or _FAILED.search(subject) is not None


def _texts(message: ForeignMail) -> Iterator[str]:
    """The text of each part, and the fields of each mail that is sent back, in the order of the mail."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        inside = parts_inside(part)
        if part.get_content_type() in ("message/rfc822", "message/global"):
            yield from (f"<{one}>" for sent in inside for one in fields_named(sent, "Message-ID"))
        elif inside:
            waiting[:0] = inside[:_MOST_PARTS]
        else:
            text = octets_inside(part).decode("utf-8", "replace")
            yield html.unescape(_TAG.sub(" ", text)) if part.get_content_type() == "text/html" else text


def _addresses(message: ForeignMail, said: str) -> frozenset[str]:
    """The addresses that failed, as Exim names them in a field of its own; else those in what is said."""
    named = " ".join(fields_named(message, "X-Failed-Recipients"))[:_ANSWER]
    found = _WRITTEN_ADDRESS.findall(named) or _WRITTEN_ADDRESS.findall(said)
    return frozenset(dict.fromkeys(plain_address(one).rstrip(".") for one in found[:_MOST_ADDRESSES]))
