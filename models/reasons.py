"""Reasons: what the rules state in an event, as a code with the facts that belong to it.

Why something came about, what a decision is about, what is lacking, where a deadline comes from. Beside them stands the
sentence in English that is made of them (``in_english``), for people who read the log itself. Wherever else a reason is
shown it is said from its code and its facts, in the reader's language (``notifications.words``); no program reads the
sentence. Entries from before the codes have the sentence alone (``old_sentences``).
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum

from models.base import N_, Value
from models.policy import Span

Fact = str | int | tuple[str, ...]
"""What stands in a sentence: a code, a post, a day (ISO 8601), somebody's words; a number; several codes."""


class ReasonCode(StrEnum):
    """What can be stated. The codes stand in logs and never change."""

    _value_: str
    sentence: str
    """The sentence in English, with its facts by name; it is translated where it is shown."""

    def __new__(cls, code: str, sentence: str) -> "ReasonCode":
        made = str.__new__(cls, code)
        made._value_, made.sentence = code, sentence
        return made

    OWN_WORDS = "own_words", "%(words)s"
    """Somebody's own words, between sentences of the procedure's."""

    # what a decision is about
    REQUEST = "request", N_("Request of %(who)s, version %(version)s: %(title)s")
    PARTICIPANTS = "participants", N_("Participants: %(participants)s. Observers: %(observers)s.")
    EXTENSION = "extension", N_("Extension until %(day)s.")
    TERMINATION = "termination", N_("Early termination, asked for by %(post)s.")
    REPORT = "report", N_("%(report)s, version %(version)s")
    CORRECTED = (
        "corrected",
        N_("Corrected in form: “%(was)s” now reads “%(now)s”. Who approves says that this changes nothing else."),
    )
    CIRCULATION = "circulation", N_("Circulation %(number)s: %(kind)s to %(count)s members, naming %(naming)s")
    NO_CIRCULATION = "no_circulation", N_("Circulation %(number)s: nothing is circulated")
    NAMES_KEPT = "names_kept", N_("(names that stay without consent: %(names)s; why: %(words)s)")
    CLOSING = "closing", N_("Closing of the case.")
    WAIVER = "waiver", N_("Waived (%(term)s): %(words)s")

    # why it was amended
    REPLACEMENT_PROPOSED = "replacement_proposed", N_("%(post)s proposed %(member)s in the place of %(replaced)s")
    PARTICIPANTS_PROPOSED = "participants_proposed", N_("%(post)s proposed participants")
    VERSION_SUBMITTED = "version_submitted", N_("%(post)s submitted version %(version)s")
    VERSION_WRITTEN = "version_written", N_("%(post)s wrote version %(version)s")
    TERMS_WAIVED = "terms_waived", N_("%(post)s waived %(terms)s")
    WAIVER_CONTESTED = "waiver_contested", N_("%(post)s contests that it waived %(terms)s")
    REWORDED = "reworded", N_("%(post)s wrote it in other words")
    REQUEST_JOINED = "request_joined", N_("%(member)s joined the request")
    REQUEST_LEFT = "request_left", N_("%(member)s no longer submits jointly")

    # why a member is listed
    REQUESTER = "requester", N_("requester")
    AFFECTED = "affected", N_("named as affected")
    GROUND = "ground", "%(ground)s"
    GROUND_WITH_FIGURES = "ground_with_figures", "%(ground)s: %(figures)s"
    GROUND_CONFIRMED = "ground_confirmed", N_("%(ground)s confirmed by %(who)s")
    GROUND_DISPUTED = "ground_disputed", N_("%(ground)s disputed by %(who)s")
    ON_ROUTE = "on_route", N_("on the route")
    MANDATE_ALWAYS = "mandate_always", N_("its mandate covers every case")
    MANDATE = "mandate", N_("its mandate: %(word)s")
    TOOK_PART = "took_part", N_("took part in 2009")
    PROPOSED_BY = "proposed_by", N_("proposed by %(post)s")
    IN_PLACE_OF = "in_place_of", N_("in the place of %(member)s")
    LATER_ADMISSION = "later_admission", N_("later admission")
    ADMITTED_ALREADY = "admitted_already", N_("%(member)s admitted")

    # how a decision or a step ended
    DECLINED_BY_ONE = "declined_by_one", N_("Declined by one; the other did not answer by the deadline.")
    NO_AGREEMENT = "no_agreement", N_("No agreement in the second round.")
    NO_DECISION_IN_TIME = "no_decision_in_time", N_("There was no decision in time; nothing is decided.")
    GROUP_REPORTS = "group_reports", N_("The group reports; its activation is not extended any more.")
    OUTCOME_REOPENED = "outcome_reopened", N_("The outcome %(outcome)s is open again.")
    TERM_OPEN_AGAIN = "term_open_again", N_("A term of reference is open again.")
    CASE_ENDED = "case_ended", N_("The case is %(stage)s.")
    CO_CHAIRS_DECLINED = "co_chairs_declined", N_("The Co-Chairs declined.")
    GATE_LAPSED = "gate_lapsed", N_("The gate lapsed; nothing is decided.")
    RESUBMITTED = "resubmitted", N_("Resubmitted after it lapsed.")
    EVERYONE_ANSWERED = "everyone_answered", N_("Everyone has answered.")
    CONVENED_BY = "convened_by", N_("Convened by %(post)s.")
    ENDS_EARLY = "ends_early", N_("The Co-Chairs have approved an early end.")
    DURATION_OVER = "duration_over", N_("The activation's duration is over.")
    NOBODY_OBJECTED = "nobody_objected", N_("Nobody objected by the date.")
    REPORT_REVISED = "report_revised", N_("revised")
    LEFT_GROUP = "left_group", N_("%(member)s has left the group.")
    NOT_TAKEN_ON = "not_taken_on", N_("%(member)s has not taken it on.")
    PARTIES_LEFT = "parties_left", N_("Fewer than two parties are left.")

    # what the minimum composition lacks
    LACKS_REQUESTER = "lacks_requester", N_("the requester")
    LACKS_AFFECTED = "lacks_affected", N_("%(count)s other most-affected member")
    LACKS_ORGANISATION = "lacks_organisation", N_("%(count)s organisation")

    # where a deadline comes from
    SPAN = "span", "%(span)s"
    DUE_ON = "due_on", N_("due on %(day)s")
    REVIEW_ON = "review_on", N_("review on %(day)s")
    DAY_WANTED = "day_wanted", N_("the day that the parties want")


_C = ReasonCode

_IN_THE_LOG = {_C.DUE_ON: "due %(day)s", _C.REVIEW_ON: "review %(day)s"}
"""Sentences that the log has otherwise than readers are told."""

PLAIN = (_C.OWN_WORDS, _C.SPAN, _C.GROUND, _C.GROUND_WITH_FIGURES)
"""What is said by facts alone: there is nothing to translate."""

WHY_LISTED = (_C.REQUESTER, _C.AFFECTED, _C.ON_ROUTE, _C.MANDATE_ALWAYS, _C.TOOK_PART)
"""Words for why a member is listed that are translated as such: other languages say them otherwise of other things."""

_FROM_SECTIONS: Mapping[ReasonCode, tuple[str, ...]] = {
    _C.AFFECTED: ("affected",),
    _C.GROUND: ("affected",),
    _C.GROUND_WITH_FIGURES: ("affected", "figures"),
    _C.GROUND_CONFIRMED: ("affected",),
    _C.GROUND_DISPUTED: ("affected",),
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
    if facts.keys() != set(re.findall(r"%\((\w+)\)s", code.sentence)):
        raise ValueError(f"{code.value} is not stated with {', '.join(facts) or 'no facts'}: {code.sentence}")
    return StatedReason(code=code, facts=facts)


def own_words(text: str) -> tuple[StatedReason, ...]:
    """Somebody's words after a sentence of the procedure's; nothing where nothing was said."""
    return (reason(ReasonCode.OWN_WORDS, words=text),) if text else ()


def sentence_in_the_log(code: ReasonCode) -> str:
    """The English sentence of a code as logs hold it, with its facts by name."""
    return _IN_THE_LOG.get(code, code.sentence)


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
            case "figures", tuple():
                return _figures(fact)
        return str(fact)

    return between.join(
        sentence_in_the_log(one.code) % {name: said(name, fact) for name, fact in one.facts.items()} for one in reasons
    )


def _figures(fact: tuple[str, ...]) -> str:
    """What is known of a ground in figures: ``1,240 of 2,000 since 1 May, two sources``."""
    number, of, since, sources = fact
    parts = [f"{float(number):,.12g}" if number else ""]
    parts += [f"of {float(of):,.12g}"] if of else []
    parts += [f"since {_day(since)}"] if since else []
    many = int(sources)
    counted = {0: "", 1: "one source", 2: "two sources", 3: "three sources"}.get(many, f"{many} sources")
    return ", ".join(filter(None, (" ".join(filter(None, parts)), counted)))


def _day(written: str) -> str:
    """A day as ISO 8601 has it, or without its year: ``1 May``."""
    year, _, rest = written.rpartition("-")[0].rpartition("-")
    day = date(int(year or 2000), int(rest), int(written[-2:]))
    return f"{day.day} {day:%B}{f' {year}' if year else ''}"


def text_and_reasons(said: str | StatedReason) -> tuple[str, tuple[StatedReason, ...]]:
    """What an event holds of what is said with it: a post's own words, or a reason and its sentence."""
    return (said, ()) if isinstance(said, str) else (in_english((said,)), (said,))
