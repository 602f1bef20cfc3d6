"""A refusal: what cannot be done, and what can be done now and by whom."""

from enum import StrEnum
from typing import NamedTuple

from models.case import Stage
from models.posts import Post


class RefusalKind(StrEnum):
    """The kind of a refusal, and by it the HTTP status that pages and API give."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"

    @property
    def status(self) -> int:
        """The HTTP status code (RFC 9110)."""
        return {"invalid": 422, "forbidden": 403, "not_found": 404, "conflict": 409}[self.value]


class Permitted(NamedTuple):
    """What a post may do in a case now; ``commands``: their names. The place that shows it makes the words.

    ``stage`` and ``waiting_on``: where the case is and whom it waits for; None for who sees only a part of it.
    """

    reference: str
    post: Post
    commands: tuple[str, ...]
    stage: Stage | None = None
    waiting_on: tuple[Post, ...] | None = None

    @property
    def sentence(self) -> str:
        """For programs, the command line and the log of Temporal: with the names of commands."""
        said = f"{self.post} may now do: {', '.join(self.commands) or 'nothing'}."
        if self.stage is None or self.waiting_on is None:
            return said
        return f"The case is in {self.stage.words} and it waits for {', '.join(self.waiting_on) or 'nobody'}; {said}"

    def of_a_part(self) -> "Permitted":
        """The same, without what is known of the whole case only."""
        return self._replace(stage=None, waiting_on=None)


class Refused(Exception):
    """What is asked cannot be done, and nothing has been written.

    ``sentence`` says what is wrong. ``permitted``: what the post may do instead; ``models.rules.steps.apply_command``
    and pages fill it in. It does not go through Temporal, which carries ``allowed``.
    """

    def __init__(self, why: RefusalKind, sentence: str, allowed: str = "", permitted: Permitted | None = None) -> None:
        super().__init__(sentence)
        self.why = why
        self.sentence = sentence
        self.permitted = permitted
        self._allowed = allowed

    @property
    def allowed(self) -> str:
        """What the post may do now, as one sentence with the names of commands; empty where no case is asked."""
        return self._allowed or (self.permitted.sentence if self.permitted else "")

    def __str__(self) -> str:
        return f"{self.sentence} {self.allowed}".strip()
