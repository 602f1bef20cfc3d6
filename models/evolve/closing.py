"""Waivers."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.evolve.handlers import changed, on, put
from models.posts import Post

_LONGEST = 20_000
"""As much as a text of the state holds (``models.base.Prose``)."""


@on(e.Waived)
def _(case: Case, event: e.Waived, at: datetime, by: Post) -> Case:
    if event.post is None:
        return changed(case, waivers=put(case.waivers, event.term, event.text))
    words = put(case.waiver_words.get(event.term, {}), event.post, event.text)
    case = changed(case, waiver_words=put(case.waiver_words, event.term, words))
    if not event.by_both:
        return case
    whole = "\n".join(f"{post}: {text}" for post, text in words.items())[:_LONGEST]
    return changed(case, waivers=put(case.waivers, event.term, whole))
