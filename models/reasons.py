"""Reasons: what the rules state in an event, as a code with the facts that belong to it.

Why something came about, what a decision is about, what is lacking, where a deadline comes from. Beside them stands the
sentence in English that is made of them (``in_english``), for people who read the log itself. Wherever else a reason is
shown it is said from its code and its facts, in the reader's language (``notifications.words``); no program reads the
sentence. Entries from before the codes have the sentence alone (``old_sentences``).
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum

from models.base import N_, Value
from models.policy import Span

Fact = str | int | tuple[str, ...]
"""What stands in a sentence: a code, a post, a day (ISO 8601), somebody's words; a number; several codes."""


class ReasonCode(StrEnum):
    """What can be stated. The codes stand in logs and never change."""

    OWN_WORDS = "own_words"
    """Somebody's own words, between sentences of the procedure's."""

    # what a decision is about
    REQUEST = "request"
    PARTICIPANTS = "participants"
    EXTENSION = "extension"
    TERMINATION = "termination"
    REPORT = "report"
    CIRCULATION = "circulation"
    NO_CIRCULATION = "no_circulation"
    CLOSING = "closing"
    WAIVER = "waiver"

    # why it was amended
    REPLACEMENT_PROPOSED = "replacement_proposed"
    PARTICIPANTS_PROPOSED = "participants_proposed"
    VERSION_SUBMITTED = "version_submitted"
    VERSION_WRITTEN = "version_written"
    TERMS_WAIVED = "terms_waived"
    REQUEST_JOINED = "request_joined"
    REQUEST_LEFT = "request_left"

    # why a member is listed
    REQUESTER = "requester"
    AFFECTED = "affected"
    ON_ROUTE = "on_route"
    MANDATE_ALWAYS = "mandate_always"
    MANDATE = "mandate"
    TOOK_PART = "took_part"
    PROPOSED_BY = "proposed_by"
    IN_PLACE_OF = "in_place_of"
    LATER_ADMISSION = "later_admission"
    ADMITTED_ALREADY = "admitted_already"

    # how a decision or a step ended
    DECLINED_BY_ONE = "declined_by_one"
    NO_AGREEMENT = "no_agreement"
    NO_DECISION_IN_TIME = "no_decision_in_time"
    GROUP_REPORTS = "group_reports"
    OUTCOME_REOPENED = "outcome_reopened"
    CASE_ENDED = "case_ended"
    CO_CHAIRS_DECLINED = "co_chairs_declined"
    GATE_LAPSED = "gate_lapsed"
    RESUBMITTED = "resubmitted"
    EVERYONE_ANSWERED = "everyone_answered"
    CONVENED_BY = "convened_by"
    DURATION_OVER = "duration_over"
    NOBODY_OBJECTED = "nobody_objected"
    REPORT_REVISED = "report_revised"

    # what the minimum composition lacks
    LACKS_REQUESTER = "lacks_requester"
    LACKS_AFFECTED = "lacks_affected"
    LACKS_ORGANISATION = "lacks_organisation"

    # where a deadline comes from
    SPAN = "span"
    DUE_ON = "due_on"
    REVIEW_ON = "review_on"
    DAY_WANTED = "day_wanted"


_C = ReasonCode

SENTENCES: Mapping[ReasonCode, str] = {
    _C.OWN_WORDS: "%(words)s",
    _C.REQUEST: N_("Request of %(who)s, version %(version)s: %(title)s"),
    _C.PARTICIPANTS: N_("Participants: %(participants)s. Observers: %(observers)s."),
    _C.EXTENSION: N_("Extension until %(day)s."),
    _C.TERMINATION: N_("Early termination, asked for by %(post)s."),
    _C.REPORT: N_("%(report)s, version %(version)s"),
    _C.CIRCULATION: N_("Circulation %(number)s: %(kind)s to %(count)s members, naming %(naming)s"),
    _C.NO_CIRCULATION: N_("Circulation %(number)s: nothing is circulated"),
    _C.CLOSING: N_("Closing of the case."),
    _C.WAIVER: N_("Waived (%(term)s): %(words)s"),
    _C.REPLACEMENT_PROPOSED: N_("%(post)s proposed %(member)s in the place of %(replaced)s"),
    _C.PARTICIPANTS_PROPOSED: N_("%(post)s proposed participants"),
    _C.VERSION_SUBMITTED: N_("%(post)s submitted version %(version)s"),
    _C.VERSION_WRITTEN: N_("%(post)s wrote version %(version)s"),
    _C.TERMS_WAIVED: N_("%(post)s waived %(terms)s"),
    _C.REQUEST_JOINED: N_("%(member)s joined the request"),
    _C.REQUEST_LEFT: N_("%(member)s no longer submits jointly"),
    _C.REQUESTER: N_("requester"),
    _C.AFFECTED: N_("named as affected"),
    _C.ON_ROUTE: N_("on the route"),
    _C.MANDATE_ALWAYS: N_("its mandate covers every case"),
    _C.MANDATE: N_("its mandate: %(word)s"),
    _C.TOOK_PART: N_("took part in 2009"),
    _C.PROPOSED_BY: N_("proposed by %(post)s"),
    _C.IN_PLACE_OF: N_("in the place of %(member)s"),
    _C.LATER_ADMISSION: N_("later admission"),
    _C.ADMITTED_ALREADY: N_("%(member)s admitted"),
    _C.DECLINED_BY_ONE: N_("Declined by one; the other did not answer by the deadline."),
    _C.NO_AGREEMENT: N_("No agreement in the second round."),
    _C.NO_DECISION_IN_TIME: N_("There was no decision in time; nothing is decided."),
    _C.GROUP_REPORTS: N_("The group reports; its activation is not extended any more."),
    _C.OUTCOME_REOPENED: N_("The outcome %(outcome)s is open again."),
    _C.CASE_ENDED: N_("The case is %(stage)s."),
    _C.CO_CHAIRS_DECLINED: N_("The Co-Chairs declined."),
    _C.GATE_LAPSED: N_("The gate lapsed; nothing is decided."),
    _C.RESUBMITTED: N_("Resubmitted after it lapsed."),
    _C.EVERYONE_ANSWERED: N_("Everyone has answered."),
    _C.CONVENED_BY: N_("Convened by %(post)s."),
    _C.DURATION_OVER: N_("The activation's duration is over."),
    _C.NOBODY_OBJECTED: N_("Nobody objected by the date."),
    _C.REPORT_REVISED: N_("revised"),
    _C.LACKS_REQUESTER: N_("the requester"),
    _C.LACKS_AFFECTED: N_("%(count)s other most-affected member"),
    _C.LACKS_ORGANISATION: N_("%(count)s organisation"),
    _C.SPAN: "%(span)s",
    _C.DUE_ON: N_("due on %(day)s"),
    _C.REVIEW_ON: N_("review on %(day)s"),
    _C.DAY_WANTED: N_("the day that the parties want"),
}
"""The sentence of each code, with its facts by name; translated where it is shown."""

_IN_THE_LOG = {_C.DUE_ON: "due %(day)s", _C.REVIEW_ON: "review %(day)s"}
"""Sentences that the log has otherwise than readers are told."""

PLAIN = (_C.OWN_WORDS, _C.SPAN)
"""What is said by a fact alone: there is nothing to translate."""

WHY_LISTED = (_C.REQUESTER, _C.AFFECTED, _C.ON_ROUTE, _C.MANDATE_ALWAYS, _C.TOOK_PART)
"""Words for why a member is listed that are translated as such: other languages say them otherwise of other things."""

_FROM_SECTIONS: Mapping[ReasonCode, tuple[str, ...]] = {
    _C.AFFECTED: ("affected",),
    _C.ON_ROUTE: ("routes",),
    _C.MANDATE: ("situation", "asks"),
}
"""The sections of a request that a reason is read from.

A mandate's word may stand in the title, which is never closed; with the situation or the asks closed nobody can tell from
where it came, so it is left out then.
"""


def tells_of(code: ReasonCode, sections: Collection[str]) -> bool:
    """Whether a reason tells of one of these sections: who may not read the section may not read the reason."""
    return any(section in sections for section in _FROM_SECTIONS.get(code, ()))


class StatedReason(Value):
    """One thing that is stated: its code, and the facts that its sentence names."""

    code: ReasonCode
    facts: Mapping[str, Fact] = {}

    def __hash__(self) -> int:
        return hash(self.code)


def reason(code: ReasonCode, **facts: Fact) -> StatedReason:
    """A reason with its facts.

    Raises:
        ValueError: the facts are not those that the sentence of the code names.
    """
    if facts.keys() != set(re.findall(r"%\((\w+)\)s", SENTENCES[code])):
        raise ValueError(f"{code.value} is not stated with {', '.join(facts) or 'no facts'}: {SENTENCES[code]}")
    return StatedReason(code=code, facts=facts)


def own_words(text: str) -> tuple[StatedReason, ...]:
    """Somebody's words after a sentence of the procedure's; nothing where nothing was said."""
    return (reason(ReasonCode.OWN_WORDS, words=text),) if text else ()


def sentence_in_the_log(code: ReasonCode) -> str:
    """The English sentence of a code as logs hold it, with its facts by name."""
    return _IN_THE_LOG.get(code, SENTENCES[code])


def in_english(reasons: Iterable[StatedReason], between: str = "; ", name_of: Callable[[str], str] = str) -> str:
    """The sentences of reasons as the log holds them; ``name_of`` gives the name of a member, where one is named."""

    def said(name: str, fact: Fact) -> str:
        match name, fact:
            case (("who" | "participants" | "observers"), tuple()):
                return ", ".join(map(name_of, fact)) or "none"
            case "naming", tuple():
                return ", ".join(fact) or "nobody"
            case "terms", tuple():
                return " and ".join(f"({term})" for term in fact)
            case "report", str():
                return fact.capitalize()
            case "outcome", str():
                return repr(fact)
            case "span", str():
                return Span(fact).words
        return str(fact)

    return between.join(
        sentence_in_the_log(one.code) % {name: said(name, fact) for name, fact in one.facts.items()} for one in reasons
    )


def text_and_reasons(said: str | StatedReason) -> tuple[str, tuple[StatedReason, ...]]:
    """What an event holds of what is said with it: a post's own words, or a reason and its sentence."""
    return (said, ()) if isinstance(said, str) else (in_english((said,)), (said,))
