"""Circulation to the wider membership, "as appropriate", with the consent of those it names."""

from models import events as e
from models.case import Case, Circulation, Consent, Gate, GateName, GateOutcome
from models.commands import Circulate, GiveConsent
from models.ladder import DUE, HALF, ClockAct
from models.ladder_subjects import SubjectKind
from models.posts import Post
from models.reasons import ReasonCode, StatedReason, reason
from models.refusal import RefusalKind
from models.request import fingerprint
from models.rules.actors import BY_CO_CHAIR, BY_SECRETARIAT, by_focal_point
from models.rules.checks import must_be_members, refuse
from models.rules.context import RuleContext
from models.rules.gates import GateMatter, follows, must_not_be_closing, open_gate
from models.rules.table import AT_WORK, rule


@rule("circulate", "propose a circulation", (BY_CO_CHAIR, BY_SECRETARIAT), AT_WORK)
def circulate(context: RuleContext, body: Circulate) -> None:
    """Propose what the wider membership is told, to whom, naming whom: the Co-Chairs and all named must agree."""
    case = context.case
    must_not_be_closing(case)
    if case.waiting_gate(GateName.CIRCULATION) or pending_circulation(case):
        raise refuse("A circulation is under way already; it goes out, or is declined, before the next is proposed.")
    to = {"everyone": tuple(case.directory.members), "participants": case.taking_part()}.get(
        body.to if isinstance(body.to, str) else "", body.to if isinstance(body.to, tuple) else ()
    )
    must_be_members(case, (*to, *body.names))
    names = tuple(dict.fromkeys(body.names))
    if body.what == "nothing":
        to, names = (), ()
    elif not to:
        raise refuse("Say to whom it goes: everyone, participants, or a list of members.", RefusalKind.INVALID)
    number = len(case.circulations) + 1
    terms = {"what": body.what, "to": list(to), "names": list(names), "text": body.text}
    report = case.report.content if case.report else ""
    circulation = Circulation(
        number=number,
        what=body.what,
        to=tuple(dict.fromkeys(to)),
        names=names,
        text=body.text,
        consents=dict.fromkeys(names, Consent.PENDING),
        on=fingerprint(number, terms, report),
    )
    context.emit(e.CirculationProposed(circulation=circulation))
    open_gate(context, GateName.CIRCULATION, GateMatter(circulation.on, _said_of(circulation)))
    _await_consents(context, circulation)


def _said_of(circulation: Circulation) -> tuple[StatedReason, ...]:
    if circulation.what == "nothing":
        return (reason(ReasonCode.NO_CIRCULATION, number=circulation.number),)
    count = len(circulation.to)
    said = {"number": circulation.number, "kind": circulation.what, "count": count, "naming": circulation.names}
    return (reason(ReasonCode.CIRCULATION, **said),)


def _await_consents(context: RuleContext, circulation: Circulation) -> None:
    asked = consents_asked(context.case, circulation)
    if asked:
        acts = {ClockAct.REMIND: HALF, ClockAct.LAPSE: DUE}
        context.wait_for(SubjectKind.CONSENT, context.case.track.consent, acts, *asked)


def consents_asked(case: Case, circulation: Circulation) -> tuple[str, ...]:
    """The members whose consent is still awaited: a Co-Chair's own country consents by deciding, unless it is recused."""
    gate = case.gates.get(GateName.CIRCULATION)
    deciding = {decider.post.member for decider in gate.deciders if decider.post == decider.place_of} if gate else set()
    if gate is not None and not gate.open:
        deciding = set()
    return tuple(member for member in circulation.pending if member not in deciding)


def pending_circulation(case: Case) -> Circulation | None:
    """The newest circulation if it has not gone out and may still; else None."""
    circulation = case.circulation
    return circulation if circulation and circulation.state in ("proposed", "approved") else None


def _is_named(case: Case, member: str) -> bool:
    circulation = pending_circulation(case)
    return circulation is not None and member in circulation.names


def _is_asked(case: Case, post: Post) -> bool:
    circulation = pending_circulation(case)
    return circulation is not None and post.member in circulation.pending


BY_NAMED = by_focal_point("the focal point of a member that a circulation names", _is_named)


@rule("consent", "consent to being named", (BY_NAMED,), AT_WORK, ready=_is_asked, own_word=True)
def consent(context: RuleContext, body: GiveConsent) -> None:
    """Say yes or no to being named; a word can be changed until the circulation goes out."""
    circulation = pending_circulation(context.case)
    if circulation is None:
        raise refuse("No circulation waits for consent.")
    said = Consent.GIVEN if body.answer == "give" else Consent.REFUSED
    context.emit(e.ConsentNoted(circulation=circulation.number, member=context.by.member, consent=said))
    _release_if_ready(context)


@follows(GateName.CIRCULATION, GateOutcome.APPROVED)
def _circulation_approved(context: RuleContext, gate: Gate) -> None:
    circulation = context.case.circulation
    if circulation is None:
        return
    for decider in gate.deciders:
        member = decider.post.member
        unsaid = circulation.consents.get(member) in (Consent.PENDING, Consent.LAPSED)
        if decider.post == decider.place_of and unsaid:
            context.emit(e.ConsentNoted(circulation=circulation.number, member=member, consent=Consent.GIVEN))
    context.emit(e.CirculationMoved(circulation=circulation.number, state="approved"))
    circulation = context.case.circulations[circulation.number]
    asked_now = set(circulation.pending) & {post.member for post in context.case.directory.co_chairs}
    if circulation.pending and (asked_now or context.case.ladder(SubjectKind.CONSENT) is None):
        # A Co-Chair that recused has not consented by deciding: its country is asked, with the full time.
        _await_consents(context, circulation)
    _release_if_ready(context)


@follows(GateName.CIRCULATION, GateOutcome.DECLINED, GateOutcome.LAPSED)
def _circulation_refused(context: RuleContext, gate: Gate) -> None:
    circulation = context.case.circulation
    if circulation is not None:
        declined = gate.outcome is GateOutcome.DECLINED
        context.emit(e.CirculationMoved(circulation=circulation.number, state="declined" if declined else "lapsed"))
    context.clear(SubjectKind.CONSENT)


def consents_lapsed(context: RuleContext) -> None:
    """End the wait for consents. What names a member without its yes is left out; the rest goes out once approved."""
    context.clear(SubjectKind.CONSENT)
    circulation = pending_circulation(context.case)
    if circulation is None:
        return
    for member in consents_asked(context.case, circulation):
        context.emit(e.ConsentNoted(circulation=circulation.number, member=member, consent=Consent.LAPSED))
    _release_if_ready(context)


def _release_if_ready(context: RuleContext) -> None:
    circulation = pending_circulation(context.case)
    if circulation is None:
        return
    if not consents_asked(context.case, circulation):
        context.clear(SubjectKind.CONSENT)
    if circulation.state == "approved" and not circulation.pending:
        context.emit(e.CirculationMoved(circulation=circulation.number, state="released"))
