"""Posts. Their holders stand in the directory: in the case nothing changes but what is offered or contested."""

from datetime import datetime

from models import events as e
from models.case import Case, Offer
from models.evolve.closing import without_waiver
from models.evolve.gates import with_contested
from models.evolve.handlers import changed, on, put
from models.evolve.outcomes import unsaid_of
from models.posts import Post


@on(e.Delegated)
def _(case: Case, event: e.Delegated, at: datetime, by: Post) -> Case:
    return case


@on(e.HandOverOffered)
def _(case: Case, event: e.HandOverOffered, at: datetime, by: Post) -> Case:
    to = event.to
    return changed(
        case, offers=put(case.offers, event.post, Offer(name=to.name, email=to.email, language=to.language, at=at))
    )


@on(e.HandedOver)
def _(case: Case, event: e.HandedOver, at: datetime, by: Post) -> Case:
    """What was offered before of the post does not stand any more, whoever has it now."""
    if event.post not in case.offers:
        return case
    return changed(case, offers={post: offer for post, offer in case.offers.items() if post != event.post})


@on(e.Contested)
def _(case: Case, event: e.Contested, at: datetime, by: Post) -> Case:
    recording = case.recordings.get(event.entry)
    if recording is not None:
        case = changed(case, recordings=put(case.recordings, event.entry, changed(recording, contested_at=at)))
    for title in event.outcomes:
        case = unsaid_of(case, title, event.post.member)
    for term in event.waivers:
        case = without_waiver(case, term, event.post)
    return with_contested(case, event, at)
