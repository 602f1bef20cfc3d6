"""Who endorses a later admission, whose endorsement counts, and when there are enough."""

from models.case import Case, Participant, Seat
from models.policy import LaterAdmission


def by_one_word(case: Case) -> bool:
    """Whether the word of one of the Steering Group admits, as in cases of before."""
    return case.policy.later_admission is LaterAdmission.ONE_WORD


def may_endorse(case: Case, newcomer: Participant) -> tuple[str, ...]:
    """The participants whose endorsement counts: all but the member whose post proposed the newcomer."""
    return tuple(code for code in case.taking_part(seat=Seat.PARTICIPANT) if not newcomer.proposed_of(code))


def yet_to_endorse(case: Case, newcomer: Participant) -> tuple[str, ...]:
    """The participants whose endorsement is awaited; in cases of before, also those who have given it."""
    given = () if by_one_word(case) else newcomer.endorsed_by
    return tuple(code for code in may_endorse(case, newcomer) if code not in given)


def endorsements(case: Case, newcomer: Participant) -> tuple[str, ...]:
    """The members whose endorsement counts now: who has left, or observes, endorses no more."""
    if by_one_word(case):
        return newcomer.endorsed_by
    there = may_endorse(case, newcomer)
    return tuple(code for code in newcomer.endorsed_by if code in there)


def is_endorsed(case: Case, newcomer: Participant) -> bool:
    """Whether as many have endorsed as the policy says, or all where fewer may; where nobody may, nobody has to."""
    enough = case.policy.endorsements
    if not by_one_word(case):
        enough = min(enough, len(may_endorse(case, newcomer)))
    return len(endorsements(case, newcomer)) >= enough
