"""The form of each command.

What a command takes is defined in ``models.commands``; a test holds that every command and every field of it has its
place in a form.
"""

from web.kit.forms.arrangements import ARRANGEMENT_FORMS
from web.kit.forms.circulation import CIRCULATION_FORMS
from web.kit.forms.closing import CLOSING_FORMS
from web.kit.forms.duration import DURATION_FORMS
from web.kit.forms.field import FormWords
from web.kit.forms.gates import GATE_FORMS
from web.kit.forms.meetings import MEETING_FORMS
from web.kit.forms.outcomes import OUTCOME_FORMS
from web.kit.forms.participants import PARTICIPANT_FORMS
from web.kit.forms.posts import POST_FORMS
from web.kit.forms.reporting import REPORT_FORMS
from web.kit.forms.request import REQUEST_FORMS

FORMS: dict[str, FormWords] = {
    **REQUEST_FORMS,
    **GATE_FORMS,
    **PARTICIPANT_FORMS,
    **OUTCOME_FORMS,
    **ARRANGEMENT_FORMS,
    **MEETING_FORMS,
    **DURATION_FORMS,
    **REPORT_FORMS,
    **CIRCULATION_FORMS,
    **CLOSING_FORMS,
    **POST_FORMS,
}
"""Every command that has a form of this kind; ``draft``, ``submit`` and ``resubmit`` have the request's own pages."""
