"""The words of a notice. They are rendered once for all readers who are told the same, and completed for each of them.

A circulation tells thousands of readers the same; only the links and the post that the reader holds are each one's own.
The words depend on a ``WordingKey`` and templates see nothing else, so what belongs to one reader can never stand in the
mail of another.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from babel import Locale

from models.base import Value
from models.notices import NOTICE_KINDS, POST_PASSED_ON, NoticeFacts
from models.notices.facts import MeetingFact
from models.posts import SECRETARIAT, Capacity, Post, Role
from notifications.correspondents import MailReader
from notifications.environment import PreparedText, language_of, mail_translations, placeholder, template_set
from notifications.registry import REGISTRY, TEMPLATE_PARTS, Optionality, Sensitivity
from notifications.texts import line, prose, shortened
from notifications.words import Words

LONGEST_SUBJECT = 150
"""Characters of the subject, reference and all."""

_TITLE = 80
"""Characters of a title that stands in a subject or in the line about the case."""

_OF_ONE_POST = frozenset({"mine", "own_member"})
"""What templates may take from their context of the post that one reader holds, beside its role."""

_OF_ONE_ZONE = frozenset({"own_time", "moved_deadlines"})
"""What templates may take to say moments that are not the notice's own date as the reader's clocks show them."""

_KEPT = 64
"""Wordings that are kept at hand."""


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

    def __hash__(self) -> int:
        return hash((self.reference, self.title, self.stage))


class WordingKey(NamedTuple):
    """All that the words of a notice depend on: readers with equal keys are told the same.

    ``member`` is that of the reader's post, and ``zone`` (IANA) the reader's; each is empty where the words do not
    depend on it.
    """

    kind: str
    role: Role
    member: str
    capacity: Capacity
    language: str
    zone: str
    about: About
    facts: NoticeFacts
    due: datetime | None


class MailLinks(NamedTuple):
    """Where a mail leads. ``where``: ``case``, ``page`` (of a command) or ``answer`` (that takes the answer by link)."""

    url: str
    where: str = "case"
    confirm_url: str = ""


class MailText(NamedTuple):
    """What a notice says in plain text and in HTML."""

    text: str
    page: str


def wording_key(kind: str, reader: MailReader, about: About, facts: NoticeFacts, due: datetime | None) -> WordingKey:
    """What the words of a notice for this reader depend on. The reader's language is a tag (BCP 47); ``due`` is aware."""
    post, language = reader.post, language_of(reader.language)
    member = post.member if post == SECRETARIAT or _asks_for(kind, _OF_ONE_POST) else ""
    zone = reader.zone if due is not None or _asks_for(kind, _OF_ONE_ZONE) else ""
    return WordingKey(kind, post.role, member, reader.capacity, language, zone, about, facts, due)


def _asks_for(kind: str, words: frozenset[str]) -> bool:
    """Whether the templates of a kind take one of these words from their context."""
    return bool(words & _asked_for(kind))


@lru_cache(maxsize=256)
def _asked_for(kind: str) -> frozenset[str]:
    """All that the templates of a kind take from their context."""
    sources = template_set("en", html=False)
    return frozenset().union(*(sources.asks_for(f"{kind}/{part}") for part in TEMPLATE_PARTS))


# the words --------------------------------------------------------------------------------------------------


def worded(told: WordingKey, way: MailLinks, post: Post, *, calendar: bool, record: str = "") -> MailText:
    """The words of a notice, completed for one post. ``calendar``: whether the mail carries the file of a meeting.

    ``record``: the mark of the entry that it tells of.
    """
    once = _said_once(told, way.where, bool(way.confirm_url), calendar, bool(record))
    own = {"url": way.url, "confirm_url": way.confirm_url, "post": once.say.post(post), "record": record}
    return MailText(once.text.completed(own), once.page.completed(own))


class _Once(NamedTuple):
    text: PreparedText
    page: PreparedText
    say: Words


@lru_cache(maxsize=_KEPT)
def _said_once(told: WordingKey, where: str, confirms: bool, calendar: bool, recorded: bool) -> _Once:
    context = {
        **context_of(told),
        "subject": mail_subject(told),
        "reference": line(told.about.reference),
        "calendar": calendar,
        "post": placeholder("post"),
        "url": placeholder("url"),
        "confirm_url": placeholder("confirm_url") if confirms else "",
        "record": placeholder("record") if recorded else "",
        "where": where,
    }
    plain, html = template_set(told.language, html=False), template_set(told.language, html=True)
    text, page = plain.setting(f"{told.kind}/body.txt", context), html.setting(f"{told.kind}/body.html", context)
    return _Once(text, page, context["say"])


@lru_cache(maxsize=_KEPT)
def mail_subject(told: WordingKey) -> str:
    """The subject of the mail: the reference in brackets, and the notice in one line, shortened."""
    return shortened(f"[{line(told.about.reference)}] {in_one_line(told.kind, context_of(told))}", LONGEST_SUBJECT)


def in_one_line(kind: str, context: Mapping[str, Any]) -> str:
    """What a notice says in one line: its template ``subject.txt``."""
    subject = template_set(context["language"], html=False).template(f"{kind}/subject.txt")
    return line(" ".join(subject.render(context).split()))


# what templates see -----------------------------------------------------------------------------------------


def context_of(told: WordingKey) -> dict[str, Any]:
    """What the templates of a notice see, apart from its links."""
    entry, about = REGISTRY[told.kind], told.about
    say = words_for(about, told.language, told.zone)
    quotes = entry.sensitivity is not Sensitivity.LINK
    tells = entry.sensitivity is not Sensitivity.RELEASED
    reference, title = line(about.reference), shortened(line(about.title), _TITLE) if tells else ""
    stage = line(about.stage) if tells else ""
    post = Post.of(told.member, told.role) if told.member else None
    return {
        "as_named": told.kind == POST_PASSED_ON,  # to who held the post
        "asks": NOTICE_KINDS[told.kind].asks,
        "case": " - ".join(part for part in (reference, title, stage and say.word("stage", stage)) if part),
        "deadline": entry.deadline.value,
        "default_policy": about.default_policy,
        "direction": Locale.parse(told.language).text_direction,
        "due": say.moment(told.due) if told.due else "",
        "facts": _as_said(told.facts, say, quotes),
        "is_alternate": told.capacity is Capacity.ALTERNATE,
        "is_co_chair": told.role is Role.CO_CHAIR,
        "is_focal_point": told.role is Role.FOCAL_POINT,
        "is_secretariat": post == SECRETARIAT,
        "is_steering_group": told.role is Role.STEERING_GROUP,
        "language": told.language,
        "mandatory": entry.optionality is Optionality.MANDATORY,
        "say": say,
        "stage": stage,
        **(_in_own_zone(told.facts, say) if _asks_for(told.kind, _OF_ONE_ZONE) else {}),
        **({"mine": post, "own_member": post.member} if post else {}),
    }


def _in_own_zone(facts: NoticeFacts, say: Words) -> dict[str, Any]:
    moved = [(say.deadline(one.subject), say.moment(one.was), say.moment(one.until)) for one in facts.delays]
    return {"own_time": say.own_time, "moved_deadlines": moved}


def words_for(about: About, language: str, zone: str) -> Words:
    """The words for things of a case in a language of the catalogues; ``zone`` (IANA) is the reader's."""
    return Words(about.names, language=language, zone=zone, translations=mail_translations(language))


def _as_said(facts: NoticeFacts, say: Words, quotes: bool) -> NoticeFacts:
    """The facts made fit for a mail. What the procedure says itself is in the reader's language.

    A fact that is absent becomes an empty text, whatever its type. Without ``quotes`` the facts that may hold somebody's
    own words are empty as well.
    """
    said = {name: _clean(fact) for name, fact in facts if name not in ("matter", "reasons")}
    own = {
        "about": say.stated(said["about"], facts.matter, " "),
        "why": say.stated(said["why"], facts.reasons),
        "text": say.stated(said["text"], facts.reasons) if said["text"] else "",
    }
    return facts.model_copy(update={**said, **(own if quotes else dict.fromkeys(own, ""))})


def _clean(fact: Any) -> Any:
    match fact:
        case None:
            return ""
        case Post() | StrEnum():
            return fact
        case str():
            return prose(fact)
        case tuple():
            return tuple(map(_clean, fact))
        case MeetingFact():
            return fact.model_copy(update={"title": prose(fact.title)})
    return fact
