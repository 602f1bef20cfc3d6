"""Stale forms: a command that was prepared before somebody else changed what it is about is refused.

Each rule names the part of a case that it changes (``models.rules.table.Rule.part``); the newest change of each part is
kept in ``Case.touched``.
"""

from models.base import Value
from models.case import Case, GateName
from models.commands import Admit, Agree, GiveConsent, Object, TakeOn
from models.refusal import RefusalKind, Refused
from models.rules.context import RuleContext
from models.rules.table import RULES, Rule

_ABOUT = {
    GateName.ACTIVATION: ("request",),
    GateName.PARTICIPANTS: ("participants",),
    GateName.EXTENSION: ("extend",),
    GateName.TERMINATION: ("terminate",),
    GateName.REPORT: ("report",),
    GateName.CIRCULATION: ("circulate",),
    GateName.CLOSURE: ("close", "waive", "report"),
}
"""What a gate is about: when that changes, a position prepared before is stale."""

RECOVERED = "recovered"
"""What was taken over from the log may have changed any part: whatever was prepared before it is stale."""


def part_changed(context: RuleContext, body: Value, rule: Rule) -> str:
    """The part of a case that a command changes; commands on different parts never make each other stale.

    A position is a part of its own: the two Co-Chairs may decide at the same moment. So is what a post says
    for itself: two members may answer their invitations at the same moment.
    """
    if rule.do == "decide":
        return f"position:{_gate_meant(context.case, body)}:{context.by}"
    if rule.do == "answer":
        return f"gate:{_gate_meant(context.case, body)}"
    if rule.own_word:
        return rule.part or f"{rule.do}:{context.by}"
    if isinstance(body, Admit | Object) and body.member:
        return f"admit:{body.member}"
    for field in ("gate", "outcome", "arrangement", "meeting"):
        named = getattr(body, field, None)
        if isinstance(named, str):
            return f"{field}:{named}"
    return rule.part or rule.do


def _gate_meant(case: Case, body: Value) -> str:
    gate = getattr(body, "gate", None)
    if gate is None and len(case.open_gates) == 1:
        gate = case.open_gates[0].name
    return str(gate.value) if gate else ""


def _what_is_agreed_to(body: Value) -> list[str]:
    """What a post says yes to with a word of its own: it must be what it has read. Others' words do not change it."""
    match body:
        case GiveConsent():
            return ["circulate"]
        case Agree():
            return [f"arrangement:{body.arrangement}"]
        case TakeOn():
            return [f"outcome:{body.outcome}"]
        case _:
            return []


def must_be_fresh(context: RuleContext, body: Value, rule: Rule, subject: str, seen: int | None) -> None:
    """Refuse a command whose part of the case has changed after entry ``seen``, the newest that its sender saw."""
    if seen is None:
        return
    watched = [subject, RECOVERED]
    if rule.own_word:
        watched = _what_is_agreed_to(body)
    if subject.startswith("position:"):
        gate = _gate_meant(context.case, body)
        watched += [f"gate:{gate}", *(_ABOUT.get(GateName(gate), ()) if gate else ())]
    for part in watched:
        last = context.case.touched.get(part)
        if last is not None and last.seq > seen:
            what = RULES[last.do].phrase if last.do in RULES else last.do
            raise Refused(
                RefusalKind.CONFLICT,
                f"{last.by} has changed this since you looked (entry {last.seq} of the history: {what}); "
                "look again before you decide.",
            )
