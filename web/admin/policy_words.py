"""The keys of a policy in words: what each is called, and what it means with a value."""

from collections.abc import Mapping
from typing import Any

from models.base import N_
from models.policy import (
    Circulating,
    ConflictRule,
    FollowThrough,
    HandingOver,
    LaterAdmission,
    NamesSought,
    Obligations,
    Requesters,
    Signatures,
    SilenceCovers,
    Span,
    TermsCovered,
)
from notifications.words import Words
from web.kit.wording import Translate

_TRACKS = {"routine": N_("routine"), "urgent": N_("urgent")}

_LABELS: Mapping[str, str] = {
    "completeness": N_("completeness check"),
    "gate": N_("a gate's deadline"),
    "last_reminder": N_("last reminder of a gate"),
    "offices_told": N_("both offices are told"),
    "lapse": N_("a gate lapses"),
    "answer": N_("answer to a question"),
    "comments": N_("comments on participants"),
    "invitation": N_("an invitation lapses"),
    "silence": N_("silence procedure"),
    "consent": N_("consent to being named"),
    "situation_update": N_("situation update"),
    "duration": N_("duration of an activation"),
    "conflict_rule": N_("conflict of interest"),
    "substitutes": N_("substitutes of a recused Co-Chair"),
    "other_affected": N_("other most-affected members"),
    "organisations": N_("organisations"),
    "endorsements": N_("endorsements of a later admission"),
    "resubmission": N_("resubmission"),
    "overdue_before": N_("before a due date"),
    "overdue_after": N_("after a due date"),
    "overdue_every": N_("then again every"),
    "duration_reminder": N_("before an activation ends"),
    "answers_by_link": N_("answered by the link of a mail"),
    "signatures": N_("signatures"),
    "handing_over": N_("when a post goes over"),
    "silence_covers": N_("what silence covers"),
    "later_admission": N_("later admission by the Steering Group"),
    "terms_covered": N_("what covers the terms of reference"),
    "requesters": N_("who may ask for the group"),
    "obligations": N_("by whose word a member is bound"),
    "circulating": N_("telling the wider membership"),
    "names_sought": N_("which spellings of a name are found"),
    "change_of_hands": N_("wait before a Co-Chair's post changes hands"),
    "follow_through": N_("what follows from a change"),
    "suspension": N_("a suspension is looked at again"),
    "exchange_overdue": N_("an exchange is overdue"),
    "contest": N_("contesting what was recorded in a post's name"),
    "close_of_business": N_("close of business"),
}
_SENTENCES: Mapping[str, str] = {
    "completeness": N_("The secretariat has %(value)s to check a request."),
    "gate": N_("A decision is due %(value)s after it is asked for; a first reminder goes out at half of it."),
    "last_reminder": N_("The last reminder goes out %(value)s before the deadline of a decision."),
    "offices_told": N_("Both offices and the secretariat are told %(value)s after the deadline has passed."),
    "lapse": N_("A decision lapses, and nothing is decided, %(value)s after its deadline."),
    "answer": N_("A question of a Co-Chair is to be answered within %(value)s."),
    "comments": N_("The Steering Group has %(value)s to comment on the participants."),
    "invitation": N_("An invitation lapses after %(value)s without an answer."),
    "silence": N_("A report is adopted when nobody has objected for %(value)s."),
    "consent": N_("A member that has not consented to being named within %(value)s is not named."),
    "situation_update": N_("A situation update is due every %(value)s."),
    "duration": N_("An activation ends after %(value)s unless it is extended."),
    "conflict_rule": N_("When a Co-Chair's own country is the requester: %(value)s."),
    "substitutes": N_(
        "A Co-Chair that recuses itself is replaced by the first of these that is not affected: %(value)s."
    ),
    "other_affected": N_("Besides the requester the group needs at least so many most-affected members: %(value)s."),
    "organisations": N_("The group needs at least so many organisations: %(value)s."),
    "endorsements": N_("So many participants endorse a later admission: %(value)s."),
    "resubmission": N_("A request that has lapsed may be resubmitted for %(value)s."),
    "overdue_before": N_("The owner of an outcome or a recommendation is reminded %(value)s before its due date."),
    "overdue_after": N_("The owner of an outcome or a recommendation is reminded %(value)s after its due date."),
    "overdue_every": N_("After that the owner is reminded every %(value)s until it is done or blocked."),
    "duration_reminder": N_("Everybody is reminded %(value)s before an activation ends."),
    "answers_by_link": N_("Without signing in, the link of a mail is enough to: %(value)s."),
    "change_of_hands": N_(
        "What the secretariat announces of a Co-Chair's post takes effect after %(value)s, unless its holder stops it."
    ),
    "signatures": N_("A position at a gate, and an objection to a report, are signed with a passkey: %(value)s."),
    "handing_over": N_("A post that its holder hands over in a case goes over %(value)s."),
    "follow_through": N_("What follows from a change in the group is %(value)s."),
    "suspension": N_("A suspension is looked at again after %(value)s, where no day was said, and then again."),
    "exchange_overdue": N_("An exchange that its arrangement asks for is marked as overdue after %(value)s."),
    "silence_covers": N_("The Steering Group's silence on a report covers %(value)s."),
    "later_admission": N_("The Steering Group admits a member later %(value)s."),
    "terms_covered": N_("A term of reference is covered %(value)s."),
    "requesters": N_("A request is submitted by %(value)s."),
    "obligations": N_("A member takes on an outcome, and answers a recommendation, %(value)s."),
    "circulating": N_("The wider membership can be told %(value)s."),
    "names_sought": N_("In what is circulated, names are found %(value)s."),
    "contest": N_("A post has %(value)s to contest what was recorded in its name."),
    "close_of_business": N_("A period in working days ends at %(value)s of its last day, where the office is."),
}

_CHOSEN: Mapping[str, Mapping[str, str]] = {
    "conflict_rule": {
        ConflictRule.DECLARE: N_("it decides, and the interest is shown everywhere"),
        ConflictRule.RECUSE: N_("its place is taken by a substitute"),
    },
    "signatures": {Signatures.WHEN_THERE: N_("where its holder has one"), Signatures.REQUIRED: N_("always")},
    "handing_over": {
        HandingOver.AT_ONCE: N_("at once"),
        HandingOver.WHEN_ACCEPTED: N_("when the person named takes it over"),
    },
    "silence_covers": {
        SilenceCovers.REPORT: N_("the report, whatever becomes of it"),
        SilenceCovers.EVERY_WORD: N_("every word: each revision begins it anew"),
        SilenceCovers.SUBSTANCE: N_("the substance: corrections of form that both Co-Chairs approve need no new one"),
    },
    "later_admission": {
        LaterAdmission.ONE_WORD: N_("by the word of one of its members"),
        LaterAdmission.SILENCE: N_("by the silence of all its members"),
    },
    "terms_covered": {
        TermsCovered.RECORD: N_("when something of the kind is on record"),
        TermsCovered.SUBSTANCE: N_("by what it says, and waived by both Co-Chairs alone; an early end owes a report"),
    },
    "requesters": {
        Requesters.ANY_MEMBER: N_("any member or organisation"),
        Requesters.AFFECTED_MEMBERS: N_("states and territories that say how they are affected"),
    },
    "circulating": {
        Circulating.AT_WORK: N_("while the group works or reports; official names appear as “a member”"),
        Circulating.AT_EVERY_TURN: N_(
            "at every turn, from the activation on and after the end; nothing goes out with a name to which nobody has "
            "consented, and no case is closed before it is decided what is told"
        ),
    },
    "names_sought": {
        NamesSought.AS_SPELLED: N_("as the tables spell them, whatever the case and the accents"),
        NamesSought.HOWEVER_WRITTEN: N_(
            "however they are written: also in other letters that look alike, broken up, or as flags"
        ),
    },
    "obligations": {Obligations.AS_NAMED: N_("by being named"), Obligations.BY_OWN_WORD: N_("by its own word alone")},
    "follow_through": {
        FollowThrough.NOTED: N_("noted only"),
        FollowThrough.CARRIED_OUT: N_("carried out with it"),
        FollowThrough.TO_THE_END: N_("carried out with it, and what is begun is brought to its end"),
        FollowThrough.IN_FULL: N_(
            "carried out with it in full: what is begun is brought to its end, nothing half done"
        ),
    },
}
"""The keys of which one of a few values is chosen, with the words of each."""

_LINKS = {
    "respond": N_("answer an invitation"),
    "consent": N_("consent to being named"),
    "acknowledge": N_("confirm that a mail came"),
}


def label_of(key: str, _: Translate) -> str:
    """What a key is called: ``completeness check (urgent)``."""
    track, dot, name = key.partition(".")
    return f"{_(_LABELS[name])} ({_(_TRACKS[track])})" if dot else _(_LABELS[key])


def value_words(key: str, value: Any, say: Words, _: Translate) -> str:
    """A value as people say it."""
    if key in _CHOSEN:
        return _(_CHOSEN[key][value])
    if key == "close_of_business":
        return str(value) or _("the time of day at which it began")
    if key == "substitutes":
        return say.members(value) or _("nobody")
    if key == "answers_by_link":
        return ", ".join(_(_LINKS[one]) for one in value) or _("nothing")
    if isinstance(value, int):
        return str(value)
    return say.span(Span(str(value)))


def sentence_of(key: str, value: Any, say: Words, _: Translate) -> str:
    """What a key means with a value."""
    return _(_SENTENCES[key.rpartition(".")[2]]) % {"value": value_words(key, value, say, _)}


def choices_by_key(_: Translate) -> dict[str, list[tuple[str, str]]]:
    """For each key of which one of a few values is chosen, those values with their words."""
    return {key: [(str(value), _(words)) for value, words in of.items()] for key, of in _CHOSEN.items()}


def link_choices(_: Translate) -> list[tuple[str, str]]:
    """What the link of a mail can be enough for."""
    return [(name, _(words)) for name, words in _LINKS.items()]
