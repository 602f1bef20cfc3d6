"""The steps of the form of a request: the fields of each, in words."""

from typing import Any, NamedTuple

from models.base import N_
from models.case import Case
from models.policy import Urgency
from web.kit.forms import Choice, FormField, FormWords
from web.kit.forms.field import FIGURES, GROUNDS


def _urgency(case: Case, post: Any, say: Any, _: Any) -> list[Choice]:
    words = {
        Urgency.ROUTINE: _("Routine: each decision of the Co-Chairs within %(span)s"),
        Urgency.URGENT: _("Urgent: each decision of the Co-Chairs within %(span)s"),
    }
    spans = {one: say.span(case.policy.track(one).gate) for one in words}
    return [Choice(one.value, sentence % {"span": spans[one]}) for one, sentence in words.items()]


class FormStep(NamedTuple):
    """One page of the form. ``name`` is in its address."""

    name: str
    words: FormWords


def _step(name: str, title: str, effect: str, *fields: FormField) -> FormStep:
    return FormStep(name, FormWords(title, effect, N_("Save and continue"), fields))


FORM_STEPS: tuple[FormStep, ...] = (
    _step(
        "situation",
        N_("The situation"),
        N_("What happens, where, and since when. No data of single persons."),
        FormField("title", N_("Title"), help=N_("One line by which everybody will know the case."), must=True),
        FormField("situation", N_("What happens"), "prose", must=True),
        FormField("where", N_("Where"), help=N_("The places or waters, in a line.")),
        FormField("since", N_("Since"), "date", N_("As far as it is known.")),
        FormField("urgency", N_("Urgency"), "choice", N_("It sets the deadlines: product defaults."), True, _urgency),
    ),
    _step(
        "movement",
        N_("Routes, figures and members affected"),
        N_("The members that you name are proposed as participants, the most affected first."),
        FormField("affected", N_("Members affected"), "members"),
        GROUNDS,
        FormField("routes", N_("Routes"), "routes", N_("Codes of members, or places; several between commas.")),
        FIGURES,
    ),
    _step(
        "asks",
        N_("What has been done, and what you ask"),
        N_("The clearer it is, the sooner the group can begin."),
        FormField("done", N_("What has been done so far"), "prose"),
        FormField("asks", N_("What you ask of the group"), "lines", N_("One thing a line.")),
    ),
    _step(
        "attachments",
        N_("Files"),
        N_("What shows the situation: maps, tables, letters. No data of single persons."),
        FormField("attachments", N_("Files"), "files", N_("Who may not read the section attachments sees no file.")),
    ),
    _step(
        "confidential",
        N_("Who may read what"),
        N_(
            "The Co-Chairs, the secretariat, the requesters and auditors read everything; the Steering Group and the "
            "participants read what you do not mark here. The title is read by all of them."
        ),
        FormField("confidential", N_("Confidential sections"), "confidential"),
    ),
)
STEP_NAMES = [step.name for step in FORM_STEPS]
"""As they stand in addresses, in their order."""


def step_after(step: str, to: str = "") -> str:
    """The step after one; ``to`` is ``check`` for who wants to check the answers at once."""
    return "check" if to == "check" else [*STEP_NAMES, "check"][STEP_NAMES.index(step) + 1]
