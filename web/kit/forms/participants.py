"""The forms of the commands on participants."""

from models.base import N_
from web.kit.forms.choices import admitted, listed_members, of
from web.kit.forms.field import WHAT_TO_SAY, FormField, FormWords, choice_field, words_field

PARTICIPANT_FORMS: dict[str, FormWords] = {
    "propose": FormWords(
        N_("Propose participants"),
        N_("The newest word on a member counts. The Co-Chairs confirm the list."),
        N_("Propose"),
        (
            FormField("members", N_("As participants"), "members"),
            FormField("observers", N_("As observers"), "members"),
            FormField("without", N_("Remove from the list"), "members"),
            words_field(N_("Why"), must=False),
        ),
    ),
    "comment": FormWords(
        N_("Comment"),
        N_("On the participants or on a report. Everybody who sees the case can read it."),
        N_("Comment"),
        (words_field(N_("Comment")),),
    ),
    "respond": FormWords(
        N_("Answer the invitation"),
        N_("The group and the Co-Chairs are told."),
        N_("Answer"),
        (
            choice_field(
                "answer",
                N_("Your answer"),
                of(
                    ("accept", N_("Take part")), ("observe", N_("Take part as an observer")), ("decline", N_("Decline"))
                ),
            ),
            WHAT_TO_SAY,
        ),
    ),
    "replace": FormWords(
        N_("Propose a replacement"),
        N_("The other member is invited in its place."),
        N_("Propose"),
        (
            choice_field("member", N_("Member to replace"), listed_members),
            FormField("by", N_("Replacement"), "member", must=True),
            WHAT_TO_SAY,
        ),
    ),
    "admit": FormWords(
        N_("Admit a member later"),
        N_("The group is asked to endorse it."),
        N_("Admit"),
        (
            FormField("member", N_("Member"), "member", must=True),
            FormField("observer", N_("As an observer"), "yes"),
            WHAT_TO_SAY,
        ),
    ),
    "endorse": FormWords(
        N_("Endorse the admission"),
        N_("The member is invited once the group has endorsed it."),
        N_("Endorse"),
        (choice_field("member", N_("Member"), admitted), WHAT_TO_SAY),
    ),
    "leave": FormWords(
        N_("Leave the group"), N_("Your member takes no part any more."), N_("Leave"), (WHAT_TO_SAY,), danger=True
    ),
    "convene": FormWords(
        N_("Convene the group"),
        N_("Its work begins without waiting for the last answers."),
        N_("Convene"),
        (WHAT_TO_SAY,),
    ),
}
