"""Cases brought to a stage, and small questions about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.case import Clock, GateName, Stage
from models.policy import Policy, policy_with
from models.refusal import RefusalKind, Refused
from tests.tabletop import REQUEST, Tabletop

AU, ID = "AU/co-chair", "ID/co-chair"
LK, MY, TH, MM = (f"{code}/focal-point" for code in ("LK", "MY", "TH", "MM"))
NZ, IOM = "NZ/steering-group", "IOM/steering-group"
RSO = "RSO/secretariat"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
"""10:00 in Bangkok and Jakarta, 14:00 in Sydney."""


def submitted(requester: str = LK, policy: Policy | None = None, **fields: Any) -> Tabletop:
    """A case that has been submitted."""
    table = Tabletop(policy, MONDAY)
    table.do(requester, "submit", {**REQUEST, **fields})
    return table


def in_review(requester: str = LK, policy: Policy | None = None, **fields: Any) -> Tabletop:
    """A case before the Co-Chairs."""
    table = submitted(requester, policy, **fields)
    table.do(RSO, "accept")
    return table


def approve(table: Tabletop, gate: str) -> None:
    """Both deciders approve."""
    for decider in table.case.gates[GateName(gate)].deciders:
        table.do(decider.post, "decide", {"gate": gate, "position": "approve"})


def in_selection(requester: str = LK, policy: Policy | None = None, **fields: Any) -> Tabletop:
    """An activation is approved; the list is before the Co-Chairs."""
    table = in_review(requester, policy, **fields)
    approve(table, "activation")
    return table


def invited(policy: Policy | None = None, **fields: Any) -> Tabletop:
    """The list is confirmed; MY, TH, IOM and UNHCR are invited."""
    table = in_selection(policy=policy, **fields)
    approve(table, "participants")
    return table


def at_work(policy: Policy | None = None, **fields: Any) -> Tabletop:
    """The group is at work: LK, MY, TH, IOM and UNHCR."""
    table = invited(policy, **fields)
    for member in ("MY", "TH", "IOM", "UNHCR"):
        table.do(f"{member}/focal-point", "respond", {"answer": "accept"})
    assert table.case.stage is Stage.OPERATIONAL
    return table


def reporting(policy: Policy | None = None) -> Tabletop:
    """The final report is open."""
    table = at_work(policy)
    table.do(RSO, "open_report")
    return table


def reported(policy: Policy | None = None) -> Tabletop:
    """The final report is accepted, with one recommendation."""
    table = reporting(policy)
    table.do(RSO, "recommend", {"text": "Share routes", "to": ["MY"], "owner": "TH", "due": "2026-09-01"})
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    approve(table, "report")
    return table


def stage_of(table: Tabletop) -> Stage:
    """Where the case is now."""
    return table.case.stage


def clock_of(table: Tabletop) -> Clock:
    """Whether its deadlines run now."""
    return table.case.clock


def refuses(table: Tabletop, by: str, do: str, fields: dict[str, Any] | None = None, **more: Any) -> Refused:
    """The refusal of a command; nothing has changed."""
    before = table.case
    with pytest.raises(Refused) as caught:
        table.do(by, do, fields, **more)
    assert table.case is before
    return caught.value


def policy(**differences: Any) -> Policy:
    """The default policy with differences."""
    return policy_with(differences)


def forbidden(refused: Refused) -> bool:
    """Whether the post is another's."""
    return refused.why is RefusalKind.FORBIDDEN
