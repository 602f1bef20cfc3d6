"""The table of all rules: for each command who may give it, in which stages, and what then follows."""

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any

from models.case import Case, Stage
from models.posts import Post
from models.rules.actors import Actor
from models.rules.context import RuleContext


@dataclass(frozen=True)
class Rule:
    """One row of the table: who may give a command, in which stages, and what then follows.

    ``apply`` is the rule itself: it emits the events, or refuses. ``ready`` tells whether the case has anything that the
    command could be about, so that pages offer only what can be done. ``part`` is the part of a case that it changes,
    where none of the command's fields names it (``staleness``).
    ``own_word``: what a post says for itself or adds; it is never stale because another post has said or added the like.
    """

    do: str
    phrase: str
    who: tuple[Actor, ...]
    stages: frozenset[Stage]
    apply: Callable[[RuleContext, Any], None]
    ready: Callable[[Case, Post], bool]
    part: str
    own_word: bool

    @property
    def who_words(self) -> str:
        """Who may give the command, as ``a Co-Chair or the secretariat``."""
        return " or ".join(who.words for who in self.who)

    def admits(self, case: Case, post: Post, *, of_before: bool = False) -> bool:
        """Whether the post is one that may give this command; ``of_before``: as commands of before were admitted."""
        tests = [(who.once if of_before else None) or who.test for who in self.who]
        return any(test(case, post) for test in tests)


RULES: dict[str, Rule] = {}
"""Every command's rule; filled by the modules of this package."""

OPEN_STAGES = frozenset(stage for stage in Stage if not stage.ended and stage is not Stage.DRAFT)
"""The stages in which the procedure runs: submitted and not ended."""

AT_WORK = frozenset((Stage.OPERATIONAL, Stage.REPORTING))
"""The stages in which the group works or reports."""

SELECTION = frozenset((Stage.PARTICIPANT_SELECTION,))

AFTER_THE_END = frozenset((Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN, Stage.TERMINATED))
"""The ends after which the wider membership can still be told, and nothing else changes."""

GROUP_AT_WORK = SELECTION | AT_WORK
"""The stages from the beginning of the group to its report."""


def rule(
    do: str,
    phrase: str,
    who: Actor | tuple[Actor, ...],
    stages: Set[Stage] = OPEN_STAGES,
    ready: Callable[[Case, Post], bool] = lambda case, post: True,
    part: str = "",
    own_word: bool = False,
) -> Callable[[Callable[[RuleContext, Any], None]], Callable[[RuleContext, Any], None]]:
    """Put a rule into the table: ``phrase`` completes "may ..."."""

    def register(apply: Callable[[RuleContext, Any], None]) -> Callable[[RuleContext, Any], None]:
        whose = who if isinstance(who, tuple) else (who,)
        RULES[do] = Rule(do, phrase, whose, frozenset(stages), apply, ready, part, own_word)
        return apply

    return register
