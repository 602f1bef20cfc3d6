"""A refusal: what cannot be done, and what can be done now and by whom."""

from enum import StrEnum


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


class Refused(Exception):
    """What is asked cannot be done, and nothing has been written.

    ``sentence`` says what is wrong; ``allowed`` says what the post may do now (empty: nothing), filled in by
    ``models.rules.steps.apply_command``.
    """

    def __init__(self, why: RefusalKind, sentence: str, allowed: str = "") -> None:
        super().__init__(sentence)
        self.why = why
        self.sentence = sentence
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{self.sentence} {self.allowed}".strip()
