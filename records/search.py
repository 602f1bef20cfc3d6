"""Searching the texts of cases: only those that the post that asks may find (``models/search.py``), newest case first.

A query is words, all of which must be found; no sign in it means anything to a database. Both databases compare the same
words and marks of readers, and so find the same. A page costs the same however many cases there are:

- SQLite's FTS5 goes through the texts of a word from the newest on, and stops when the page is full.
- PostgreSQL's index of words cannot be read in order. Words that many texts have are found by looking at the newest
  texts themselves (``_LOOKED_AT``); where that does not fill the page the words are rare, and the index is asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.likeness import ENOUGH
from models.posts import Post
from models.search import Thing, reader_key
from models.search_words import terms_of
from records import lists

HITS_A_PAGE = 25
FIRST_HIT = (1 << 63) - 1
"""Where the first page begins."""

_LOOKED_AT = 3000
_LIKENED = 200
_COLUMNS = "t.id, t.reference, t.kind, t.part, substr(t.text, 1, 60000) AS text"


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that was found: of which case and part, its beginning, and the case as the post's list shows it."""

    id: int
    reference: str
    kind: Thing
    part: str
    text: str
    case: lists.ListedCase


async def find_texts(
    connection: AsyncConnection,
    reader: Post,
    query: str,
    *,
    kind: Thing | None = None,
    after: int = FIRST_HIT,
    limit: int = HITS_A_PAGE,
) -> list[Hit]:
    """A page of what a post finds.

    ``after``: the id of the last hit of the page before. A query without words finds nothing.
    """
    terms = terms_of(query)
    if not terms:
        return []
    rows = await _found(connection, reader, [[term] for term in terms], _COLUMNS, kind, after, limit)
    cases = await lists.cases_named(connection, reader, {row.reference for row in rows})
    return [
        Hit(row.id, row.reference, Thing(row.kind), row.part, row.text, cases[row.reference])
        for row in rows
        if row.reference in cases
    ]


async def similar_cases(
    connection: AsyncConnection, reader: Post, weights: dict[str, float], limit: int = 3
) -> list[lists.ListedCase]:
    """The cases that a post sees and whose texts share the most with the given words, as its list shows them.

    Looks at the newest of those that share anything. ``weights``: how much each word counts (``models/likeness.py``).
    """
    if not weights:
        return []
    words = sorted(weights, key=lambda word: -weights[word])[:40]
    columns = "t.id, t.reference, t.words"
    rows = await _found(connection, reader, [words], columns, Thing.CASE, FIRST_HIT, _LIKENED)
    scores: dict[str, float] = {}
    for row in rows:
        there = set(row.words.split())
        score = sum(weight for word, weight in weights.items() if word in there)
        if score >= ENOUGH:
            scores[row.reference] = max(score, scores.get(row.reference, 0.0))
    best = sorted(scores, key=lambda reference: (scores[reference], reference), reverse=True)[:limit]
    cases = await lists.cases_named(connection, reader, best)
    return [cases[reference] for reference in best if reference in cases]


async def _found(
    connection: AsyncConnection,
    reader: Post,
    terms: Sequence[Sequence[str]],
    columns: str,
    kind: Thing | None,
    after: int,
    limit: int,
) -> Sequence[Row[Any]]:
    """Texts that have, of each of the ``terms``, one at least."""
    of_kind = "AND kind = :kind" if kind else ""
    given = {"after": after, "limit": limit, **({"kind": kind.value} if kind else {})}
    mark = reader_key(reader)
    if connection.dialect.name == "sqlite":
        statement = _FTS5.format(columns=columns, of_kind=of_kind)
        return await _rows(connection, statement, given, match=_match(terms, mark))
    looked_at = {**given, **_likes(terms, mark), "looked_at": _LOOKED_AT}
    statement = _NEWEST.format(columns=columns, of_kind=of_kind, where=" AND ".join(_conditions(terms)))
    newest = await _rows(connection, statement, looked_at)
    if len(newest) >= limit:
        return newest
    statement = _LEXEMES.format(columns=columns, of_kind=of_kind)
    return await _rows(connection, statement, given, query=_tsquery(terms, mark))


async def _rows(connection: AsyncConnection, statement: str, given: dict[str, Any], **more: Any) -> Sequence[Row[Any]]:
    return (await connection.execute(text(statement), {**given, **more})).all()


# SQLite ----------------------------------------------------------------------------------------------------------------

_FTS5 = """
    SELECT {columns} FROM search_index JOIN search_texts AS t ON t.id = search_index.rowid
    WHERE search_index MATCH :match AND search_index.rowid < :after {of_kind}
    ORDER BY search_index.rowid DESC LIMIT :limit
"""


def _match(terms: Sequence[Sequence[str]], mark: str) -> str:
    """The query in FTS5's language; words and marks hold no quotation mark."""
    alternatives = (" OR ".join(f'"{term}"{" *" if len(term) > 1 else ""}' for term in some) for some in terms)
    return " AND ".join([*(f"({one})" for one in alternatives), f'"{mark}"'])


# PostgreSQL ------------------------------------------------------------------------------------------------------------

_NEWEST = """
    SELECT {columns} FROM (SELECT * FROM search_texts WHERE id < :after ORDER BY id DESC LIMIT :looked_at) AS t
    WHERE {where} {of_kind} ORDER BY id DESC LIMIT :limit
"""
# "+ 0", or the index of ids would be read whole and laid over that of the words.
_LEXEMES = """
    WITH found AS MATERIALIZED (
        SELECT * FROM search_texts
        WHERE search_lexemes(words, readers) @@ CAST(:query AS tsquery) AND id + 0 < :after {of_kind}
    )
    SELECT {columns} FROM found AS t ORDER BY id DESC LIMIT :limit
"""


def _conditions(terms: Sequence[Sequence[str]]) -> Iterable[str]:
    yield "readers LIKE :mark"
    for n, some in enumerate(terms):
        yield f"({' OR '.join(f'words LIKE :term_{n}_{m}' for m in range(len(some)))})"


def _likes(terms: Sequence[Sequence[str]], mark: str) -> dict[str, str]:
    words = {
        f"term_{n}_{m}": f"% {term}%" if len(term) > 1 else f"% {term} %"
        for n, some in enumerate(terms)
        for m, term in enumerate(some)
    }
    return {**words, "mark": "% {} %".format(mark.replace("_", "\\_"))}


def _tsquery(terms: Sequence[Sequence[str]], mark: str) -> str:
    """The query as lexemes, each of them whole: beginnings of words are lexemes of their own."""
    alternatives = (" | ".join(f"'{term}'" for term in some) for some in terms)
    return " & ".join([*(f"({one})" for one in alternatives), f"'{mark}'"])
