"""Checks before a rule, with their sentences of refusal: does the post exist, may it give the command, in this stage?"""

from models.case import Case, Stage
from models.policy import Circulating
from models.posts import Post
from models.refusal import RefusalKind, Refused
from models.rules.circulation import pending_circulation
from models.rules.table import Rule


def changes_still(case: Case, rule: Rule) -> bool:
    """Whether a case that has ended may still change by a command: the wider membership can be told of it.

    What does not begin a circulation is for one that is under way.
    """
    if not case.stage.final:
        return True
    told_still = case.policy.circulating is Circulating.AT_EVERY_TURN and case.stage in rule.stages
    return told_still and (rule.do == "circulate" or pending_circulation(case) is not None)


def must_be_admitted(case: Case, rule: Rule, by: Post, besides: str = "", *, of_before: bool = False) -> None:
    """Refuse a post that is not there or may not give the command, and a stage in which nobody may.

    ``besides``: what a refusal for the stage says besides. ``of_before``: as in ``Rule.admits``.
    """
    only = f"Only {rule.who_words} may {rule.phrase}"
    if not case.directory.holds(by):
        raise Refused(RefusalKind.FORBIDDEN, f"There is no post {by} in the directory. {only}.")
    in_time = case.stage in rule.stages
    if not rule.admits(case, by, of_before=of_before):
        lacks = rule.who[0].lacking(case, by) if len(rule.who) == 1 else ""
        when = "" if in_time else _not_now(case, rule)
        sentence = " ".join(filter(None, (f"{only}; {by} may not.", lacks, when, "" if in_time else besides)))
        raise Refused(RefusalKind.FORBIDDEN, sentence)
    if not in_time:
        raise Refused(RefusalKind.CONFLICT, f"{_not_now(case, rule)} {besides}".strip())


def _not_now(case: Case, rule: Rule) -> str:
    """That the stage is another than those in which the command is given."""
    stages = [stage for stage in Stage if stage in rule.stages]
    at = [*Stage].index(case.stage)
    early, late = at < [*Stage].index(stages[0]), at > [*Stage].index(stages[-1])
    time = "It is too early" if early else "It is too late" if late else "It is not the time"
    done_at = " or ".join(filter(None, (", ".join(one.words for one in stages[:-1]), stages[-1].words)))
    return f"{time} to {rule.phrase}: the case is at the stage {case.stage.words}, and this is done at {done_at}."
