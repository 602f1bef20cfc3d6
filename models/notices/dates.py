"""The dates of what a post has to do, for its calendar."""

from models.case import Case
from models.duties import open_duties
from models.notices.facts import DutyFact
from models.posts import Post


def moved(case: Case, post: Post) -> tuple[DutyFact, ...]:
    """The duties of a post with their dates, after all of them have moved or are another holder's."""
    mine = (duty for duty in open_duties(case) if duty.post == post and duty.due is not None)
    return tuple(dict.fromkeys(DutyFact(do=duty.do, about=duty.about, due=duty.due) for duty in mine))
