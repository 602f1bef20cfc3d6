"""The forms of the commands on closing a case."""

from models.base import N_
from web.kit.forms.choices import terms
from web.kit.forms.field import WHAT_TO_SAY, FormWords, choice_field, words_field

CLOSING_FORMS: dict[str, FormWords] = {
    "waive": FormWords(
        N_("Waive a term of reference"),
        N_("The case can be closed without evidence for it."),
        N_("Waive"),
        (choice_field("term", N_("Term of reference"), terms), words_field(N_("Why"))),
    ),
    "close": FormWords(
        N_("Propose to close the case"), N_("Both Co-Chairs decide."), N_("Propose to close"), (WHAT_TO_SAY,)
    ),
}
