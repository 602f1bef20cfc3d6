"""The rules: (state, command, now) -> events, or a refusal that says what is allowed and who may do it.

The workflow, the pages, the API and the mails ask here, and a rule stands nowhere else. By stage of the case:

submitted              ``request``: completeness, return, resubmission, joining, withdrawing
Co-Chair review        ``gates``: every point where Co-Chairs decide, whatever the stage
participant selection  ``participants``: proposal, comments, invitations, later admission; ``composition``: the minimum
operational            ``outcomes`` (a), ``arrangements`` (b), ``meetings``, ``duration``: extension, end, suspension
reporting              ``reporting`` (c) with the silence procedure, ``circulation`` with consent, ``closing``
at any time            ``posts``: delegation and handing over; ``clock``: what follows where nobody acted

``who`` says which posts a rule admits, ``turn`` holds the table of all rules.
"""

from datetime import UTC, datetime

from models.agenda import next_act, waiting_on
from models.base import Value
from models.calendars import Calendars
from models.case import Case, GateName, Touch
from models.commands import ActFor, Command
from models.evolve import evolve
from models.log import CLOCK, ActedFor, Entry, event_of, seal
from models.members import Directory
from models.policy import Policy
from models.posts import SECRETARIAT, Post, Role
from models.refusal import Refused, Why
from models.rules import (
    arrangements,
    circulation,
    clock,
    closing,
    duration,
    gates,
    meetings,
    outcomes,
    participants,
    posts,
    reporting,
    request,
)
from models.rules.admission import must_be_admitted
from models.rules.closing import terms_of_reference
from models.rules.turn import RULES, Turn

__all__ = ["RULES", "Taken", "allowed", "blank", "decide", "replay", "strike", "take_over", "terms_of_reference"]

_PARTS = (
    request,
    gates,
    participants,
    outcomes,
    arrangements,
    meetings,
    duration,
    reporting,
    circulation,
    closing,
    posts,
    clock,
)
"""Importing them has filled the table."""

_RECENT = 100
"""How many command ids a case remembers; the log knows all of them."""


class Taken(Value):
    """A step that the rules allow: the case before and after it, and the entries to record."""

    before: Case
    after: Case
    entries: tuple[Entry, ...]


# asking the rules -------------------------------------------------------------------------------------------


def decide(case: Case, command: Command, now: datetime) -> Taken:
    """What a command does to a case at ``now`` (aware; case time).

    Raises:
        Refused: the stage, the post or the case does not allow it. Nothing has happened.
    """
    now = now.astimezone(UTC)
    body: Value = command.body
    by, acted_for = command.by, None
    try:
        if isinstance(body, ActFor):
            _may_act_for(case, by, body)
            acted_for = ActedFor(by=by, how=body.how, why=body.text)
            by = body.post
            body = body.command
        turn = Turn(case, by, now)
        subject = _unfold(turn, body, command.seen)
    except Refused as refused:
        refused.allowed = allowed_sentence(case, command.by)
        raise
    return _taken(turn, command.id, acted_for, _name(body), subject)


def _name(body: Value) -> str:
    return str(type(body).model_fields["do"].default)


def _unfold(turn: Turn, body: Value, seen: int | None) -> str:
    do = _name(body)
    rule = RULES.get(do)
    if rule is None:
        raise Refused(Why.INVALID, f"The command {do!r} is not one that a case takes.")
    case, by = turn.case, turn.by
    if case.stage.final:
        raise Refused(Why.CONFLICT, f"The case {case.reference} is {case.stage.words}; it does not change any more.")
    must_be_admitted(case, rule, by, _evidence_missing(case) if do == "close" else "")
    subject = _subject(turn, body, do)
    _must_be_fresh(turn, body, subject, seen)
    rule.unfold(turn, body)
    return subject


def _evidence_missing(case: Case) -> str:
    """Why a case could not be closed in any stage yet."""
    missing = [f"({term.value})" for term, state in terms_of_reference(case).items() if state == "open"]
    if not missing:
        return ""
    return f"The terms of reference {' and '.join(missing)} have neither evidence nor a stated waiver."


def _may_act_for(case: Case, by: Post, body: ActFor) -> None:
    if by != SECRETARIAT:
        raise Refused(Why.FORBIDDEN, f"Only the secretariat may act for a post that answered otherwise; {by} may not.")
    if body.post.role in (Role.AUDITOR, Role.SECRETARIAT):
        raise Refused(Why.INVALID, f"Nobody acts for {body.post}.")


# stale forms ------------------------------------------------------------------------------------------------

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

_RECOVERED = "recovered"
"""What was taken over from the log may have changed any part: whatever was prepared before it is stale."""

_PART = {
    "resubmit": "request",
    "accept": "request",
    "return": "request",
    "join": "request",
    "withdraw": "request",
    "propose": "participants",
    "replace": "participants",
    "revise": "report",
    "table": "report",
    "object": "report",
    "suspend": "clock",
    "resume": "clock",
}
"""The part of a case that a command changes, where it is not named by one of its fields."""

_OWN_WORD = frozenset(
    {
        "comment",
        "contribute",
        "recommend",
        "respond",
        "consent",
        "endorse",
        "agree",
        "leave",
        "join",
        "withdraw",
        "log_exchange",
        "situation_update",
        "add_outcome",
        "add_arrangement",
        "schedule_meeting",
        "delegate",
        "hand_over",
    }
)
"""What a post says for itself or adds: it is never stale because another post has said or added the like."""


def _subject(turn: Turn, body: Value, do: str) -> str:
    """The part of a case that a command changes; commands on different parts never make each other stale.

    A position is a part of its own: the two Co-Chairs may decide at the same moment. So is what a post says
    for itself: two members may answer their invitations at the same moment.
    """
    if do == "decide":
        return f"position:{_gate_meant(turn.case, body)}:{turn.by}"
    if do == "answer":
        return f"gate:{_gate_meant(turn.case, body)}"
    if do in _OWN_WORD:
        return _PART.get(do, f"{do}:{turn.by}")
    for field in ("gate", "outcome", "arrangement", "meeting"):
        named = getattr(body, field, None)
        if isinstance(named, str):
            return f"{field}:{named}"
    return _PART.get(do, do)


def _gate_meant(case: Case, body: Value) -> str:
    gate = getattr(body, "gate", None)
    if gate is None and len(case.open_gates) == 1:
        gate = case.open_gates[0].name
    return str(gate.value) if gate else ""


def _must_be_fresh(turn: Turn, body: Value, subject: str, seen: int | None) -> None:
    if seen is None or _name(body) in _OWN_WORD:
        return
    watched = [subject, _RECOVERED]
    if subject.startswith("position:"):
        gate = _gate_meant(turn.case, body)
        watched += [f"gate:{gate}", *(_ABOUT.get(GateName(gate), ()) if gate else ())]
    for part in watched:
        last = turn.case.touched.get(part)
        if last is not None and last.seq > seen:
            raise Refused(
                Why.CONFLICT,
                f"{last.by} has changed this since you looked ({last.do}, entry {last.seq}); "
                "look again before you decide.",
            )


# the clock --------------------------------------------------------------------------------------------------


def strike(case: Case, now: datetime) -> Taken | None:
    """What the clock does at ``now``: the most overdue rung of all ladders; None when none is due."""
    act = next_act(case)
    if act is None or act.at > now:
        return None
    turn = Turn(case, CLOCK, now.astimezone(UTC))
    clock.strike(turn, act.subject)
    return _taken(turn, f"clock:{act.act.value}:{act.at.isoformat()}:{act.subject}", None, "clock", "")


# steps ------------------------------------------------------------------------------------------------------


def _taken(turn: Turn, command: str, acted_for: ActedFor | None, do: str, subject: str) -> Taken:
    """Number and seal the events of a turn; ``turn.case`` still has the old numbers, the new are set here."""
    before = turn.before
    seq, head = before.seq, before.head
    entries = []
    for event in turn.events:
        seq += 1
        entry = seal(before.reference, seq, turn.now, turn.by, acted_for, command, event, head)
        head = entry.hash
        entries.append(entry)
    after = _numbered(turn.case, entries, do, subject)
    return Taken.model_construct(before=before, after=after, entries=tuple(entries))


def _numbered(case: Case, entries: list[Entry], do: str, subject: str) -> Case:
    last = entries[-1]
    recent = case.recent
    touched = case.touched
    if do != "clock":
        recent = {**recent, last.command: last.seq}
        if len(recent) > _RECENT:
            recent = dict(list(recent.items())[-_RECENT // 2 :])
        touched = {**touched, subject: Touch(seq=last.seq, by=last.by, do=do)}
    return case.model_copy(
        update={"seq": last.seq, "head": last.hash, "updated_at": last.at, "recent": recent, "touched": touched}
    )


def take_over(case: Case, entries: tuple[Entry, ...]) -> Case:
    """The case with entries that the log has and the workflow does not yet know.

    So it catches up when a worker died between the SQL commit and the answer to Temporal: the log is the
    record.
    """
    for entry in entries:
        case = evolve(case, event_of(entry), entry.at.astimezone(UTC), entry.by)
    done: dict[str, list[Entry]] = {}
    for entry in entries:
        done.setdefault(entry.command, []).append(entry)
    for command, group in done.items():
        do = "clock" if command.startswith("clock:") else _RECOVERED
        case = _numbered(case, group, do, _RECOVERED)
    return case


def blank(reference: str) -> Case:
    """A case before its first entry; the entry ``submitted`` brings directory, calendars and policy."""
    return Case(reference=reference, directory=Directory(members={}), policy=Policy(), calendars=Calendars())


def replay(case: Case, entry: Entry) -> Case:
    """The case after one entry of its log: how a projection is rebuilt."""
    case = evolve(case, event_of(entry), entry.at.astimezone(UTC), entry.by)
    return case.model_copy(update={"seq": entry.seq, "head": entry.hash, "updated_at": entry.at})


# what is allowed --------------------------------------------------------------------------------------------


def allowed(case: Case, post: Post) -> tuple[str, ...]:
    """The commands that a post may give now, by the same table that decides on them."""
    if case.stage.final or not case.directory.holds(post):
        return ()
    return tuple(
        rule.do
        for rule in RULES.values()
        if case.stage in rule.stages and rule.admits(case, post) and rule.ready(case, post)
    )


def allowed_sentence(case: Case, post: Post) -> str:
    """What may be done now and by whom, as people read it."""
    may = ", ".join(allowed(case, post)) or "nothing"
    waiting = ", ".join(waiting_on(case))
    whose = f"it waits for {waiting}" if waiting else "it waits for nobody"
    return f"The case is in {case.stage.words} and {whose}; {post} may now do: {may}."
