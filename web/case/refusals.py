"""The refusal of a command, without what its reader may not know of the case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from models.case import Case
from models.commands import parse
from models.refusal import RefusalKind, Refused
from models.rules import apply_command, permitted
from models.too_much import too_much_in
from models.visibility import Seen, Sight


def refusal_for_reader(
    refusal: Refused, case: Case, seen: Seen, do: str, fields: Mapping[str, Any], now: datetime
) -> Refused:
    """The refusal of a command, for its sender.

    Who sees the whole case reads it as it is. Who sees a part is told what the rules say of that part; where they would
    not refuse there, only that the case has changed or stands against it. That a case is full may be known to each.
    What its sender may do instead comes with it as data: for pages to make words of, for programs a sentence.
    """
    may = permitted(case, seen.post)
    if seen.sight is Sight.CASE:
        refusal.permitted = may
        return refusal
    part = may.of_a_part()
    if seen.sight is Sight.CIRCULATED:
        return Refused(RefusalKind.FORBIDDEN, "The case was circulated to your member, which takes no part in it.")
    try:
        apply_command(seen.case, parse(do, fields, by=seen.post, command_id=uuid4().hex), now)
    except Refused as of_the_part:
        return Refused(of_the_part.why, of_the_part.sentence, permitted=part)
    if too_much_in(refusal.sentence):
        return Refused(refusal.why, refusal.sentence, permitted=part)
    return Refused(refusal.why, "The case does not allow this now; look at it again before you go on.", permitted=part)
