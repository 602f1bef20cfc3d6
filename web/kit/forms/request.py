"""The forms of the commands on the request."""

from models.base import N_
from web.kit.forms.field import WHAT_TO_SAY, FormField, FormWords

REQUEST_FORMS: dict[str, FormWords] = {
    "return": FormWords(
        N_("Send the request back"),
        N_("The requester is told what is missing and can submit a new version."),
        N_("Send back"),
        (FormField("missing", N_("What is missing"), "lines", N_("One thing a line."), True), WHAT_TO_SAY),
    ),
    "accept": FormWords(
        N_("Accept the request as complete"),
        N_("It goes to both Co-Chairs, and their time begins."),
        N_("Accept as complete"),
        (WHAT_TO_SAY,),
    ),
    "withdraw": FormWords(
        N_("Withdraw the request"),
        N_("With the last requester's withdrawal the case ends. This cannot be undone."),
        N_("Withdraw"),
        (WHAT_TO_SAY,),
        danger=True,
    ),
    "join": FormWords(
        N_("Submit the request jointly"), N_("Your member becomes a requester as well."), N_("Join"), (WHAT_TO_SAY,)
    ),
}
