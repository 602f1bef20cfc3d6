"""What was sent to the product, and what was answered: the memory of those who use it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Answer(StrEnum):
    """What somebody who gave a command knows of it."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass
class Given:
    """A command. ``id``: as the log has it, or how it begins where ``id_begins``; ``mark``: a text of its own in it,
    no other command has it."""

    way: str
    post: str
    do: str
    reference: str
    id: str
    mark: str
    id_begins: bool = False
    answer: Answer = Answer.UNKNOWN
    seq: int = 0
    sent: int = 0
    said: str = ""

    def __str__(self) -> str:
        return f"{self.do} of {self.post} on {self.reference or 'a new case'} by {self.way} ({self.id})"


@dataclass
class Journal:
    """All that was given, by all. ``wrong``: answers that nobody should have got."""

    given: list[Given] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    cases: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)

    def counts(self) -> Counter[Answer]:
        """How many commands ended in which knowledge."""
        return Counter(one.answer for one in self.given)

    def ways(self) -> Counter[str]:
        """How many were acknowledged by which way."""
        return Counter(one.way for one in self.given if one.answer is Answer.ACKNOWLEDGED)

    def with_answer(self, answer: Answer) -> Iterable[Given]:
        """Those that ended so."""
        return (one for one in self.given if one.answer is answer)
