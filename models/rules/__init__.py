"""The rules: (state, command, now) -> events, or a refusal that says what is allowed and who may do it.

The workflow, the pages, the API and the mails ask here, and a rule stands nowhere else. By stage of the case:

submitted              ``request``: completeness, return, resubmission, joining, withdrawing; ``affected``: on what ground
Co-Chair review        ``gates``: every point where Co-Chairs decide, whatever the stage
participant selection  ``participants``: the list, ``invitations``; ``composition``: the minimum
operational            ``outcomes`` (a), their ``owners`` and ``verifying`` them; ``arrangements`` (b) and ``amending``
                       them; what is ``overdue``; ``meetings``, ``later_admission``; ``duration``: extension, end,
                       suspension
reporting              ``reporting`` (c) with the silence procedure, ``circulation`` with consent (``wording``: its
                       names), ``closing``
at any time            ``posts``: delegation and handing over; ``contesting``: what was recorded in a post's name;
                       ``office_days``: announced days of offices; ``clock``: what follows where nobody acted

How rules are made: ``table`` holds them all (importing the parts fills it), ``actors`` says which posts one admits,
``context`` is what a rule works on, ``checks``, ``admission``, ``unopened`` and ``room`` refuse in sentences. How
they are asked: ``steps`` makes a step of a command or of the clock, ``staleness`` refuses forms that somebody else's
change has overtaken, ``permitted`` tells what is allowed.
"""

from models.rules import (
    amending,
    arrangements,
    circulation,
    clock,
    closing,
    contesting,
    duration,
    gates,
    invitations,
    later_admission,
    meetings,
    office_days,
    outcomes,
    owners,
    participants,
    posts,
    reporting,
    request,
    verifying,
)
from models.rules.closing import terms_of_reference
from models.rules.permitted import allowed, permitted
from models.rules.room import must_be_brief
from models.rules.steps import Transition, apply_clock, apply_command, blank, case_of_log, replay_entry, take_over
from models.rules.table import RULES
