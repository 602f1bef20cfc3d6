"""Circulation to the wider membership, "as appropriate", with the consent of those it names."""

from models import events as e
from models.case import Case, Circulation, Consent, Gate, GateName, GateOutcome, Stage
from models.commands import Circulate, GiveConsent, Reword
from models.ladder import DUE, HALF, ClockAct
from models.ladder_subjects import SubjectKind
from models.policy import Circulating
from models.posts import SECRETARIAT, Post, desk_of
from models.reasons import ReasonCode, reason
from models.refusal import RefusalKind
from models.release import keeps_names_out
from models.request import fingerprint
from models.rules.actors import BY_CO_CHAIR, BY_SECRETARIAT, by_focal_point
from models.rules.checks import must_be_members, must_be_news, refuse
from models.rules.context import RuleContext
from models.rules.gates import GateMatter, amend_gate, follows, must_not_be_closing, on_recusal, open_gate
from models.rules.table import AFTER_THE_END, AT_WORK, SELECTION, rule
from models.rules.wording import names_must_be_settled, said_of, with_its_names

_AT_EVERY_TURN = SELECTION | AT_WORK | AFTER_THE_END


def pending_circulation(case: Case) -> Circulation | None:
    """The newest circulation if it has not gone out and may still; else None."""
    circulation = case.circulation
    return circulation if circulation and circulation.under_way else None


def circulation_decided(case: Case) -> bool:
    """Whether the Co-Chairs have decided, while the group reports, what the wider membership is told; nothing, too."""
    decided = (one for one in case.circulations.values() if one.state in ("approved", "released"))
    return any(one.proposed_in is Stage.REPORTING for one in decided)


def _at_this_turn(case: Case, post: Post) -> bool:
    return case.stage in AT_WORK or case.policy.circulating is Circulating.AT_EVERY_TURN


@rule("circulate", "propose a circulation", (BY_CO_CHAIR, BY_SECRETARIAT), _AT_EVERY_TURN, ready=_at_this_turn)
def circulate(context: RuleContext, body: Circulate) -> None:
    """Propose what the wider membership is told, to whom, naming whom: the Co-Chairs and all named must agree."""
    case = context.case
    if not _at_this_turn(case, context.by):
        when = "by its policy the wider membership is told while the group works or reports"
        raise refuse(f"The case is at the stage {case.stage.words}; {when}.")
    circulation = drafted(case, body)
    names_must_be_settled(case, circulation)
    context.emit(e.CirculationProposed(circulation=circulation))
    open_gate(context, GateName.CIRCULATION, GateMatter(circulation.on, said_of(circulation)))
    _await_consents(context, circulation)


def drafted(case: Case, body: Circulate) -> Circulation:
    """What would be proposed, with the names that it holds, settled or not.

    Raises:
        Refused: another is under way, or it goes to nobody.
    """
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
    if not keeps_names_out(case):
        return circulation
    refused = (
        code for one in case.circulations.values() for code, word in one.consents.items() if word is Consent.REFUSED
    )
    earlier = tuple(dict.fromkeys(code for code in refused if code not in names))
    return with_its_names(case, circulation.model_copy(update={"refused_by": earlier}), body)


# in other words ----------------------------------------------------------------------------------------------------


def _may_be_reworded(case: Case, post: Post) -> bool:
    return keeps_names_out(case) and pending_circulation(case) is not None


@rule(
    "reword",
    "write a circulation in other words",
    (BY_CO_CHAIR, BY_SECRETARIAT),
    _AT_EVERY_TURN,
    ready=_may_be_reworded,
    part="circulate",
)
def reword(context: RuleContext, body: Reword) -> None:
    """Write what is under way in other words: positions and consents were to the old ones, and are asked for anew."""
    case = context.case
    before = pending_circulation(case)
    if before is None or not keeps_names_out(case):
        raise refuse("No circulation is under way that could be written in other words.")
    what = body.what or before.what
    must_be_members(case, body.names)
    if what != "nothing" and not before.to:
        raise refuse("It goes to nobody; propose another circulation instead.", RefusalKind.INVALID)
    names = () if what == "nothing" else tuple(dict.fromkeys(body.names))
    refused = (member for member, word in before.consents.items() if word is Consent.REFUSED)
    terms = {"what": what, "to": list(before.to), "names": list(names), "text": body.text}
    draft = Circulation(
        number=before.number,
        what=what,
        to=() if what == "nothing" else before.to,
        names=names,
        text=body.text,
        consents=dict.fromkeys(names, Consent.PENDING),
        on=fingerprint(before.number, terms, before.on),
        refused_by=tuple(dict.fromkeys((*before.refused_by, *refused))),
    )
    circulation = with_its_names(case, draft, body)
    names_must_be_settled(case, circulation)
    context.clear(SubjectKind.CONSENT, SubjectKind.WORDING)
    context.emit(e.CirculationReworded(circulation=circulation))
    matter = GateMatter(circulation.on, said_of(circulation))
    if case.waiting_gate(GateName.CIRCULATION):
        amend_gate(context, GateName.CIRCULATION, matter, reason(ReasonCode.REWORDED, post=context.by))
    else:
        open_gate(context, GateName.CIRCULATION, matter)
    _await_consents(context, circulation)


def await_wording(context: RuleContext) -> None:
    """Remind the secretariat and the Co-Chairs, at the rhythm of gates, of a text that names who has not consented."""
    context.once(SubjectKind.WORDING, context.case.track.gate, ClockAct.REMIND, SECRETARIAT.member)


# consents ----------------------------------------------------------------------------------------------------------


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


def asked_for_consent(case: Case, circulation: Circulation) -> tuple[str, ...]:
    """The members that were asked, whatever they have said: all that it names but a Co-Chair's own that decides."""
    gate = case.gates.get(GateName.CIRCULATION)
    deciding = {decider.post.member for decider in gate.deciders if decider.post == decider.place_of} if gate else set()
    return tuple(member for member in circulation.names if member not in deciding)


def asked_by_recusal(case: Case, co_chair: Post) -> tuple[Post, ...]:
    """Whose consent is asked for since a Co-Chair does not decide on the circulation: its country's, if it is named."""
    circulation = pending_circulation(case)
    if circulation is None or not keeps_names_out(case):
        return ()
    return tuple(desk_of(code) for code in consents_asked(case, circulation) if code == co_chair.member)


@on_recusal(GateName.CIRCULATION)
def _own_country_is_asked(context: RuleContext, co_chair: Post) -> None:
    circulation = pending_circulation(context.case)
    if circulation is not None and asked_by_recusal(context.case, co_chair):
        _await_consents(context, circulation)


def _is_named(case: Case, member: str) -> bool:
    circulation = pending_circulation(case)
    return circulation is not None and member in circulation.names


def _is_asked(case: Case, post: Post) -> bool:
    circulation = pending_circulation(case)
    return circulation is not None and post.member in circulation.pending


BY_NAMED = by_focal_point("the focal point of a member that a circulation names", _is_named)


@rule("consent", "consent to being named", (BY_NAMED,), _AT_EVERY_TURN, ready=_is_asked, own_word=True)
def consent(context: RuleContext, body: GiveConsent) -> None:
    """Say yes or no to being named; a word can be changed until the circulation goes out."""
    circulation = pending_circulation(context.case)
    if circulation is None:
        raise refuse("No circulation waits for consent.")
    said = Consent.GIVEN if body.answer == "give" else Consent.REFUSED
    before = circulation.consents.get(context.by.member)
    must_be_news(context.case, context.by.member, said is before, "said so")
    member = context.by.member
    context.emit(e.ConsentNoted(circulation=circulation.number, member=member, consent=said, text=body.text))
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
    asked_now = set() if keeps_names_out(context.case) else asked_now  # asked as soon as its Co-Chair did not decide
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
    context.clear(SubjectKind.CONSENT, SubjectKind.WORDING)


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
    if not circulation.unsettled:
        context.clear(SubjectKind.WORDING)
    elif context.case.ladder(SubjectKind.WORDING) is None:
        await_wording(context)
    if circulation.state == "approved" and not circulation.pending and not circulation.unsettled:
        context.emit(e.CirculationMoved(circulation=circulation.number, state="released"))
