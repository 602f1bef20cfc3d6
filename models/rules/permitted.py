"""The commands that a post may give in a case now, by the same table that decides on its commands."""

from models.agenda import waiting_on
from models.case import Case
from models.posts import Post
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


def allowed_sentence(case: Case, post: Post) -> str:
    """The sentence on what the post may do now, and whom the case waits for."""
    may = ", ".join(allowed(case, post)) or "nothing"
    waiting = ", ".join(waiting_on(case))
    whose = f"it waits for {waiting}" if waiting else "it waits for nobody"
    return f"The case is in {case.stage.words} and {whose}; {post} may now do: {may}."
