"""The forms of the commands on reports and their recommendations."""

from models.base import N_
from web.kit.forms.choices import of, outcomes, recommendations
from web.kit.forms.field import WHAT_TO_SAY, FormField, FormWords, choice_field, words_field

REPORT_FORMS: dict[str, FormWords] = {
    "open_report": FormWords(
        N_("Open a report"),
        N_("A final report moves the case to reporting."),
        N_("Open"),
        (
            choice_field(
                "kind", N_("Which report"), of(("final", N_("Final report")), ("interim", N_("Interim report")))
            ),
            FormField("contributions_by", N_("Contributions until"), "date"),
            WHAT_TO_SAY,
        ),
    ),
    "contribute": FormWords(
        N_("Contribute to the report"),
        N_("Everybody who sees the case can read it."),
        N_("Contribute"),
        (words_field(N_("Contribution")),),
    ),
    "recommend": FormWords(
        N_("Add a recommendation"),
        N_("It is followed across cases once the report is accepted."),
        N_("Add"),
        (
            words_field(N_("Recommendation")),
            FormField("to", N_("Addressed to"), "members"),
            FormField("owner", N_("Owner"), "member", N_("Empty: the secretariat.")),
            FormField("due", N_("Due"), "date"),
        ),
    ),
    "table": FormWords(
        N_("Table the report"),
        N_("The Steering Group reviews it: it is adopted unless somebody objects in time."),
        N_("Table the report"),
        (WHAT_TO_SAY,),
    ),
    "object": FormWords(
        N_("Object"),
        N_("The report, or the outcome that was verified, is opened again."),
        N_("Object"),
        (
            FormField(
                "outcome",
                N_("To the verification of"),
                "choice",
                N_("Empty: to the report."),
                choices=outcomes("verified"),
            ),
            words_field(N_("Why")),
        ),
        danger=True,
    ),
    "revise": FormWords(
        N_("Revise the report"),
        N_("Positions on the version before are void, and all are asked again."),
        N_("Revise"),
        (words_field(N_("What is changed")),),
    ),
    "adopt": FormWords(
        N_("Record what became of a recommendation"),
        N_("Its addressees and its owner are told."),
        N_("Save"),
        (
            choice_field("recommendation", N_("Recommendation"), recommendations),
            choice_field(
                "state", N_("It is"), of(("adopted", N_("Adopted")), ("done", N_("Done")), ("declined", N_("Declined")))
            ),
            WHAT_TO_SAY,
        ),
    ),
}
