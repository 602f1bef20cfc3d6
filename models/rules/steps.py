"""A step of a case: what a command or the clock does to it, as numbered and chained entries of its log."""

from collections.abc import Sequence
from datetime import UTC, datetime

from models.agenda import next_act
from models.authentication import Means, Signed, suffices
from models.base import Value
from models.calendars import Calendars
from models.case import Case, Recording, Touch
from models.case_size import most_after
from models.command_signing import asked_text
from models.commands import ActFor, Command
from models.evolve import evolve
from models.limits import KEPT_COMMANDS, KEPT_RECORDINGS
from models.log import CLOCK, CLOCK_COMMAND, ActedFor, Entry, event_of, seal
from models.members import Directory
from models.passkeys import MUST_BE_SIGNED, SIGNED_BY_TOUCH, statement_of
from models.policy import Policy, Signatures
from models.posts import SECRETARIAT, Post, Role
from models.refusal import RefusalKind, Refused
from models.rules.admission import changes_still, must_be_admitted
from models.rules.clock import pass_rung
from models.rules.closing import must_still_be_covered, terms_of_reference
from models.rules.contesting import may_contest
from models.rules.context import RuleContext
from models.rules.later_admission import settle_admissions
from models.rules.office_days import may_announce
from models.rules.permitted import permitted
from models.rules.posts import may_change_hands
from models.rules.request import must_be_one_more_version
from models.rules.room import must_be_brief, must_have_room
from models.rules.staleness import RECOVERED, must_be_fresh, part_changed
from models.rules.table import RULES


class Transition(Value):
    """A step that the rules allow: the case before and after it, and the entries to record; ``do``: the command."""

    before: Case
    after: Case
    entries: tuple[Entry, ...]
    do: str = ""


def apply_command(case: Case, command: Command, now: datetime, *, bounded: bool = True) -> Transition:
    """What a command does to a case at ``now`` (aware; case time). ``bounded``: the case must have room for it.

    Raises:
        Refused: the stage, the post or the case does not allow it. Nothing has happened.
    """
    now = now.astimezone(UTC)
    body: Value = command.body
    by, acted_for = command.by, None
    try:
        _must_be_given_rightly(case, command)
        if isinstance(body, ActFor):
            may_act_for(by, body)
            _must_be_contestable(case, body)
            acted_for = ActedFor(by=by, how=body.how, why=body.text)
            by = body.post
            body = body.command
        context = RuleContext(case, by, now, acted_for.by if acted_for else None)
        subject = _apply_rule(context, body, command.seen, of_before=_of_before(command))
        if not _of_before(command):
            must_be_one_more_version(case, context.case)
        taken = _taken(context, command.id, acted_for, _name(body), subject, _kept_signature(command, _name(body)))
        if bounded:
            must_have_room(case, taken.after, command)
    except Refused as refused:
        refused.permitted = permitted(case, command.by)
        raise
    return taken


def _must_be_given_rightly(case: Case, command: Command) -> None:
    """By means that suffice; and where a passkey has signed, what it has signed: the case may have changed since."""
    if command.signed is not None:
        why = suffices(command.do, command.by, command.signed.means, case.policy)
        if why:
            raise Refused(RefusalKind.FORBIDDEN, why)
    standing = command.signed.standing if command.signed else None
    if standing is not None:
        why = (
            may_change_hands(command.body, command.by, standing)
            or may_contest(command.body, standing)
            or may_announce(command.body, standing)
        )
        if why:
            raise Refused(RefusalKind.FORBIDDEN, why)
        must_be_brief(command)
    body = command.body
    do = body.command.do if isinstance(body, ActFor) and standing is not None else command.do
    required = case.policy.signatures is Signatures.REQUIRED and do in MUST_BE_SIGNED
    if required and command.signed is not None and command.signed.means is not Means.PASSKEY:
        raise Refused(
            RefusalKind.FORBIDDEN,
            "The policy of this case asks for a signature with a passkey. You can add one under Account.",
        )
    touch = command.signed.touch if command.signed else None
    if touch is not None and touch.statement != statement_of(case, command):
        raise Refused(
            RefusalKind.CONFLICT, "What you signed with your passkey is not what would be recorded now. Sign it again."
        )


def _kept_signature(command: Command, do: str) -> Signed | None:
    """The signature as the log holds it: with what was asked, where that is a post's word."""
    signed = command.signed
    if signed is None or signed.standing is None or do not in SIGNED_BY_TOUCH:
        return signed
    return signed.model_copy(update={"asked": asked_text(command)})


def _name(body: Value) -> str:
    return str(type(body).model_fields["do"].default)


def _of_before(command: Command) -> bool:
    """Whether a history of before decision 49 may hold it: it keeps to the rules that it was taken by."""
    return command.signed is None or command.signed.standing is None


def _apply_rule(context: RuleContext, body: Value, seen: int | None, *, of_before: bool) -> str:
    do = _name(body)
    rule = RULES.get(do)
    if rule is None:
        raise Refused(RefusalKind.INVALID, f"The command {do!r} is not one that a case takes.")
    case, by = context.case, context.by
    if not changes_still(case, rule):
        raise Refused(
            RefusalKind.CONFLICT, f"The case {case.reference} is {case.stage.words}; it does not change any more."
        )
    must_be_admitted(case, rule, by, _evidence_missing(case) if do == "close" else "", of_before=of_before)
    subject = part_changed(context, body, rule)
    must_be_fresh(context, body, rule, subject, seen)
    rule.apply(context, body)
    must_still_be_covered(context)
    settle_admissions(context)
    return subject


def _evidence_missing(case: Case) -> str:
    """A sentence on what keeps the case from being closed in any stage; empty when nothing does."""
    missing = [f"({term.value})" for term, state in terms_of_reference(case).items() if state == "open"]
    if not missing:
        return ""
    return f"The terms of reference {' and '.join(missing)} have neither evidence nor a stated waiver."


def may_act_for(by: Post, body: ActFor) -> None:
    """Refuse to act for another post, but to the secretariat, and for who has no word of its own.

    Raises:
        Refused: another post acts, or for the secretariat or an auditor.
    """
    if by != SECRETARIAT:
        raise Refused(
            RefusalKind.FORBIDDEN, f"Only the secretariat may act for a post that answered otherwise; {by} may not."
        )
    if body.post.role in (Role.AUDITOR, Role.SECRETARIAT):
        raise Refused(RefusalKind.INVALID, f"Nobody acts for {body.post}.")


def _must_be_contestable(case: Case, body: ActFor) -> None:
    """After the end of a case a post contests nothing; so nobody records a position or a consent in its name there."""
    if case.stage.final and body.command.do in ("decide", "consent"):
        raise Refused(
            RefusalKind.CONFLICT,
            f"The case is {case.stage.words}: {body.post} says this itself, since it could not contest what is recorded.",
        )


def apply_clock(case: Case, now: datetime) -> Transition | None:
    """What the clock does at ``now``: the most overdue rung of all ladders; None when none is due."""
    act = next_act(case)
    if act is None or act.at > now:
        return None
    context = RuleContext(case, CLOCK, now.astimezone(UTC))
    pass_rung(context, act.subject)
    return _taken(context, f"{CLOCK_COMMAND}{act.act.value}:{act.at.isoformat()}:{act.subject}", None, "clock", "")


def _taken(
    context: RuleContext, command: str, acted_for: ActedFor | None, do: str, subject: str, signed: Signed | None = None
) -> Transition:
    """Number and chain the events that a rule has caused; the case gets its new numbers here."""
    before = context.before
    seq, head = before.seq, before.head
    entries = []
    for event in context.events:
        seq += 1
        entry = seal(before.reference, seq, context.now, context.by, acted_for, command, event, head, signed)
        head, signed = entry.hash, None  # the first entry of a command carries it
        entries.append(entry)
    after = _with_recording(_numbered(context.case, entries, do, subject), entries[0])
    after.has_at_most(most_after(before, entries))
    return Transition.model_construct(before=before, after=after, entries=tuple(entries), do=do)


def _numbered(case: Case, entries: list[Entry], do: str, subject: str) -> Case:
    last = entries[-1]
    recent = case.recent
    touched = case.touched
    if do != "clock":
        recent = {**recent, last.command: last.seq}
        if len(recent) > KEPT_COMMANDS:
            recent = dict(list(recent.items())[-KEPT_COMMANDS // 2 :])
        touched = {**touched, subject: Touch(seq=last.seq, by=last.by, do=do)}
    return case.model_copy(
        update={"seq": last.seq, "head": last.hash, "updated_at": last.at, "recent": recent, "touched": touched}
    )


def _with_recording(case: Case, entry: Entry) -> Case:
    """The case with what a command recorded in a post's name, by the first entry of the command."""
    acted = entry.acted_for
    if acted is None or any(one.command == entry.command for one in case.recordings.values()):
        return case
    one = Recording(post=entry.by, by=acted.by, how=acted.how, at=entry.at.astimezone(UTC), command=entry.command)
    kept = list(case.recordings.items())[1 - KEPT_RECORDINGS :]
    return case.model_copy(update={"recordings": dict([*kept, (entry.seq, one)])})


def take_over(case: Case, entries: tuple[Entry, ...]) -> Case:
    """The case with entries that the log has and the workflow does not yet know.

    A workflow catches up by this after a worker died between commit and answer: the log is the record.
    """
    for entry in entries:
        case = _with_recording(evolve(case, event_of(entry), entry.at.astimezone(UTC), entry.by), entry)
    done: dict[str, list[Entry]] = {}
    for entry in entries:
        done.setdefault(entry.command, []).append(entry)
    for group in done.values():
        do = "clock" if group[0].by_clock else RECOVERED
        case = _numbered(case, group, do, RECOVERED)
    return case


def blank(reference: str) -> Case:
    """A case before its first entry; the entry ``submitted`` brings directory, calendars and policy."""
    return Case(reference=reference, directory=Directory(members={}), policy=Policy(), calendars=Calendars())


def case_of_log(reference: str, entries: Sequence[Entry]) -> Case:
    """The whole case as its workflow would know it, from its log alone.

    What each part was last changed by is not known, so forms from before are stale.
    """
    return take_over(blank(reference), tuple(entries)).slim() if entries else blank(reference)


def replay_entry(case: Case, entry: Entry) -> Case:
    """The case after one entry of its log: how a projection is rebuilt."""
    case = _with_recording(evolve(case, event_of(entry), entry.at.astimezone(UTC), entry.by), entry)
    return case.model_copy(update={"seq": entry.seq, "head": entry.hash, "updated_at": entry.at})
