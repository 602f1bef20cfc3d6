"""What a case is closed without."""

from typing import Literal

from models.base import Prose, Value
from models.case.closing import Term


class Waived(Value):
    type: Literal["waived"] = "waived"
    term: Term
    text: Prose
