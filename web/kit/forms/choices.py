"""What can be chosen in a field: from the case as its reader sees it."""

from collections.abc import Callable

from models.case import Case, Term
from models.posts import Post
from models.rules import terms_of_reference
from models.rules.contesting import contestable
from models.rules.later_admission import open_to_objection, to_endorse
from models.verification import verifiers
from notifications.words import Words
from web.kit.forms.field import Choice, Choices


def gates(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The open gates: those at which the post decides, if it does at any."""
    mine = [gate for gate in case.open_gates if gate.decider(post)]
    return [Choice(gate.name.value, say.gate(gate.name.value)) for gate in mine or case.open_gates]


def asking_gates(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The gates at which a question waits for its answer."""
    return [Choice(one.name.value, say.gate(one.name.value)) for one in case.open_gates if one.questions]


def outcomes(*states: str) -> Choices:
    """The outcomes in one of these states; in any, if none is named."""

    def choose(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
        return [Choice(o.title, o.title) for o in case.outcomes.values() if not states or o.state in states]

    return choose


def offered_outcomes(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The outcomes that name the post's member and that it has not taken on."""
    mine = (one for one in case.outcomes.values() if post.member in (one.owner, *one.supporting))
    return [Choice(one.title, one.title) for one in mine if not case.taken_on(one, post.member)]


def to_verify(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The outcomes that the post may verify; of those that are verified, the ones whose verifier is to say more."""
    waiting = (
        one for one in case.outcomes.values() if one.state == "done" or (one.state == "verified" and not one.achieved)
    )
    return [Choice(one.title, one.title) for one in waiting if post in verifiers(case, one)]


def arrangements(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The arrangements that have not ended."""
    return [Choice(title, title) for title, one in case.arrangements.items() if one.ended_at is None]


def arrangements_to_join(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The arrangements to which the post's member is no party."""
    there = {title: one for title, one in case.arrangements.items() if one.ended_at is None}
    return [Choice(title, title) for title, one in there.items() if post.member not in one.concerned]


def own_arrangements(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The arrangements to which the post's member is a party, or would be."""
    there = {title: one for title, one in case.arrangements.items() if one.ended_at is None}
    return [Choice(title, title) for title, one in there.items() if post.member in one.concerned]


def markings(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The markings of the Traffic Light Protocol 2.0, first the one of an arrangement of which none was said."""
    marks = ("TLP:AMBER", "TLP:RED", "TLP:AMBER+STRICT", "TLP:GREEN", "TLP:CLEAR")
    return [Choice(mark, mark) for mark in marks]


def other_markings(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The markings, first that it stays as it is."""
    return [Choice("", _("as it is")), *markings(case, post, say, _)]


def meetings_to_come(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The meetings that can be called off."""
    return [Choice(title, title) for title, one in case.meetings.items() if not (one.held or one.cancelled)]


def meetings(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The meetings that were not called off."""
    return [Choice(title, title) for title, one in case.meetings.items() if not one.cancelled]


def recommendations(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The recommendations, by their text."""
    return [Choice(one.text, f"{one.number}. {one.text[:120]}") for one in case.recommendations.values()]


def affected_members(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """Who is said to be affected on some ground, but the post's own member."""
    named = dict.fromkeys((*case.request.named_as_affected, *case.request.on_route))
    return [Choice(one, say.member(one)) for one in named if case.request.grounds_of(one) and one != post.member]


def listed_members(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The members on the list of participants."""
    return [Choice(code, say.member(code)) for code in case.participants]


def admitted(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The members whose later admission waits for the group."""
    return [Choice(code, say.member(code)) for code in to_endorse(case, post)]


def considered(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The members to whose later admission the post may object, or whose admission it can take back."""
    return [Choice(code, say.member(code)) for code in open_to_objection(case, post)]


def terms(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The terms of reference that are neither covered nor waived."""
    words = {
        Term.OUTCOMES: _("(a) practical operational outcomes"),
        Term.ARRANGEMENTS: _("(b) information-sharing arrangements"),
        Term.REPORT: _("(c) concrete recommendations in a report"),
    }
    return [Choice(t.value, words[t]) for t, state in terms_of_reference(case).items() if state == "open"]


def posts(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """The posts of the directory, the reader's own first."""
    known = (*case.directory.co_chairs, *case.directory.steering_group, *case.directory.focal_points)
    return [Choice(str(one), say.post(one)) for one in dict.fromkeys((post, *known))]


def recordings(case: Case, post: Post, say: Words, _: Callable[[str], str]) -> list[Choice]:
    """What was recorded in the post's name and can be contested, by its entry in the log; a position in words."""
    positions = {
        (one.post, one.at): f"{say.gate(gate.name.value)}: {say.word('position', one.position)}"
        for gate in case.gates.values()
        for one in (*gate.past, *gate.positions.values())
        if one.recorded_by
    }
    found = []
    for number, one in contestable(case, post).items():
        what = positions.get((one.post, one.at), "")
        when = _("entry %(number)s, %(at)s") % {"number": number, "at": say.moment(one.at)}
        found.append(Choice(str(number), f"{when} · {what}" if what else when))
    return found
