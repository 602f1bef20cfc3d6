"""The forms of the commands on posts."""

from models.base import N_
from web.kit.forms.choices import posts
from web.kit.forms.field import WHAT_TO_SAY, FormField, FormWords

POST_FORMS: dict[str, FormWords] = {
    "delegate": FormWords(
        N_("Name an alternate"),
        N_("The post keeps its holder; escalations go to the alternate."),
        N_("Name an alternate"),
        (
            FormField("to", N_("Alternate"), "person", must=True),
            FormField("until", N_("Until"), "date"),
            FormField("post", N_("Post"), "choice", choices=posts),
            WHAT_TO_SAY,
        ),
    ),
    "hand_over": FormWords(
        N_("Hand a post over"),
        N_("Its pending tasks stay with the post; the holder before loses access at once."),
        N_("Hand over"),
        (
            FormField("to", N_("New holder"), "person", must=True),
            FormField("post", N_("Post"), "choice", choices=posts),
            WHAT_TO_SAY,
        ),
        danger=True,
    ),
}
