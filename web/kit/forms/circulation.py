"""The forms of the commands on circulations."""

from models.base import N_
from web.kit.forms.choices import of
from web.kit.forms.field import WHAT_TO_SAY, FormField, FormWords, choice_field, words_field

CIRCULATION_FORMS: dict[str, FormWords] = {
    "circulate": FormWords(
        N_("Propose a circulation"),
        N_("The Co-Chairs decide; every member that is named must consent first."),
        N_("Propose"),
        (
            choice_field(
                "what",
                N_("What is circulated"),
                of(("summary", N_("A summary")), ("full", N_("The full report")), ("nothing", N_("Nothing"))),
            ),
            choice_field(
                "everyone",
                N_("To whom"),
                of(
                    ("everyone", N_("Every member and organisation")),
                    ("participants", N_("The participants")),
                    ("members", N_("The members chosen below")),
                ),
            ),
            FormField("to", N_("Members"), "members"),
            FormField("names", N_("Who is named"), "members", N_("Others appear as “a member” or “an organisation”.")),
            words_field(N_("The text"), must=False),
        ),
    ),
    "consent": FormWords(
        N_("Consent to being named"),
        N_("The word can be changed until the circulation goes out."),
        N_("Answer"),
        (
            choice_field(
                "answer",
                N_("Your answer"),
                of(("give", N_("My member may be named")), ("refuse", N_("My member may not be named"))),
            ),
            WHAT_TO_SAY,
        ),
    ),
}
