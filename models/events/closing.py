"""What a case is closed without."""

from typing import Literal

from models.base import Prose, Value
from models.case.closing import Term
from models.posts import Post


class Waived(Value):
    """``post``: whose word it is, where each Co-Chair gives its own; ``by_both``: with it, both have."""

    type: Literal["waived"] = "waived"
    term: Term
    text: Prose
    post: Post | None = None
    by_both: bool = False
