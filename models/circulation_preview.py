"""A circulation before it goes out: its notices and its text, if everybody who is asked consents, or if some refuse.

Made by the rules that release it (``release``, ``notices``), on a case that is never recorded.
"""

from collections.abc import Iterable
from datetime import datetime

from models import events as e
from models.base import Value
from models.case import Case, Circulation, Consent, NameInText
from models.commands import Circulate, Command
from models.notices import Notice, notices_of
from models.refusal import RefusalKind, Refused
from models.release import Release, release_of
from models.rules import allowed, apply_command
from models.rules.circulation import drafted


class Preview(Value):
    """A circulation as it would be: itself, what it tells, and the notices that would go out.

    ``held``: the names for which it does not go out; then there are no notices.
    """

    circulation: Circulation
    release: Release
    notices: tuple[Notice, ...]
    held: tuple[NameInText, ...] = ()


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
    notices = () if out.unsettled else notices_of(after, event)
    return Preview(circulation=out, release=release_of(after, out), notices=notices, held=out.unsettled)


def as_proposed(case: Case, command: Command, now: datetime) -> Circulation:
    """What a proposal would put before the Co-Chairs; also where names in it are not settled yet, which are shown then.

    Raises:
        Refused: it would be refused for something else.
    """
    try:
        after = apply_command(case, command, now).after.circulation
    except Refused:
        if not isinstance(command.body, Circulate) or "circulate" not in allowed(case, command.by):
            raise
        circulation = drafted(case, command.body)
        if not circulation.unsettled:
            raise
        return circulation
    if after is None:
        raise Refused(RefusalKind.INVALID, "This proposes no circulation.")
    return after
