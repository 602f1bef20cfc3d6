"""The log of a case in words: a sentence for each entry, and the text that came with it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from models import events as e
from models.authentication import Means
from models.base import N_, Value
from models.case import Case
from models.ladder import MovedDeadline
from models.log import ActedFor, Entry, event_of
from models.posts import Post
from models.visibility import grounds_confidential
from notifications.words import Words
from web.case.amended import amended_words
from web.kit.wording import Translate, act_words, section_words


class TimelineEntry(NamedTuple):
    """One entry in words. ``by``: the post, or nobody for the clock; ``acted_for``: who acted for it, how and why.

    ``means``: by what its sender was known, in the first entry of a signed command that is told. ``contested_at``: when
    the post said that it never said this.
    """

    seq: int
    at: datetime
    by: Post | None
    sentence: str
    quote: str
    acted_for: ActedFor | None
    type: str
    means: Means | None = None
    contested_at: datetime | None = None

    @property
    def names_member(self) -> bool:
        """Whether its sentence begins with the member that acts: its post need not come before."""
        return self.type in _OF_ITS_MEMBER

    @property
    def has_subject(self) -> bool:
        """Whether its sentence has a subject of its own, which its post cannot be."""
        return self.type in _OF_A_THING


QUIET_EVENTS = frozenset(("ladder_set", "ladder_cleared", "question_dropped"))
"""What only the machinery needs to know."""

_CAME_ABOUT: dict[str, str] = {
    "stage_entered": N_("the case entered the stage: %(stage)s"),
    "positions_voided": N_("positions on %(gate)s are void, since what they were given on was amended: %(posts)s"),
    "respondent_changed": N_("what is asked on %(gate)s is for %(respondent)s to answer now"),
    "gate_split": N_("the Co-Chairs disagree on %(gate)s; round %(round)s follows their consultation"),
    "gate_decided": N_("%(gate)s: %(outcome)s"),
    "invited": N_("invitations went out: %(members)s"),
    "minimum_missing": N_("the minimum composition is not met; it lacks %(lacks)s"),
    "arrangement_amended": N_("the other terms of the arrangement %(arrangement)s hold"),
    "arrangement_ended": N_("the arrangement %(arrangement)s has ended"),
    "seat_offered": N_("%(member)s is asked to take part in the group %(seat)s"),
    "arrangement_in_force": N_("the arrangement %(arrangement)s is in force"),
    "circulation_moved": N_("circulation %(circulation)s is %(state)s"),
    "deadlines_moved": N_("the time to decide runs again: %(moved)s"),
    "admission_unopposed": N_("nobody in the Steering Group objected to the admission of %(member)s"),
    "extended": N_("the activation is extended until %(active_until)s"),
}
"""Sentences that say what came about, not what a post did."""

_WITHOUT_SUBJECT = frozenset((*_CAME_ABOUT, "rung_passed"))
_OF_ITS_MEMBER: dict[str, str] = {
    "responded": N_("%(member)s: %(state)s"),
    "endorsed": N_("%(by)s endorsed the admission of %(member)s"),
    "outcome_taken_on": N_("%(member)s: %(answer)s the outcome %(outcome)s"),
    "arrangement_agreed": N_("%(member)s agreed to the arrangement %(arrangement)s"),
    "arrangement_left": N_("%(member)s left the arrangement %(arrangement)s"),
    "exchange_logged": N_("%(member)s noted an exchange under %(arrangement)s: %(kind)s, %(on)s%(between)s"),
    "contributed": N_("%(member)s contributed to the report"),
    "objected": N_("%(member)s objected"),
}
"""Sentences that begin with the member that acts: its post need not come before."""

_OF_A_THING: dict[str, str] = {
    "outcome_moved": N_("the outcome %(outcome)s is %(state)s"),
    "report_moved": N_("the %(report)s is %(state)s"),
    "consent_noted": N_("consent of %(member)s to being named: %(consent)s"),
}
"""Sentences with a subject of their own, which the post cannot be."""

EVENT_SENTENCES: dict[str, str] = {
    **_CAME_ABOUT,
    **_OF_ITS_MEMBER,
    **_OF_A_THING,
    "submitted": N_("submitted the request"),
    "returned": N_("sent the request back: %(missing)s"),
    "resubmitted": N_("submitted version %(version)s; changed: %(changed)s"),
    "joined": N_("submitted the request jointly: %(member)s"),
    "found_complete": N_("found the request complete"),
    "ground_reviewed": N_("%(view)s the ground of %(member)s: %(ground)s"),
    "requester_withdrew": N_("took the request back: %(member)s"),
    "suspended": N_("stopped the clock of the case"),
    "resumed": N_("started the clock again"),
    "day_announced": N_("entered that the office of %(office)s is %(closed)s from %(first)s until %(last)s"),
    "gate_opened": N_("opened the decision on %(gate)s"),
    "position_taken": N_("took a position on %(gate)s: %(position)s"),
    "asked": N_("asked a question on %(gate)s; the clock stands until it is answered"),
    "answered": N_("answered the question on %(gate)s"),
    "recused": N_("recused itself from %(gate)s; %(substitute)s takes its place"),
    "participants_proposed": N_("proposed participants: %(listed)s"),
    "commented": N_("commented"),
    "replaced": N_("proposed %(by)s in the place of %(member)s"),
    "admission_proposed": N_("proposed to admit %(member)s; the Steering Group may object"),
    "admitted": N_("admitted %(member)s, subject to the group's endorsement"),
    "convened": N_("convened the group until %(active_until)s"),
    "outcome_added": N_("added the outcome %(title)s (owner: %(owner)s)"),
    "outcome_amended": N_("amended the outcome %(outcome)s: %(amended)s"),
    "progress_noted": N_("noted progress on %(outcome)s: %(value)s"),
    "arrangement_added": N_("proposed the arrangement %(title)s between %(parties)s"),
    "arrangement_amendment_proposed": N_("proposed for the arrangement %(arrangement)s: %(amended)s"),
    "arrangement_reviewed": N_("reviewed the arrangement %(arrangement)s"),
    "meeting_scheduled": N_("called the meeting %(title)s, %(starts)s"),
    "meeting_cancelled": N_("called off the meeting %(title)s, %(starts)s"),
    "attendance_taken": N_("noted attendance of %(meeting)s: present %(present)s; absent %(absent)s"),
    "situation_updated": N_("gave a situation update"),
    "report_opened": N_("opened the %(report)s"),
    "recommended": N_("added recommendation %(number)s"),
    "revised": N_("revised the report: version %(version)s"),
    "circulation_proposed": N_("proposed circulation %(number)s (%(what)s) to %(to)s, naming %(names)s"),
    "circulation_reworded": N_("proposed other words for circulation %(number)s, naming %(names)s"),
    "waived": N_("waived the term of reference (%(term)s)"),
    "contested": N_("contested what was recorded in its name on %(recorded_at)s as entry %(entry)s"),
    "delegated": N_("named an alternate for %(post)s: %(person)s"),
    "hand_over_offered": N_("offered %(post)s to %(person)s, who has yet to take it over"),
    "handed_over": N_("handed %(post)s over to %(person)s"),
}


def timeline(entries: Iterable[Entry], case: Case, say: Words, _: Translate) -> list[TimelineEntry]:
    """The entries of a case in words, in their order, without those that only the machinery needs."""
    contested = {one.command: one.contested_at for one in case.recordings.values()}
    known: dict[str, Means] = {}
    told = []
    for entry in entries:
        if entry.signed is not None:  # in the first entry of a command, which may be one that is not told
            known[entry.command] = entry.signed.means
        if entry.type not in QUIET_EVENTS and not _is_confidential(entry, case):
            means, at = known.pop(entry.command, None), contested.get(entry.command)
            told.append(_told(entry, case, say, _)._replace(means=means, contested_at=at if entry.acted_for else None))
    return told


def _is_confidential(entry: Entry, case: Case) -> bool:
    """Whether an entry tells of a section of the request that not all who read the log may read."""
    return entry.type == "ground_reviewed" and grounds_confidential(case)


def _told(entry: Entry, case: Case, say: Words, _: Translate) -> TimelineEntry:
    # A request may be long, and is told on its own page.
    brief = entry.model_copy(update={"event": {**entry.event, "request": {}}}) if "request" in entry.event else entry
    event = event_of(brief)
    facts = {name: str(value) for name, value in _facts(event, say, _).items()}
    if isinstance(event, e.RungPassed):
        sentence = act_words(event.subject, event.act, say, _)
    else:
        sentence = _(EVENT_SENTENCES[entry.type]) % facts
    if isinstance(event, e.GateDecided) and event.recorded:
        rests = _("it rests on what was written down for %(posts)s")
        sentence = f"{sentence}; {rests % {'posts': say.posts(event.recorded)}}"
        sentence = "; ".join((sentence, *_contested(case, event, entry.at, say, _)))
    by = None if entry.by_clock or entry.type in _WITHOUT_SUBJECT else entry.by
    return TimelineEntry(entry.seq, entry.at, by, sentence, _quote(event, say), entry.acted_for, entry.type)


def _contested(case: Case, event: e.GateDecided, at: datetime, say: Words, _: Translate) -> list[str]:
    """That what a decision rests on is contested, where it is the newest of its gate."""
    gate = case.gates.get(event.gate)
    posts = gate.contested if gate is not None and gate.decided_at == at else ()
    return [_("contested by %(posts)s") % {"posts": say.posts(posts)}] if posts else []


def _quote(event: Value, say: Words) -> str:
    """What was said with it. A question is quoted; a request is read on its own page, by its own rule."""
    recommendation, text = getattr(event, "recommendation", None), str(getattr(event, "text", ""))
    if recommendation is not None:
        return say.spoken(recommendation.text)
    return say.stated(text, getattr(event, "reasons", ())) if text else ""


def _facts(event: Value, say: Words, _: Translate) -> dict[str, Any]:
    facts = {name: getattr(event, name) for name in type(event).model_fields if name != "type"}
    for whole in ("outcome", "arrangement", "meeting", "report", "recommendation", "circulation"):
        inner = facts.get(whole)
        if isinstance(inner, Value):
            facts = {**facts, **{name: getattr(inner, name) for name in type(inner).model_fields}, whole: whole}
    return {name: _say(name, value, say, _) for name, value in facts.items()} | _own_words(event, say, _)


_SAID_OF: dict[type[Value], tuple[str, str]] = {
    e.StageEntered: ("stage", "stage"),
    e.PositionTaken: ("position", "position"),
    e.GateDecided: ("outcome", "decision"),
    e.Responded: ("state", "participant"),
    e.OutcomeMoved: ("state", "outcome"),
    e.ReportMoved: ("state", "report"),
    e.ConsentNoted: ("consent", "consent"),
    e.CirculationMoved: ("state", "circulation"),
}
"""For an event in which a word of the models stands: its field, and what the word is said of."""


def _own_words(event: Value, say: Words, _: Translate) -> dict[str, str]:
    """Facts whose words depend on what event it is."""
    if found := _SAID_OF.get(type(event)):
        field, thing = found
        said = {field: say.word(thing, getattr(event, field))}
    else:
        said = {}
    match event:
        case e.Resubmitted():
            said["changed"] = ", ".join(section_words(name, _) for name in event.changed)
        case e.OutcomeTakenOn():
            said["answer"] = _("takes on") if event.taken else _("does not take on")
        case e.GroundReviewed():
            said["view"] = _("disputed") if event.disputed else _("confirmed")
            said["ground"] = say.word("ground", event.ground)
        case e.MinimumMissing():
            said["lacks"] = say.stated(", ".join(event.lacks), event.reasons, ", ")
        case e.ReportOpened():
            said["report"] = say.word("kind of report", event.report.name)
        case e.ReportMoved():
            said["report"] = say.word("kind of report", f"{event.kind} report")
        case e.CirculationProposed():
            said["what"] = say.seat(event.circulation.what)
        case e.DeadlinesMoved():
            said["moved"] = _moved(event.moved, say, _)
        case e.DayAnnounced():
            said |= {"office": say.member(event.office), "closed": _("closed") if event.closed else _("open")}
            said |= {"first": say.when(event.first), "last": say.when(event.last)}
        case e.Extended(day=date() as day):
            said["active_until"] = say.when(day)
        case e.ExchangeLogged():
            said["on"] = say.when(event.on.isoformat())
            both = {"gave": say.member(event.gave), "received": say.members(event.received)}
            said["between"] = _("; %(gave)s to %(received)s") % both if event.gave else ""
        case e.OutcomeAmended() | e.ArrangementAmendmentProposed():
            ends = isinstance(event, e.ArrangementAmendmentProposed) and event.ends
            said["amended"] = _("that it ends") if ends else amended_words(event.was, event.terms, say, _)
        case e.SeatOffered():
            said["seat"] = say.seat(event.seat)
        case e.Delegated() | e.HandOverOffered() | e.HandedOver():
            said["person"] = event.to.name
    return said


def _moved(moved: Iterable[MovedDeadline], say: Words, _: Translate) -> str:
    sentence = _("%(what)s until %(until)s, before until %(was)s")
    words = (
        {"what": say.deadline(one.subject), "until": say.moment(one.until), "was": say.moment(one.was)} for one in moved
    )
    return "; ".join(sentence % one for one in words)


_OF_MEMBERS = ("members", "parties", "present", "absent", "names", "supporting", "removed")
_OF_MEMBER = ("member", "owner", "requester", "by")


def _say(name: str, value: Any, say: Words, _: Translate) -> Any:
    if name == "gate" and value is not None:
        return say.gate(value.value)
    if name == "listed":
        return say.members(one.member for one in value) or _("nobody")
    if isinstance(value, Post):
        return say.post(value)
    if name in _OF_MEMBER and isinstance(value, str):
        return say.member(value)
    if isinstance(value, tuple):
        return _several(name, value, say, _)
    if isinstance(value, datetime):
        return say.moment(value)
    if name == "starts":
        return say.when(str(value))
    return "" if value is None else value


def _several(name: str, values: tuple[Any, ...], say: Words, _: Translate) -> str:
    if not values:
        return _("nobody") if name in (*_OF_MEMBERS, "to", "posts") else _("nothing")
    if name in _OF_MEMBERS or name == "to":
        return say.members(map(str, values))
    if name == "posts":
        return say.posts(map(str, values))
    return "; ".join(map(str, values))
