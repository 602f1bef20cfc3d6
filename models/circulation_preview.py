"""A circulation before it goes out: its notices and its text, if everybody who is asked consents, or if some refuse.

Made by the rules that release it (``release``, ``notices``), on a case that is never recorded.
"""

from collections.abc import Iterable

from models import events as e
from models.base import Value
from models.case import Case, Circulation, Consent
from models.notices import Notice, notices_of
from models.release import Release, release_of


class Preview(Value):
    """A circulation as it would be: itself, what it tells, and the notices that would go out."""

    circulation: Circulation
    release: Release
    notices: tuple[Notice, ...]


def if_released(case: Case, circulation: Circulation, refusing: Iterable[str] = ()) -> Preview:
    """The circulation as released now, with the consent of all that have not answered, but of none of ``refusing``."""
    against = frozenset(refusing)

    def word(member: str, consent: Consent) -> Consent:
        if member in against:
            return Consent.REFUSED
        return Consent.GIVEN if consent is Consent.PENDING else consent

    consents = {member: word(member, consent) for member, consent in circulation.consents.items()}
    out = circulation.model_copy(update={"state": "released", "consents": consents})
    after = case.model_copy(update={"circulations": {**case.circulations, out.number: out}})
    event = e.CirculationMoved(circulation=out.number, state="released")
    return Preview(circulation=out, release=release_of(after, out), notices=notices_of(after, event))
