"""The forms of commands: what their pages offer, and what was sent, as a command's fields."""

from web.kit.forms.field import FIGURE_ROWS, ROUTE_ROWS, Choice, FormField, FormWords, ShownField, shown_form
from web.kit.forms.sent import fields_sent, unanswered
from web.kit.forms.table import FORMS

__all__ = [
    "FIGURE_ROWS",
    "FORMS",
    "ROUTE_ROWS",
    "Choice",
    "FormField",
    "FormWords",
    "ShownField",
    "fields_sent",
    "shown_form",
    "unanswered",
]
