"""Fields and forms: what they hold, and a field as a page shows it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from models.base import N_
from models.case import Case
from models.posts import Post
from notifications.words import Words

Widget = Literal[
    "prose",
    "line",
    "lines",
    "members",
    "member",
    "date",
    "moment",
    "number",
    "choice",
    "yes",
    "person",
    "figures",
    "routes",
    "confidential",
    "files",
]


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


def words_field(label: str, help_: str = "", *, must: bool = True) -> FormField:
    """The field for the words that a command is about."""
    return FormField("text", label, "prose", help_, must)


def choice_field(name: str, label: str, choices: Choices) -> FormField:
    """A field in which one thing must be chosen."""
    return FormField(name, label, "choice", must=True, choices=choices)


class FormWords(NamedTuple):
    """A command's form: its heading, what it leads to, the button's words, and its fields."""

    title: str
    effect: str
    button: str
    fields: tuple[FormField, ...] = ()
    danger: bool = False


class ShownField(NamedTuple):
    """A field as a page shows it, with what was sent before and what is wrong with it."""

    field: FormField
    choices: list[Choice]
    value: Any
    wrong: str


FIGURE_ROWS = 6
ROUTE_ROWS = 4
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
        if field.widget in ("member", "members", "confidential"):
            choices = [Choice(code, say.member(code)) for code in case.directory.members]
        value = given.get(field.name)
        if field.widget == "choice" and isinstance(value, list):
            value = next(iter(value), None)
        shown.append(ShownField(field, choices, value, (wrong or {}).get(field.name, "")))
    return shown
