"""Cases as mails name them: title, stage, the names of members, and what the policy says of dates and links."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import Value
from models.case import Stage
from models.policy import Policy
from models.tables.cases import CaseRow
from notifications.wording import About
from records import queries

_KNOWN_CASES = 500


class _CaseFacts(Value):
    """The fields of ``About`` that never change in a case."""

    names: dict[str, str]
    default_policy: bool
    answers_by_link: tuple[str, ...]


class CaseNames:
    """Reads cases as mails name them. It keeps at hand what never changes, and each case as it was last named."""

    def __init__(self) -> None:
        self._facts: dict[str, _CaseFacts] = {}
        self._last: dict[str, About] = {}

    async def about(self, connection: AsyncConnection, case: CaseRow) -> About:
        """A case as mails name it."""
        reference = case.reference
        if reference not in self._facts:
            facts = _facts_of((await queries.entries(connection, reference, limit=1))[0].event)
            if len(self._facts) >= _KNOWN_CASES:
                self._facts.clear()
                self._last.clear()
            self._facts[reference] = facts
        about = About(
            reference=reference, title=case.title, stage=Stage(case.stage).words, **dict(self._facts[reference])
        )
        if about != self._last.get(reference):
            self._last[reference] = about
        return self._last[reference]  # the same object while it says the same: it is compared for every mail


def _facts_of(submitted: Mapping[str, Any]) -> _CaseFacts:
    policy = Policy.model_validate(submitted["policy"])
    members = submitted["directory"]["members"]
    return _CaseFacts(
        names={code: member["name"] for code, member in members.items()},
        default_policy=policy == Policy.default(),
        answers_by_link=policy.answers_by_link,
    )
