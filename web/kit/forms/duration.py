"""The forms of the commands on how long a case runs, and its clock."""

from models.base import N_
from web.kit.forms.field import WHAT_TO_SAY, FormField, FormWords, words_field

DURATION_FORMS: dict[str, FormWords] = {
    "extend": FormWords(
        N_("Ask for an extension"),
        N_("The Co-Chairs decide."),
        N_("Ask for an extension"),
        (
            FormField("until", N_("Until"), "date", N_("Empty, with no length: by the policy's own duration.")),
            FormField("by", N_("Or by"), help=N_("A length of time: 3mo, 60d.")),
            WHAT_TO_SAY,
        ),
    ),
    "terminate": FormWords(
        N_("Ask for an early end"), N_("The Co-Chairs decide."), N_("Ask for an early end"), (WHAT_TO_SAY,), danger=True
    ),
    "suspend": FormWords(
        N_("Stop the clock"),
        N_("No deadline runs until it is started again."),
        N_("Stop the clock"),
        (words_field(N_("Why")),),
        danger=True,
    ),
    "resume": FormWords(
        N_("Start the clock again"),
        N_("Every deadline moves by the time that it stood."),
        N_("Start the clock"),
        (WHAT_TO_SAY,),
    ),
}
