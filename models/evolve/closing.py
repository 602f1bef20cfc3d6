"""Waivers."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.case.closing import Term
from models.evolve.handlers import changed, on, put
from models.posts import Post

_LONGEST = 20_000
"""As much as a text of the state holds (``models.base.Prose``)."""


@on(e.Waived)
def _(case: Case, event: e.Waived, at: datetime, by: Post) -> Case:
    if event.post is None:
        return changed(case, waivers=put(case.waivers, event.term, event.text))
    words = put(case.waiver_words.get(event.term, {}), event.post, event.text)
    said_at = put(case.waived_at.get(event.term, {}), event.post, at)
    case = changed(
        case, waiver_words=put(case.waiver_words, event.term, words), waived_at=put(case.waived_at, event.term, said_at)
    )
    if not event.by_both:
        return case
    whole = "\n".join(f"{post}: {text}" for post, text in words.items())[:_LONGEST]
    return changed(case, waivers=put(case.waivers, event.term, whole))


def without_waiver(case: Case, term: Term, post: Post) -> Case:
    """The case where a post has said nothing for waiving a term: it is waived no more."""
    words = {by: text for by, text in case.waiver_words.get(term, {}).items() if by != post}
    said_at = {by: at for by, at in case.waived_at.get(term, {}).items() if by != post}
    others = {one: said for one, said in case.waiver_words.items() if one is not term}
    dates = {one: said for one, said in case.waived_at.items() if one is not term}
    return changed(
        case,
        waivers={one: text for one, text in case.waivers.items() if one is not term},
        waiver_words={**others, term: words} if words else others,
        waived_at={**dates, term: said_at} if said_at else dates,
    )
