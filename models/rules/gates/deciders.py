"""Who decides at a gate: the Co-Chairs, and whoever takes the place of one that does not."""

from collections.abc import Mapping

from models.case import Case, Decider
from models.policy import ConflictRule
from models.posts import Post, Role


def deciders_of(case: Case, sitting: Mapping[Post, Decider] | None = None) -> tuple[Decider, ...]:
    """The deciders, one for each Co-Chair; a place that a substitute already holds stays with it."""
    sitting = sitting or {}
    deciders: list[Decider] = []
    for place in case.directory.co_chairs:
        others = [decider.post for decider in (*deciders, *sitting.values())]
        holder = sitting.get(place)
        if holder is not None and holder.post != place:
            # A substitute stays, unless it has become affected itself and another is left.
            heir = substitute(case, others) if concerned(case, holder.post) else None
            deciders.append(Decider(post=heir, place_of=place) if heir else holder)
            continue
        interest = case.is_requester(place.member)
        stands_in = None
        if interest and case.policy.conflict_rule is ConflictRule.RECUSE:
            stands_in = substitute(case, others)
        deciders.append(Decider(post=stands_in or place, place_of=place, interest=interest and stands_in is None))
    return tuple(deciders)


def substitute(case: Case, taken: list[Post]) -> Post | None:
    """The post that takes a recused Co-Chair's place: the first of the policy's order that is not affected."""
    for code in case.policy.substitutes:
        post = Post.of(code, Role.STEERING_GROUP)
        if not concerned(case, post) and case.directory.holds(post) and post not in taken:
            return post
    return None


def concerned(case: Case, post: Post) -> bool:
    """Whether the post's member is a requester or named as affected."""
    return case.is_requester(post.member) or post.member in case.request.named_as_affected
