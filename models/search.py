"""What of a case can be searched, and by whom: exactly what each post sees of it (``models/visibility.py``).

A thing (the case with its request, an outcome, a recommendation, a circulation that went out) is one text for all who
see it alike. Where posts see it differently, since sections are confidential, it is one text for each sight of it, and
each post finds one of them: the words of a closed section are in no text that the post finds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from models.apart import changed_keys, in_place
from models.base import Value
from models.case import Case, Outcome
from models.posts import Post, Role
from models.release import release_of
from models.search_words import searchable_words
from models.visibility import Seen, Sight, readers, views


class Thing(StrEnum):
    """What is found."""

    CASE = "case"
    OUTCOME = "outcome"
    RECOMMENDATION = "recommendation"
    CIRCULATION = "circulation"


_READ_FOR_SEARCH: Mapping[str, Callable[[Any], object]] = {
    "directory": lambda directory: directory,
    "request": lambda request: request,
    "requesters": lambda codes: codes,
    "withdrew": lambda codes: codes,
    "participants": lambda found: [(one.member, one.state) for one in found.values()],
    "arrangements": lambda found: [one.concerned for one in found.values()],
    "recommendations": lambda found: found,
    "circulations": lambda found: found,
}
"""The parts of a case on which its texts and their readers depend beside outcomes, and what of each."""


class SearchText(Value):
    """One text. ``part`` names the thing within its kind; ``readers`` are the marks of the posts that find it.

    ``id`` is in the order of lists: a greater one is of a newer case, or of a thing that comes before in the same case.
    """

    id: int
    reference: str
    kind: Thing
    part: str
    text: str
    readers: tuple[str, ...]


def reader_key(post: Post) -> str:
    """How a post stands among the readers of a text; auditors are one. No word that is searched for is like it."""
    if post.role is Role.AUDITOR:
        return "@auditor"
    plain = (c if c.isalnum() or c in "/-" else f"_{ord(c):x}_" for c in post.casefold())
    return f"@{''.join(plain)}"


def texts_apart(before: Case, after: Case) -> tuple[dict[int, SearchText], dict[int, SearchText]]:
    """The texts of two states, by their id, without such as are surely the same in both.

    Asked of each step, so it does no more for a case of many outcomes than for one of few: the commonest steps, progress
    on an outcome and a contribution to a report, change none of the words that are searched, and a new outcome only its
    own.
    """
    if not _alike_beside_outcomes(before, after):
        return search_texts(before), search_texts(after)
    changed = changed_keys(before.outcomes, after.outcomes)
    titles = [title for title in changed if not _says_the_same(before.outcomes.get(title), after.outcomes[title])]
    if not titles and len(before.outcomes) == len(after.outcomes):
        return {}, {}
    if not in_place(before.outcomes, after.outcomes) or readers(before) != readers(after):
        return search_texts(before), search_texts(after)
    return search_texts(before, titles), search_texts(after, titles)


def _alike_beside_outcomes(before: Case, after: Case) -> bool:
    """Whether two states surely have the same texts and readers, as far as these are not of outcomes.

    What was released tells which outcomes were verified, and what reports recommend that were accepted.
    """
    if before.gates is not after.gates and _recused(before) != _recused(after):
        return False
    released = any(one.state == "released" for one in after.circulations.values())
    if released and (_verified(before) != _verified(after) or _recommended(before) != _recommended(after)):
        return False
    parts = ((getattr(before, name), getattr(after, name), read) for name, read in _READ_FOR_SEARCH.items())
    return all(old is new or read(old) == read(new) for old, new, read in parts)


def _recused(case: Case) -> list[Post]:
    return [post for post in case.directory.co_chairs if case.recused(post)]


def _verified(case: Case) -> list[str]:
    return [one.title for one in case.outcomes_in("verified")]


def _recommended(case: Case) -> list[int]:
    return list(case.followed_recommendations)


def _says_the_same(old: Outcome | None, new: Outcome) -> bool:
    return old is not None and _said_of(old) == _said_of(new)


def _said_of(one: Outcome) -> tuple[object, ...]:
    return one.title, one.owner, one.supporting, one.indicator, one.unit, one.note


def search_texts(case: Case, outcomes: Sequence[str] | None = None) -> dict[int, SearchText]:
    """All texts of a case, by their id; with ``outcomes`` (titles) only those of these, if the case has them."""
    shown, only, numbers = case, tuple(Thing), {title: number for number, title in enumerate(case.outcomes)}
    if outcomes is not None:
        named = {title: case.outcomes[title] for title in outcomes if title in case.outcomes}
        shown, only = case.model_copy(update={"outcomes": named}), (Thing.OUTCOME,)
    things: dict[tuple[Thing, int, str], dict[str, list[str]]] = {}
    said: dict[tuple[int, Sight], list[tuple[Thing, int, str, str]]] = {}
    seen_by_each = list(views(case, shown))  # kept, so that the same id is the same view
    for seen in seen_by_each:
        mark, alike = reader_key(seen.post), (id(seen.case), seen.sight)
        if alike not in said:
            said[alike] = [one for one in _things(shown, seen, numbers) if one[0] in only and one[3]]
        for kind, number, part, text in said[alike]:
            texts = things.setdefault((kind, number, part), {})
            texts.setdefault(text, []).append(mark)
    found = (
        SearchText.model_construct(
            id=_id(case.reference, kind, number, sight),
            reference=case.reference,
            kind=kind,
            part=part,
            text=text,
            readers=tuple(sorted(set(marks))),
        )
        for (kind, number, part), texts in things.items()
        for sight, (text, marks) in enumerate(texts.items())
    )
    return {one.id: one for one in found}


def text_columns(text: SearchText) -> dict[str, Any]:
    """A text as a row: its words and readers between blanks, as both databases compare them."""
    words = searchable_words(f"{text.reference} {text.text}" if text.kind in _NAMED else text.text)
    return {
        "id": text.id,
        "reference": text.reference,
        "kind": text.kind.value,
        "part": text.part,
        "text": text.text,
        "words": f" {' '.join(words)} ",
        "readers": f" {' '.join(text.readers)} ",
    }


_NAMED = (Thing.CASE, Thing.CIRCULATION)
"""Found by the reference too."""


def _id(reference: str, kind: Thing, number: int, sight: int) -> int:
    _, year, count = reference.split("-")
    place = (list(Thing).index(kind) << 24) | (min(number, 0xFFFF) << 8) | sight
    return (((int(year) << 20) | int(count)) << 26) | ((1 << 26) - 1 - place)


def _things(case: Case, seen: Seen, numbers: Mapping[str, int]) -> Iterator[tuple[Thing, int, str, str]]:
    """What a post sees: kind, number, name and text of each thing. ``numbers``: of the outcomes, in the whole case."""
    shown = seen.case
    yield Thing.CASE, 0, "", request_text(seen)
    for title, outcome in shown.outcomes.items():
        members = _names(case, (outcome.owner, *outcome.supporting))
        said = (outcome.title, outcome.indicator, outcome.unit, outcome.note, members)
        yield Thing.OUTCOME, numbers[title], title, _lines(said)
    for number, one in shown.recommendations.items():
        text = _lines((one.text, _names(case, (*one.to, one.owner))))
        yield Thing.RECOMMENDATION, number, str(number), text
    for number, circulation in shown.circulations.items():
        if circulation.state == "released":
            whole = case if seen.sight is Sight.CIRCULATED else shown
            release = release_of(whole, case.circulations[number] if whole is case else circulation)
            text = _lines((release.text, *release.outcomes, *release.recommendations))
            yield Thing.CIRCULATION, number, str(number), text


def request_text(seen: Seen) -> str:
    """The request as the post reads it, and who asked, as far as the post sees it: what is searched of it."""
    return _lines(_request(seen))


def _request(seen: Seen) -> Iterator[str]:
    case, request = seen.case, seen.case.request
    yield request.title
    yield request.situation
    yield request.where
    for route in request.routes:
        yield f"{' – '.join(case.directory.name(stop) for stop in route.stops)} {route.by}"
    for figure in request.figures:
        yield f"{figure.what} {figure.source}"
    yield _names(case, request.affected)
    yield request.done
    yield from request.asks
    for attached in request.attachments:
        yield attached.name
    if seen.sight is Sight.CASE:
        yield _names(case, case.requesters)


def _names(case: Case, codes: Iterable[str]) -> str:
    return ", ".join(case.directory.name(code) for code in dict.fromkeys(codes) if code)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line.strip() for line in lines if line.strip())
