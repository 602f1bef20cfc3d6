"""The commands that a post may give in a case now, by the same table that decides on its commands."""

from models.agenda import waiting_on
from models.case import Case
from models.posts import Post
from models.refusal import Permitted
from models.rules.admission import changes_still
from models.rules.table import RULES


def allowed(case: Case, post: Post) -> tuple[str, ...]:
    """The names of the commands that a post may give now."""
    if not case.directory.holds(post):
        return ()
    return tuple(
        rule.do
        for rule in RULES.values()
        if case.stage in rule.stages
        and changes_still(case, rule)
        and rule.admits(case, post)
        and rule.ready(case, post)
    )


def permitted(case: Case, post: Post) -> Permitted:
    """What the post may do now, where the case is, and whom it waits for."""
    return Permitted(case.reference, post, allowed(case, post), case.stage, waiting_on(case))
