"""The subjects of ladders: what waits in a case, by its kind and, where there are several of a kind, by its name.

A subject stands in the log and in the state as text: ``completeness``, ``gate:activation``, ``outcome:Radio net``.
"""

from enum import StrEnum
from typing import NamedTuple


class SubjectKind(StrEnum):
    """What can wait in a case."""

    COMPLETENESS = "completeness"
    """The secretariat's check of a request."""
    RESUBMISSION = "resubmission"
    """The requester's new version."""
    GATE = "gate"
    """The Co-Chairs' decision at a gate, by its name."""
    ANSWER = "answer"
    """The answer to a Co-Chair's question at a gate, by the gate's name."""
    COMMENTS = "comments"
    """What the Steering Group says on the participants."""
    LIST = "list"
    """Another list of participants."""
    INVITATION = "invitation"
    """The answer to an invitation, by the member's code."""
    MINIMUM = "minimum"
    """What the minimum composition lacks."""
    CONSIDERED = "considered"
    """The Steering Group's objections to a later admission, by the member's code."""
    ADMISSION = "admission"
    """The group's endorsement of a later admission, by the member's code."""
    SITUATION = "situation"
    """The next situation update."""
    DURATION = "duration"
    """The end of the activation."""
    OUTCOME = "outcome"
    """The due date of an outcome, by its title."""
    TAKING_ON = "taking_on"
    """The word of owner and supporters on whether they take an outcome on, by its title."""
    VERIFY = "verify"
    """A Co-Chair's verification of an outcome, by its title."""
    VERIFIED = "verified"
    """The other Co-Chair's objection to a verification, by the outcome's title."""
    AGREEMENT = "agreement"
    """The parties' agreement to an arrangement, by its title."""
    BEGINS = "begins"
    """The day from which the parties want an arrangement, by its title."""
    ARRANGEMENT = "arrangement"
    """The review of an arrangement, by its title."""
    EXCHANGE = "exchange"
    """The next exchange that the rhythm of an arrangement asks for, by its title."""
    CONTRIBUTIONS = "contributions"
    """Contributions to a report, and its tabling after them."""
    SILENCE = "silence"
    """Objections to a tabled report."""
    CONSENT = "consent"
    """The consent of those whom a circulation names."""
    WORDING = "wording"
    """Other words for a circulation that names who has not consented."""
    CLOSING = "closing"
    """The proposal to close the case."""
    SUSPENSION = "suspension"
    """The next look at a suspension; the one ladder that runs while the clock of the case stands."""


class LadderSubject(NamedTuple):
    """A subject taken apart; ``about`` is empty where there is one of its kind."""

    kind: SubjectKind
    about: str


def subject_of(kind: SubjectKind, about: str = "") -> str:
    """The subject as it is written: ``gate:activation``."""
    return f"{kind}:{about}" if about else str(kind)


def read_subject(subject: str) -> LadderSubject:
    """A written subject taken apart.

    Raises:
        ValueError: it is of no known kind.
    """
    kind, _, about = subject.partition(":")
    return LadderSubject(SubjectKind(kind), about)
