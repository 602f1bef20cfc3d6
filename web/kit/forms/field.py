"""Fields and forms: what they hold, and a field as a page shows it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from models.base import N_
from models.case import Case
from models.grounds import Ground
from models.posts import Post
from notifications.words import Words

WrittenWidget = Literal["prose", "line", "lines", "date", "moment", "number"]
ChosenWidget = Literal["choice", "yes", "member", "members", "person", "confidential"]
Widget = WrittenWidget | ChosenWidget | Literal["figures", "grounds", "routes", "files"]


class Choice(NamedTuple):
    """One thing that can be chosen: what is sent, and the words for it."""

    value: str
    words: str


Choices = Callable[[Case, Post, Words, Callable[[str], str]], list[Choice]]


class FormField(NamedTuple):
    """One field of a form. ``choices`` makes what can be chosen from the case; ``must``: it cannot be left empty."""

    name: str
    label: str
    widget: Widget = "line"
    help: str = ""
    must: bool = False
    choices: Choices | None = None


WHAT_TO_SAY = FormField("text", N_("What you want to say with it"), "prose", N_("Kept in the log. It can stay empty."))
"""The words that may go with most commands."""

FIGURES = FormField("figures", N_("Figures"), "figures", N_("Counts with their date and source; no data of persons."))
"""The figures of a situation: in a request, and in its updates."""


GROUND_WORDS: Mapping[str, str] = {
    Ground.ORIGIN: N_("Persons leave it"),
    Ground.TRANSIT: N_("Persons pass through it"),
    Ground.DESTINATION: N_("Persons are bound for it"),
    Ground.LANDING: N_("Persons land on its shores"),
    Ground.RESCUE: N_("It rescues persons at sea"),
    Ground.FLAG: N_("Vessels under its flag are concerned"),
}
"""What each ground means."""

GROUNDS = FormField(
    "grounds",
    N_("How each is affected"),
    "grounds",
    N_(
        "For your own member and for each that you name: in what way, how many persons of how many in all, since when, "
        "by which sources (several between semicolons). A place outside the membership can be named as well."
    ),
)
"""The grounds on which members are affected: in a request, and of who joins it."""


def words_field(label: str, help_: str = "", *, must: bool = True) -> FormField:
    """The field for the words that a command is about."""
    return FormField("text", label, "prose", help_, must)


def choice_field(name: str, label: str, choices: Choices) -> FormField:
    """A field in which one thing must be chosen."""
    return FormField(name, label, "choice", must=True, choices=choices)


def option_field(name: str, label: str, options: Mapping[str, str]) -> FormField:
    """A field in which one of the same options must be chosen in every case: what is sent, and the words for it."""
    return choice_field(name, label, lambda case, post, say, _: [Choice(str(k), _(v)) for k, v in options.items()])


class FormWords(NamedTuple):
    """A command's form: its heading, what it leads to, the button's words, and its fields."""

    title: str
    effect: str
    button: str
    fields: tuple[FormField, ...] = ()
    danger: bool = False


def form(
    words: str | tuple[str, str], effect: str, *fields: FormField, danger: bool = False, speaks: bool = True
) -> FormWords:
    """The form of a command. ``words``: its heading, with those of the button beside it where they differ.

    Where no field is for the words that the command is about, the last one is for what may go with it, if it ``speaks``.
    """
    title, button = (words, words) if isinstance(words, str) else words
    has_words = not speaks or any(one.name == "text" for one in fields)
    spoken = fields if has_words else (*fields, WHAT_TO_SAY)
    return FormWords(title, effect, button, spoken, danger)


class ShownField(NamedTuple):
    """A field as a page shows it, with what was sent before and what is wrong with it."""

    field: FormField
    choices: list[Choice]
    value: Any
    wrong: str


FIGURE_ROWS = 6
ROUTE_ROWS = 4
GROUND_ROWS = 8
"""How many rows a form offers; a longer list takes the API."""


def shown_form(
    form: FormWords,
    case: Case,
    post: Post,
    say: Words,
    _: Callable[[str], str],
    given: Mapping[str, Any],
    wrong: Mapping[str, str] | None = None,
) -> list[ShownField]:
    """The fields as a page shows them; ``given``: what was sent before, or is to be filled in."""
    shown = []
    for field in form.fields:
        choices = field.choices(case, post, say, _) if field.choices else []
        if field.widget in ("member", "members", "confidential", "grounds"):
            choices = [Choice(code, say.member(code)) for code in case.directory.members]
        value = given.get(field.name)
        if field.widget == "choice" and isinstance(value, list):
            value = next(iter(value), None)
        shown.append(ShownField(field, choices, value, (wrong or {}).get(field.name, "")))
    return shown
