"""The forms of the commands on meetings and situation updates."""

from models.base import N_
from web.kit.forms.choices import meetings
from web.kit.forms.field import WHAT_TO_SAY, FormField, FormWords, choice_field, words_field

MEETING_FORMS: dict[str, FormWords] = {
    "schedule_meeting": FormWords(
        N_("Call a meeting"),
        N_("The group gets an invitation with a calendar file. The same title moves it."),
        N_("Call the meeting"),
        (
            FormField("title", N_("Meeting"), must=True),
            FormField("place", N_("Place")),
            FormField("starts", N_("Begins"), "moment", N_("In your own time zone."), True),
            FormField("ends", N_("Ends"), "moment"),
            FormField("agenda", N_("Agenda"), "lines", N_("One point a line.")),
            WHAT_TO_SAY,
        ),
    ),
    "attend": FormWords(
        N_("Note attendance"),
        N_("An absent affected member is shown as absent."),
        N_("Save"),
        (
            choice_field("meeting", N_("Meeting"), meetings),
            FormField("present", N_("Present"), "members"),
            FormField("observing", N_("Observing"), "members"),
            FormField("absent", N_("Absent"), "members"),
            WHAT_TO_SAY,
        ),
    ),
    "situation_update": FormWords(
        N_("Give a situation update"),
        N_("The group is told; the next one is due one rhythm later."),
        N_("Send the update"),
        (
            words_field(N_("How the situation stands"), must=False),
            FormField(
                "figures", N_("Figures"), "figures", N_("Counts with their date and source; no data of persons.")
            ),
        ),
    ),
}
