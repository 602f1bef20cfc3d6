"""Queues the mails that tell who holds a post or stands in, or is to: to those before, those after, and both offices.

They go to persons as the directory had them, and not only to whoever holds the post when they are sent: who loses a post
is told of it at the old address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection, select

from models.base import Value
from models.directory_changes import ECHO, ChangeKind, waits_for_its_holder
from models.mail_addresses import folded
from models.notices import POST_CHANGED, POST_PASSED_ON, NoticeFacts
from models.posts import SECRETARIAT, Post, Role
from models.tables import TABLES
from records.notices import NewNotice, queue_notices
from records.offices import Addressee

_MEMBERS, _HOLDERS = TABLES.tables["members"], TABLES.tables["holders"]
_CHANGES = TABLES.tables["directory_changes"]


class PostNews(Value):
    """What is told: ``what`` has become of a change, and whose doing that was.

    ``number`` names the change; ``seq`` is the number of the log's entry, of one that was made in a case. ``about`` is a
    post, or the marks of Co-Chairs. ``after`` is what stands then, as the directory's history has it.
    ``takes_effect_at``: of one that waits.
    """

    what: Literal["announced", "untold", "offered", "in_force", "stopped", "overtaken"]
    number: str
    kind: ChangeKind
    about: str
    by: str
    name: str = ""
    after: Mapping[str, Any]
    takes_effect_at: datetime | None = None
    seq: int = 0

    @property
    def person(self) -> Addressee:
        """Who is to hold the post, to stand in, or to do so no longer; empty for the marks."""
        of = {part: str(self.after.get(part) or "") for part in ("name", "email", "language")}
        return Addressee(of["name"], of["email"], of["language"] or "en")


def co_chairs_now(connection: Connection) -> list[Post]:
    """The posts that co-chair by the directory."""
    query = select(_MEMBERS.c.code).where(_MEMBERS.c.co_chair).order_by(_MEMBERS.c.position)
    return [Post.of(code, Role.CO_CHAIR) for (code,) in connection.execute(query)]


def holder_before(connection: Connection, post: str) -> Addressee | None:
    """Who holds a post, address or none; None where nobody does."""
    c = _HOLDERS.c
    row = connection.execute(select(c.name, c.email, c.language).where(c.post == post)).first()
    return Addressee(*row) if row else None


def holder_by_history(connection: Connection, command: str) -> Addressee | None:
    """Who held a post before the directory changed it, by the command with which a case only hears of that."""
    query = select(_CHANGES.c.before).where(_CHANGES.c.id == command.removeprefix(ECHO))
    before = connection.scalar(query) or {}
    if not before.get("email"):
        return None
    return Addressee(str(before.get("name") or ""), str(before["email"]), str(before.get("language") or "en"))


def to_holder_before(notice: NewNotice, held: Mapping[tuple[str, int], Addressee]) -> NewNotice | None:
    """The notice as it is queued: what a post no longer has ahead goes to who held it, by case and entry."""
    if notice.kind != POST_PASSED_ON:
        return notice
    person = held.get((notice.reference, notice.seq))
    facts = notice.facts.model_dump(mode="json") if isinstance(notice.facts, NoticeFacts) else notice.facts
    return replace(notice, facts={**facts, **sent_to(person)}) if person else None


def tell_of_post(
    connection: Connection, news: PostNews, at: datetime, *, before: Addressee | None, desk: bool = True
) -> None:
    """Queue the mails in the caller's transaction: to the holder ``before``, to the person named, and to the offices.

    That a holder could not be told is told to the offices alone. Nobody gets the same mail twice. The offices are both
    Co-Chairs' where it is about a Co-Chair's post or about who co-chairs, and with ``desk`` the secretariat. Whoever
    calls it nudges the delivery.
    """
    persons: dict[str, Addressee] = {}
    for person in (before, news.person) if news.what != "untold" else ():
        if person is not None and person.email:
            persons.setdefault(folded(person.email), person)
    posts = [SECRETARIAT] if desk else []
    whose = SECRETARIAT if news.kind is ChangeKind.MARKS else Post(news.about)
    if news.kind is ChangeKind.MARKS or whose.role is Role.CO_CHAIR:
        marked = (Post.of(code, Role.CO_CHAIR) for code in news.after.get("co_chairs", ()))
        posts += [post for post in dict.fromkeys((*co_chairs_now(connection), *marked)) if post != whose]
    facts, key = _facts(news), partial(_key, news.number, news.what)
    to_persons = [
        NewNotice(key(address), POST_CHANGED, whose, at, facts={**facts, **sent_to(person)}, seq=news.seq)
        for address, person in persons.items()
    ]
    to_posts = [NewNotice(key(post), POST_CHANGED, post, at, facts=facts, seq=news.seq) for post in posts]
    queue_notices(connection, [*to_persons, *to_posts])


def _key(number: str, what: str, reader: str) -> str:
    """The key of a mail to a reader: a folded address, or a post."""
    return f"{POST_CHANGED}:{number}:{what}:{reader}"


def keys_to_holders(connection: Connection, number: str, kind: ChangeKind, stops: Sequence[Post]) -> list[str]:
    """The keys of the mails by which those hear of an announced change, by its number, who can stop it: persons alone."""
    held = [(post, holder.email) for post in stops if (holder := holder_before(connection, post))]
    persons = [(post, email) for post, email in held if waits_for_its_holder(post, email)]
    marks = kind is ChangeKind.MARKS
    return [_key(number, "announced", post if marks else folded(email)) for post, email in persons]


def sent_to(person: Addressee) -> dict[str, str]:
    """The facts that say to whom a notice goes, whoever holds the post then."""
    return {"to_name": person.name, "to_email": person.email, "to_language": person.language}


def _facts(news: PostNews) -> dict[str, str]:
    person, until, when = news.person, news.after.get("until"), news.takes_effect_at
    return {
        "what": news.what,
        "number": news.number,
        "kind": news.kind.value,
        "about": news.about,
        "by": news.by,
        "name": news.name,
        "person": person.name,
        "email": person.email,
        "last_day": str(until or ""),
        "co_chairs": ",".join(news.after.get("co_chairs", ())),
        "takes_effect_at": when.isoformat() if when else "",
    }
