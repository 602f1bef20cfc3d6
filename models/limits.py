"""How much one may say, and how much a case holds: every bound, in one place (docs/commands.md, Limits).

A case travels whole through Temporal, each time that its workflow goes on as a new run, and Temporal carries no value of
more than 2 MB. So nothing in a case grows without end: what is listed is counted here, and the whole is measured
(``models.case_size``) before a step is recorded (``models.rules.room``).
"""

from collections.abc import Mapping

LONGEST_TITLE = 300
"""Characters of a name or title."""

LONGEST_TEXT = 20_000
"""Characters of a running text."""

LONGEST_COMMAND = 250_000
"""Characters of JSON that a command's body has at most, and of a request with all that it says: a page reads several."""

MOST_VALUES = 5_000
"""Values, entries of lists and all, that the fields of one command hold: no request comes near."""

LONGEST_LIST = 200
"""Entries of one list in a command, where its field names no other bound: far more than there are members."""

MOST_VERSIONS = 50
"""Versions that a request has at most: all are kept, and whoever sees the case can read them."""

MOST_GROUNDS = 100
"""Grounds that a request states at most, whoever has stated them."""

MOST_QUESTIONS = 10
"""Questions of Co-Chairs that are open at one gate."""

MOST_IN_A_CASE: Mapping[str, int] = {
    "outcomes": 1_000,
    "arrangements": 300,
    "meetings": 500,
    "reports": 50,
    "recommendations": 300,
    "circulations": 50,
}
"""Things of a kind that a case holds at most, those that have ended with them: by the name of the part of the case."""

KEPT_COMMANDS = 100
"""How many command ids a case remembers; the log knows all of them."""

KEPT_RECORDINGS = 100
"""How many of what was recorded in posts' names a case remembers."""

KEPT_POSITIONS = 40
"""How many past positions of a gate a case keeps at hand; the log keeps all."""

TEMPORAL_CARRIES = 2 * 1024 * 1024
"""Bytes of one value, compressed and sealed, that a Temporal server takes (its ``limit.blobSize.error``)."""

FULL = 1_200_000
"""Bytes of JSON from which on a case takes no more long words and nothing new to work on. What compresses badly shrinks
to three quarters on its way, so that what comes after has room even where it does not shrink at all."""

SHORT_WORDS = 1_000
"""Bytes of JSON that a short command has at most: what of it a case that is full takes still."""

FULL_OF_SHORT_WORDS = 1_500_000
"""Bytes of JSON from which on only short words are taken that decide, say how work goes or end something, and what the
clock does. These are bounded by what there is, and have the rest of what Temporal carries."""
