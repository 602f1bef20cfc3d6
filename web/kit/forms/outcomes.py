"""The forms of the commands on outcomes."""

from models.base import N_
from web.kit.forms.choices import outcomes
from web.kit.forms.field import WHAT_TO_SAY, FormField, FormWords, choice_field, words_field

OUTCOME_FORMS: dict[str, FormWords] = {
    "add_outcome": FormWords(
        N_("Add an outcome"),
        N_("Its owner is told; the overdue ladder follows its date."),
        N_("Add"),
        (
            FormField("title", N_("Outcome"), must=True),
            FormField("owner", N_("Owner"), "member"),
            FormField("supporting", N_("Supporting"), "members"),
            FormField("indicator", N_("Indicator"), help=N_("What is counted, for instance joint patrols.")),
            FormField("baseline", N_("Baseline"), "number"),
            FormField("target", N_("Target"), "number"),
            FormField("unit", N_("Unit")),
            FormField("due", N_("Due"), "date"),
            WHAT_TO_SAY,
        ),
    ),
    "progress": FormWords(
        N_("Note progress"),
        N_("It is shown with the outcome."),
        N_("Save"),
        (
            choice_field("outcome", N_("Outcome"), outcomes("open", "blocked")),
            FormField("value", N_("Value of the indicator now"), "number"),
            WHAT_TO_SAY,
        ),
    ),
    "block": FormWords(
        N_("Report an outcome as blocked"),
        N_("Reminders stop until there is progress."),
        N_("Report as blocked"),
        (choice_field("outcome", N_("Outcome"), outcomes("open")), words_field(N_("Why it cannot go on"))),
    ),
    "done": FormWords(
        N_("Report an outcome as done"),
        N_("A Co-Chair verifies it."),
        N_("Report as done"),
        (choice_field("outcome", N_("Outcome"), outcomes("open", "blocked")), WHAT_TO_SAY),
    ),
    "verify": FormWords(
        N_("Verify an outcome"),
        N_("The other Co-Chair may object within a gate's deadline."),
        N_("Verify"),
        (choice_field("outcome", N_("Outcome"), outcomes("done")), WHAT_TO_SAY),
    ),
}
