"""The forms of the commands on the gates."""

from models.base import N_
from models.case import PositionKind
from web.kit.forms.choices import asking_gates, gates, of
from web.kit.forms.field import FormWords, choice_field, words_field

_POSITIONS = of(
    (PositionKind.APPROVE.value, N_("Approve")),
    (PositionKind.APPROVE_WITH_CONDITIONS.value, N_("Approve with conditions (say which)")),
    (PositionKind.ASK.value, N_("Ask for information (the clock stops until it is answered)")),
    (PositionKind.DECLINE.value, N_("Decline (say why)")),
    (PositionKind.RECUSE.value, N_("Recuse: the post's place is taken by a Steering Group member")),
)

GATE_FORMS: dict[str, FormWords] = {
    "decide": FormWords(
        N_("Take a position"),
        N_("It is bound to the version shown here. It can be changed until the other position is in."),
        N_("Take this position"),
        (
            choice_field("gate", N_("What is decided"), gates),
            choice_field("position", N_("Your position"), _POSITIONS),
            words_field(
                N_("Conditions, reasons or question"),
                N_("Needed for everything but approving and recusing."),
                must=False,
            ),
        ),
    ),
    "answer": FormWords(
        N_("Answer the question"),
        N_("The clock runs again, and the Co-Chairs are told."),
        N_("Answer"),
        (choice_field("gate", N_("Asked about"), asking_gates), words_field(N_("The answer"))),
    ),
}
