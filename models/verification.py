"""Who verifies an outcome: nobody one of its own member's, and nobody in whose place another sits."""

from models.case import Case, Outcome
from models.policy import TermsCovered
from models.posts import Post


def co_chairs_or_substitutes(case: Case) -> tuple[Post, ...]:
    """Whose word on an outcome or a waiver is a Co-Chair's; in cases of before, both Co-Chairs always."""
    by_the_record = case.policy.terms_covered is TermsCovered.RECORD
    return case.directory.co_chairs if by_the_record else case.sitting


def verifiers(case: Case, outcome: Outcome) -> tuple[Post, ...]:
    """Who may verify: Co-Chairs or their substitutes that do not own or support it; if there is none, the Steering Group.

    In cases of before, both Co-Chairs, whoever owns it.
    """
    if case.policy.terms_covered is TermsCovered.RECORD:
        return case.directory.co_chairs
    own = (outcome.owner, *outcome.supporting)
    others = tuple(post for post in case.sitting if post.member not in own)
    recused = [post.member for post in case.directory.co_chairs if case.recused(post)]
    members = case.directory.steering_group
    return others or tuple(post for post in members if post.member not in (*own, *recused))
