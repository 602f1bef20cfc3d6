"""What a notice says: put into words once for all who are told the same, and for each of them completed.

A circulation tells thousands of readers the same; only the links and the post that the reader holds are each one's own.
What words may depend on is a ``WordingKey``, and templates see nothing else: so what is one reader's alone can never
stand in another's mail.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from babel import Locale

from models.base import Value
from models.notices import NOTICE_KINDS, NoticeFacts
from models.notices.facts import MeetingFact
from models.posts import SECRETARIAT, Capacity, Post, Role
from notifications.environment import PreparedText, language_of, mail_translations, placeholder, template_set
from notifications.registry import REGISTRY, TEMPLATE_PARTS, Optionality, Sensitivity
from notifications.texts import line, prose, shortened
from notifications.words import Words

LONGEST_SUBJECT = 150
"""Characters of the subject, reference and all."""

_TITLE = 80
"""Characters of a title that stands in a subject or in the line about the case."""

_OF_ONE_POST = {"mine", "own_member"}
"""What templates know of a reader's post, besides what it is for."""

_OF_ONE_ZONE = {"own_time"}
"""How they say a moment that the case has in another zone as the reader's clocks show it."""

_KEPT = 64


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
    """All that the words of a notice depend on: those for whom it is equal are told the same.

    ``member``: whose post it is told, if its words depend on that, else empty; ``zone`` (IANA) likewise.
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
    """Where a mail leads: ``where`` is the case, the page of a command, or a page that takes the answer by the link."""

    url: str
    where: str = "case"
    confirm_url: str = ""


class MailText(NamedTuple):
    """What a notice says in plain text and in HTML."""

    text: str
    page: str


def wording_key(
    kind: str,
    post: Post,
    capacity: Capacity,
    *,
    language: str,
    zone: str,
    about: About,
    facts: NoticeFacts,
    due: datetime | None,
) -> WordingKey:
    """What a post is told. ``language`` is a tag (BCP 47); ``due`` is aware."""
    role = post.role
    of_one_post = post == SECRETARIAT or _depends_on_the_post(kind)
    of_one_zone = due is not None or _depends_on_the_zone(kind)
    return WordingKey(
        kind,
        role,
        post.member if of_one_post else "",
        capacity,
        language_of(language),
        zone if of_one_zone else "",
        about,
        facts,
        due,
    )


def _depends_on_the_post(kind: str) -> bool:
    return bool(_OF_ONE_POST & _asked_for(kind))


def _depends_on_the_zone(kind: str) -> bool:
    return bool(_OF_ONE_ZONE & _asked_for(kind))


@lru_cache(maxsize=256)
def _asked_for(kind: str) -> frozenset[str]:
    """All that the templates of a kind take from their context."""
    sources = template_set("en", html=False)
    return frozenset().union(*(sources.asks_for(f"{kind}/{part}") for part in TEMPLATE_PARTS))


# the words --------------------------------------------------------------------------------------------------


def worded(told: WordingKey, way: MailLinks, post: Post, *, calendar: bool) -> MailText:
    """What one post is told. ``calendar``: whether the mail carries the file of a meeting."""
    once = _said_once(told, way.where, bool(way.confirm_url), calendar)
    own = {"url": way.url, "confirm_url": way.confirm_url, "post": once.say.post(post)}
    return MailText(once.text.completed(own), once.page.completed(own))


class _Once(NamedTuple):
    text: PreparedText
    page: PreparedText
    say: Words


@lru_cache(maxsize=_KEPT)
def _said_once(told: WordingKey, where: str, confirms: bool, calendar: bool) -> _Once:
    context = {
        **context_of(told),
        "subject": mail_subject(told),
        "reference": line(told.about.reference),
        "calendar": calendar,
        "post": placeholder("post"),
        "url": placeholder("url"),
        "confirm_url": placeholder("confirm_url") if confirms else "",
        "where": where,
    }
    plain, html = template_set(told.language, html=False), template_set(told.language, html=True)
    return _Once(
        plain.setting(f"{told.kind}/body.txt", context), html.setting(f"{told.kind}/body.html", context), context["say"]
    )


@lru_cache(maxsize=_KEPT)
def mail_subject(told: WordingKey) -> str:
    """The subject of its mail."""
    return shortened(f"[{line(told.about.reference)}] {in_one_line(told.kind, context_of(told))}", LONGEST_SUBJECT)


def in_one_line(kind: str, context: Mapping[str, Any]) -> str:
    """What a notice says in one line."""
    subject = template_set(context["language"], html=False).template(f"{kind}/subject.txt")
    return line(" ".join(subject.render(context).split()))


# what templates see -----------------------------------------------------------------------------------------


def context_of(told: WordingKey) -> dict[str, Any]:
    """What the templates of a notice see, without where it leads."""
    entry, about = REGISTRY[told.kind], told.about
    say = words_for(about, told.language, told.zone)
    quotes = entry.sensitivity is not Sensitivity.LINK
    tells = entry.sensitivity is not Sensitivity.RELEASED
    reference, title = line(about.reference), shortened(line(about.title), _TITLE) if tells else ""
    stage = line(about.stage) if tells else ""
    post = Post.of(told.member, told.role) if told.member else None
    return {
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
        "language": told.language,
        "mandatory": entry.wish is Optionality.MANDATORY,
        "say": say,
        "stage": stage,
        **({"own_time": say.own_time} if _depends_on_the_zone(told.kind) else {}),
        **({"mine": post, "own_member": post.member} if post else {}),
    }


def words_for(about: About, language: str, zone: str) -> Words:
    """How things of a case are said in a language of the catalogues; ``zone`` (IANA) is the reader's."""
    return Words(about.names, language=language, zone=zone, translations=mail_translations(language))


def _as_said(facts: NoticeFacts, say: Words, quotes: bool) -> NoticeFacts:
    """The facts made fit for a mail, in the reader's language where they are the procedure's own words.

    A sensitive mail leaves out those in which somebody's words may stand.

    One that is absent says nothing: an empty text, whatever its type.
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
