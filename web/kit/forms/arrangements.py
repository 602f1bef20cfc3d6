"""The forms of the commands on arrangements."""

from models.base import N_
from web.kit.forms.choices import arrangements, of
from web.kit.forms.field import WHAT_TO_SAY, FormField, FormWords, choice_field

ARRANGEMENT_FORMS: dict[str, FormWords] = {
    "add_arrangement": FormWords(
        N_("Propose an arrangement"),
        N_("It is in force when every party has agreed."),
        N_("Propose"),
        (
            FormField("title", N_("Arrangement"), must=True),
            FormField("parties", N_("Parties"), "members", must=True),
            FormField("kind", N_("What kind of information"), help=N_("Never data of single persons.")),
            FormField("every", N_("How often"), help=N_("For instance weekly.")),
            FormField(
                "marking",
                N_("Marking (Traffic Light Protocol 2.0)"),
                "choice",
                choices=of(
                    ("TLP:AMBER", "TLP:AMBER"),
                    ("TLP:RED", "TLP:RED"),
                    ("TLP:AMBER+STRICT", "TLP:AMBER+STRICT"),
                    ("TLP:GREEN", "TLP:GREEN"),
                    ("TLP:CLEAR", "TLP:CLEAR"),
                ),
            ),
            FormField("contacts", N_("Contact posts"), "lines", N_("One a line.")),
            FormField("begins", N_("In force from"), "date", N_("Empty: when every party has agreed.")),
            FormField("review", N_("Review on"), "date"),
            WHAT_TO_SAY,
        ),
    ),
    "agree": FormWords(
        N_("Agree to an arrangement"),
        N_("With the last party it is in force."),
        N_("Agree"),
        (choice_field("arrangement", N_("Arrangement"), arrangements), WHAT_TO_SAY),
    ),
    "log_exchange": FormWords(
        N_("Note an exchange"),
        N_("What kind and when, never the content."),
        N_("Save"),
        (
            choice_field("arrangement", N_("Arrangement"), arrangements),
            FormField("kind", N_("What kind of information"), help=N_("Empty: that of the arrangement.")),
            FormField("on", N_("When"), "date", N_("Empty: today.")),
            WHAT_TO_SAY,
        ),
    ),
    "review_arrangement": FormWords(
        N_("Review an arrangement"),
        N_("The next review is reminded of in time."),
        N_("Record the review"),
        (
            choice_field("arrangement", N_("Arrangement"), arrangements),
            FormField("review", N_("Next review on"), "date"),
            WHAT_TO_SAY,
        ),
    ),
}
