"""Who is on the list of participants, and what the group lacks of the minimum composition (policy)."""

from models.case import Case, Participant, ParticipantState
from models.reasons import ReasonCode, StatedReason, reason

_OFF_THE_LIST = (ParticipantState.REPLACED, ParticipantState.LEFT, ParticipantState.NOT_ADMITTED)


def on_the_list(case: Case) -> list[Participant]:
    """The participants on the list, whatever they answered."""
    return [one for one in case.participants.values() if one.state not in _OFF_THE_LIST]


def missing_for_minimum(case: Case) -> tuple[StatedReason, ...]:
    """What the minimum composition (policy) lacks: the requester, other most-affected members, organisations.

    Most affected are the members that submit the request or that it names, those on its routes, and whoever came in the
    place of one of them; where the list has none of them besides one requester, any state or territory on it counts.
    """
    accepted = [p.member for p in case.participants.values() if p.state is ParticipantState.ACCEPTED]
    organisations = [code for code in accepted if case.directory.is_organisation(code)]
    requesters = [code for code in accepted if case.is_requester(code)]
    others = [code for code in accepted if code not in (*organisations, *requesters)]
    affected = _most_affected(case) - set(case.requesters)
    if affected or len(case.requesters) > 1:
        others = [code for code in others if code in affected]
    others += requesters[1:]
    lacks = []
    if not requesters:
        lacks.append(reason(ReasonCode.LACKS_REQUESTER))
    if len(others) < case.policy.other_affected:
        lacks.append(reason(ReasonCode.LACKS_AFFECTED, count=case.policy.other_affected - len(others)))
    if len(organisations) < case.policy.organisations:
        lacks.append(reason(ReasonCode.LACKS_ORGANISATION, count=case.policy.organisations - len(organisations)))
    return tuple(lacks)


def affected_countries(case: Case) -> set[str]:
    """The most-affected states and territories: who asks, is named or lies on a route, or came in the place of one."""
    found = {*case.requesters, *case.request.named_as_affected, *case.request.on_route} | _most_affected(case)
    return {code for code in found if not case.directory.is_organisation(code)}


def _most_affected(case: Case) -> set[str]:
    """The most-affected members on the list, with those in the place of one that is not on it any more."""
    named = {*case.requesters, *case.request.named_as_affected, *case.request.on_route}
    found = {one.member for one in on_the_list(case) if one.member in named}
    for one in on_the_list(case):
        place, passed = one.place_of, set[str]()
        while place and place not in passed and place not in named:
            passed.add(place)
            replaced = case.participants.get(place)
            place = replaced.place_of if replaced else ""
        if place in named:
            found.add(one.member)
    return found
