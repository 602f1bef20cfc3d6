"""What Co-Chairs ask at a gate: who answers, and what follows where nobody does."""

from models import events as e
from models.case import Case, Gate, GateName
from models.commands import Answer
from models.posts import SECRETARIAT, Post, Role, desk_of
from models.refusal import RefusalKind
from models.rules.actors import BY_REQUESTER, BY_RESPONDENT
from models.rules.checks import refuse
from models.rules.context import RuleContext
from models.rules.gates.ladders import await_answer, run_again
from models.rules.table import AFTER_THE_END, OPEN_STAGES, rule


def _may_answer(case: Case, gate: Gate, post: Post) -> bool:
    """Whether the post is the one that is asked, or a requester where the gate is about the request."""
    shares = gate.name is GateName.ACTIVATION and post.role is Role.FOCAL_POINT and case.is_requester(post.member)
    return post == gate.respondent or shares


def _is_asked(case: Case, post: Post) -> bool:
    return any(gate.questions and _may_answer(case, gate, post) for gate in case.open_gates)


@rule(
    "answer",
    "answer a Co-Chair's question",
    (BY_RESPONDENT, BY_REQUESTER),
    OPEN_STAGES | AFTER_THE_END,
    ready=_is_asked,
)
def answer(context: RuleContext, body: Answer) -> None:
    """Answer every open question at a gate; its clock runs again."""
    asked = [gate for gate in context.case.open_gates if gate.questions]
    gate = next((gate for gate in asked if body.gate in (None, gate.name)), None)
    if gate is None:
        raise refuse("No Co-Chair has a question open there, so there is nothing to answer.")
    if not _may_answer(context.case, gate, context.by):
        raise refuse(f"The question is for {gate.respondent} to answer.", RefusalKind.FORBIDDEN)
    context.emit(e.QuestionAnswered(gate=gate.name, text=body.text))
    run_again(context, gate.name)


def answer_overdue(context: RuleContext, name: GateName) -> None:
    """Remind again of an answer that is still owed, so that the case never waits in silence."""
    gate = context.case.gates[name]
    if gate.open and gate.questions:
        await_answer(context, gate)


def pass_on(context: RuleContext, member: str) -> None:
    """Have the secretariat answer what is asked at open gates of a member that is no longer in the case."""
    desk = desk_of(member)
    for gate in context.case.open_gates:
        if gate.respondent == desk:
            context.emit(e.RespondentChanged(gate=gate.name, respondent=SECRETARIAT))
            if gate.questions:
                await_answer(context, context.case.gates[gate.name])
