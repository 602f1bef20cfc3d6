"""The forms of commands: what their pages offer, and what was sent, as a command's fields.

``field``    fields and forms, and a field as its page shows it
``choices``  what can be chosen in a field
``sent``     what was sent with a form, as a command's fields
``table``    the form of each command
"""

from web.kit.forms.field import (
    FIGURE_ROWS,
    GROUND_ROWS,
    GROUND_WORDS,
    ROUTE_ROWS,
    Choice,
    FormField,
    FormWords,
    ShownField,
    shown_form,
)
from web.kit.forms.sent import fields_sent, unanswered
from web.kit.forms.table import FORMS
