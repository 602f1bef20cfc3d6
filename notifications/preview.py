"""Previews of mails: any kind of notice with sample facts, for any post; and a mail taken apart for a page.

What is rendered here is never sent. Its links are signed with a key that no deployment has, so they open nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from models.base import Value
from models.evidence import mark_of
from models.notices import DAY_ENTERED, DIGEST, NOTICE_KINDS, POLICY_PROPOSED, POLICY_SETTLED, POST_CHANGED
from models.notices.kinds import Circle
from models.posts import Capacity, Post
from notifications.answer_links import AnswerLinks
from notifications.compose import compose
from notifications.correspondents import MailReader, Sender
from notifications.day_mail import compose_day
from notifications.digest import Item, compose_digest
from notifications.message_ids import MessageIds
from notifications.off_links import OffLinks
from notifications.policy_mail import compose_policy
from notifications.post_mail import compose_post_mail
from notifications.registry import REGISTRY, Deadline
from notifications.sample_facts import SAMPLE_CASE, SAMPLE_DUE, SAMPLE_FACTS, SAMPLE_TIME
from notifications.wording import About

SAMPLE_LINKS = AnswerLinks({"samples": b"k" * 32})
"""Signs the links of previews. The key never changes, so that a sample is always the same mail. Everybody knows the key,
so what it signs proves nothing: ``web.mail.opened_link`` takes the deployment's own keys alone."""

SAMPLE_OFF_LINKS = OffLinks({"samples": b"k" * 32})
"""Signs the links of previews that switch mails off, with the same key."""

SAMPLE_IDS = MessageIds({"samples": b"k" * 32})
"""Makes the Message-IDs of previews, with the same key."""

SAMPLE_SENDER = Sender(
    "Bali Process Ad Hoc Group <ahg@example.org>",
    "Secretariat <secretariat@example.org>",
    "https://ahg.example.org",
    SAMPLE_IDS,
    SAMPLE_LINKS,
    SAMPLE_OFF_LINKS,
)

_CO_CHAIR = (Post("AU/co-chair"), "Australia/Sydney")
_READERS: Mapping[Circle, tuple[Post, str]] = {
    Circle.SECRETARIAT: (Post("RSO/secretariat"), "Asia/Bangkok"),
    Circle.STEERING_GROUP: (Post("NZ/steering-group"), "Pacific/Auckland"),
    **dict.fromkeys((Circle.CO_CHAIRS, Circle.DECIDERS, Circle.ALTERNATES, Circle.VERIFIERS, Circle.PLACES), _CO_CHAIR),
}
"""The sample reader of a circle, with its time zone; a focal point reads for every other circle."""

_READS: Mapping[str, Circle] = {
    "list_awaited": Circle.STEERING_GROUP,
    "situation_update_due": Circle.REQUESTERS,
    "outcome_handed_on": Circle.OWNERS,
    "activation_ending": Circle.GROUP,
    POLICY_PROPOSED: Circle.CO_CHAIRS,
    POLICY_SETTLED: Circle.CO_CHAIRS,
    POST_CHANGED: Circle.CO_CHAIRS,
    DAY_ENTERED: Circle.SECRETARIAT,
    "recorded_in_name": Circle.CO_CHAIRS,
    DIGEST: Circle.GROUP,
}
"""The circle that reads the sample of a kind, where it is not the first that the kind is told to."""


def reader_of(kind: str) -> MailReader:
    """Somebody who may get a notice of this kind.

    Raises:
        KeyError: an unknown kind.
    """
    circle = _READS[kind] if kind in _READS else NOTICE_KINDS[kind].to[0]
    post, zone = _READERS.get(circle, (Post("ID/focal-point"), "Asia/Jakarta"))
    capacity = Capacity.ALTERNATE if circle is Circle.ALTERNATES else Capacity.HOLDER
    return MailReader(name="Siti Nurhaliza", address="desk@example.org", post=post, zone=zone, capacity=capacity)


def _due(kind: str) -> datetime | None:
    return None if REGISTRY[kind].deadline is Deadline.NONE else SAMPLE_DUE


def _arguments(kind: str, key: str, changes: Mapping[str, Any], **own: Any) -> dict[str, Any]:
    """The arguments of the function that composes a mail: those that all have, its ``own``, and the changes of them."""
    sender = SAMPLE_SENDER._replace(**{name: one for name, one in changes.items() if name in Sender._fields})
    others = {name: one for name, one in changes.items() if name not in Sender._fields}
    return {"reader": reader_of(kind), "at": SAMPLE_TIME, "key": key, "sender": sender, **own, **others}


_IN_A_DIGEST = ("situation_updated", "outcome_due", "invitation_answered", "outcome_blocked", "recommendation_due")


def sample_digest(about: About = SAMPLE_CASE, **changes: Any) -> EmailMessage:
    """A digest with sample facts, of two cases; ``changes`` as in ``sample_mail``, of ``compose_digest``."""
    other = about.model_copy(
        update={"reference": "AHG-2009-002", "title": "Boats in the strait", "stage": "operational"}
    )
    held = [*((kind, about) for kind in _IN_A_DIGEST[2:4]), *((kind, other) for kind in _IN_A_DIGEST)]
    items = [
        Item(
            kind=kind,
            about=case,
            facts=SAMPLE_FACTS[kind],
            due=_due(kind),
            queued_at=SAMPLE_TIME,
            sequence=7,
            record=_sample_mark(case.reference),
        )
        for kind, case in held
    ]
    return compose_digest(**_arguments(DIGEST, f"{DIGEST}:ID/focal-point:7", changes, items=items))


_PROPOSED = {"by": "RSO/secretariat", "why": "Ten days were too long in June.", "version": "2", "changes": "3"}
_SETTLED = {**_PROPOSED, "why": "Shorter for routine cases too, please.", "outcome": "refused", "who": "ID/co-chair"}
_A_POLICY: Mapping[str, Mapping[str, str]] = {POLICY_PROPOSED: _PROPOSED, POLICY_SETTLED: _SETTLED}


def sample_policy(kind: str, about: About = SAMPLE_CASE, **changes: Any) -> EmailMessage:
    """A mail about a proposed policy, with the names of members in ``about``; ``changes`` as in ``sample_mail``."""
    given = _arguments(kind, f"{kind}:AU/co-chair:7", changes, facts=_A_POLICY[kind], names=about.names)
    return compose_policy(kind, **given)


_CHANGED = {
    "what": "announced",
    "number": "0123456789abcdef01234567",
    "kind": "handed_over",
    "about": "ID/co-chair",
    "by": "RSO/secretariat",
    "name": "Somchai Jaidee",
    "person": "Siti Nurhaliza",
    "email": "siti@example.org",
    "last_day": "",
    "co_chairs": "",
    "takes_effect_at": SAMPLE_DUE.isoformat(),
}


def sample_post_mail(about: About = SAMPLE_CASE, **changes: Any) -> EmailMessage:
    """A mail about a change of a post, with the names of members in ``about``; ``changes`` as in ``sample_mail``."""
    given = _arguments(POST_CHANGED, f"{POST_CHANGED}:ID/co-chair:7", changes, facts=_CHANGED, names=about.names)
    return compose_post_mail(**given)


_ENTERED = {
    "number": "0123456789abcdef01234567",
    "member": "ID",
    "by": "Siti Nurhaliza",
    "first": "2009-07-20",
    "last": "2009-07-22",
    "closed": "closed",
    "why": "Joint leave, as the cabinet decided on Friday.",
}


def sample_day_mail(about: About = SAMPLE_CASE, **changes: Any) -> EmailMessage:
    """A mail about announced days, with the names of members in ``about``; ``changes`` as in ``sample_mail``."""
    given = _arguments(DAY_ENTERED, f"{DAY_ENTERED}:7:desk@example.org", changes, facts=_ENTERED, names=about.names)
    return compose_day(**given)


def sample_mail(kind: str, **changes: Any) -> EmailMessage:
    """The mail of a kind with its sample facts.

    ``changes`` replace arguments of ``compose`` (``reader``, ...) or fields of its sender (``public_url``, ...).

    Raises:
        KeyError: an unknown kind.
    """
    if kind == DIGEST:
        return sample_digest(**changes)
    if kind in _A_POLICY:
        return sample_policy(kind, **changes)
    if kind == POST_CHANGED:
        return sample_post_mail(**changes)
    if kind == DAY_ENTERED:
        return sample_day_mail(**changes)
    own: dict[str, Any] = {"about": SAMPLE_CASE, "facts": SAMPLE_FACTS[kind], "due": _due(kind), "sequence": 7}
    own["record"] = _sample_mark(changes.get("about", SAMPLE_CASE).reference)
    return compose(kind, **_arguments(kind, f"AHG-2009-001/7/{kind}/desk@example.org", changes, **own))


def _sample_mark(reference: str) -> str:
    return mark_of(reference, 7, sha256(reference.encode(errors="backslashreplace")).hexdigest())


class MailShown(Value):
    """A mail as it is shown to people: who gets it, its subject, its two bodies, every header, and its files' names."""

    to: str
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()


def mail_shown(message: EmailMessage) -> MailShown:
    """A composed mail, taken apart."""
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    return MailShown(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=plain.get_content() if plain is not None else "",
        html=page.get_content() if page is not None else "",
        headers=tuple((name, str(value)) for name, value in message.items()),
        files=tuple(part.get_filename() or part.get_content_type() for part in message.iter_attachments()),
    )
