"""The gate: every point where Co-Chairs decide, with one mechanism.

Both must approve. One may ask (the clock stops), recuse, or change its position until the second is in. A
decline by one ends the gate only after the other has also answered or the deadline has passed; a split goes
to consultation and a second round. Silence decides nothing: the alternate is told, then both offices and the
secretariat, then the gate lapses.

``deciders``   who decides: the Co-Chairs, and who takes the place of one
``ladders``    until when, and what the clock does meanwhile
``opening``    opening and amending; what follows from an outcome (``FOLLOWS``)
``positions``  taking a position, and how the gate is settled
``questions``  what Co-Chairs ask, and who answers
"""

from models.rules.gates.ladders import run_again
from models.rules.gates.opening import (
    GateMatter,
    amend_gate,
    ask_again,
    clip,
    follows,
    must_be_free,
    must_not_be_closing,
    on_recusal,
    open_gate,
    proposer_desk,
    what_was_said,
)
from models.rules.gates.positions import rung_passed
from models.rules.gates.questions import answer_overdue, pass_on
