"""Cases at moments of the procedure, for the rules to be asked about: none is changed by asking."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from models.policy import policy_with
from models.recommendation import FollowUp, follow_up_of, open_follow_up
from tests.tabletop import Tabletop

AU, ID, NZ, RSO = "AU/co-chair", "ID/co-chair", "NZ/steering-group", "RSO/secretariat"
SECOND = {"name": "Second Holder", "email": "second@example.org"}
NET = {"outcome": "Radio net"}
PICTURE = {"arrangement": "Weekly picture"}
WHY = {"text": "For a reason."}


class Situation(NamedTuple):
    """A case at a moment, for the rules to be asked about; ``follow_up``: of its recommendation."""

    table: Tabletop
    follow_up: FollowUp | None = None


def _decided(table: Tabletop, gate: str) -> None:
    """Both decide at a gate; Indonesia's Co-Chair recuses itself, and New Zealand sits in its place."""
    table.do(ID, "decide", {"gate": gate, "position": "recuse"})
    for post in (AU, NZ):
        table.do(post, "decide", {"gate": gate, "position": "approve"})


_STEPS: Mapping[str, tuple[str, tuple[tuple[str, str, Mapping[str, Any]], ...]]] = {
    "nothing": ("", ()),
    "submitted": (
        "nothing",
        (
            (
                "MY/focal-point",
                "submit",
                {
                    "title": "Boats",
                    "situation": "Boats leave.",
                    "affected": ["MY", "TH", "BD"],
                    "grounds": [{"ground": "landing"}],
                },
            ),
        ),
    ),
    "returned": ("submitted", ((RSO, "return", {"missing": ["sources"]}),)),
    "review": ("submitted", ((RSO, "accept", {}), (ID, "decide", {"gate": "activation", "position": "recuse"}))),
    "question": ("review", ((AU, "decide", {"gate": "activation", "position": "ask", "text": "Why?"}),)),
    "listed": (
        "review",
        (
            *((post, "decide", {"gate": "activation", "position": "approve"}) for post in (AU, NZ)),
            (NZ, "propose", {"members": ["IOM", "LK", "VN"], "observers": ["PK"], "text": "on the route"}),
        ),
    ),
    "selection": (
        "listed",
        (
            ("", "participants", {}),
            *((f"{code}/focal-point", "respond", {"answer": "accept"}) for code in ("TH", "BD", "PK", "IOM", "VN")),
            ("VN/focal-point", "leave", {}),
        ),
    ),
    "work": (
        "selection",
        (
            (AU, "convene", {}),
            (AU, "add_outcome", {"title": "Radio net", "owner": "TH", "target": 3, "due": "2026-08-01"}),
            ("TH/focal-point", "take_on", NET),
            (RSO, "add_arrangement", {"title": "Weekly picture", "parties": ["MY", "TH"], "every": "weekly"}),
            *((f"{code}/focal-point", "agree", PICTURE) for code in ("MY", "TH")),
            (RSO, "schedule_meeting", {"title": "First meeting", "starts": "2026-03-30T09:00:00+07:00"}),
        ),
    ),
    "admitted": ("work", ((NZ, "admit", {"member": "JP"}), ("", "wait", {}))),
    "named": ("work", ((AU, "add_outcome", {"title": "Interviews", "owner": "BD"}),)),
    "told": ("accepted", ((RSO, "circulate", {"what": "nothing"}), ("", "circulation", {}))),
    "proposed_text": ("accepted", ((RSO, "circulate", {"what": "summary", "names": ["BD"], "text": "It met."}),)),
    "done": ("work", (("TH/focal-point", "done", NET),)),
    "verified": ("done", ((AU, "verify", {**NET, "text": "It is enough."}),)),
    "proposed": ("work", ((RSO, "add_arrangement", {"title": "Contacts", "parties": ["TH", "MY"]}),)),
    "suspended": ("work", ((RSO, "suspend", WHY),)),
    "drafting": ("verified", ((RSO, "open_report", {"kind": "final"}), ("MY/focal-point", "contribute", WHY))),
    "tabled": (
        "drafting",
        ((RSO, "recommend", {"text": "Keep them current.", "to": ["TH"], "owner": "BD"}), (RSO, "table", WHY)),
    ),
    "accepted": ("tabled", (("", "wait", {}), ("", "report", {}))),
    "circulating": (
        "accepted",
        ((RSO, "circulate", {"what": "summary", "names": ["BD"], "text": "It met."}), ("", "circulation", {})),
    ),
    "offered": ("work", (("BD/focal-point", "hand_over", {"to": SECOND}),)),
    "recorded": (
        "work",
        ((RSO, "act_for", {"post": "BD/focal-point", "how": "letter", **WHY, "command": {"do": "situation_update"}}),),
    ),
}
"""How each situation comes about: from which, by which acts. An act of nobody is the decision at that gate, or time."""


SITUATIONS = tuple(_STEPS)
"""Their names."""


@cache
def situation(name: str) -> Situation:
    """The case in a situation; it is asked, and never changed."""
    before, acts = _STEPS[name]
    table = Tabletop(policy_with({}))
    if before:
        earlier = situation(before).table
        table.case, table.now = earlier.case, earlier.now
    for by, do, fields in acts:
        if by:
            table.do(by, do, fields)
        elif do == "wait":
            table.wait(timedelta(days=30))
        else:
            _decided(table, do)
    followed = None
    if name == "accepted":
        followed = open_follow_up(follow_up_of(table.case, 1), table.now)[0]
    return Situation(table, followed)
