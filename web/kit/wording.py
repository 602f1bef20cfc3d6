"""Commands, duties and acts of the clock in words."""

from collections.abc import Callable, Iterable

from models.base import N_
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind, read_subject
from models.request import FIELD_WORDS
from notifications.addresses import OWN_PAGES, about_field, command_address
from notifications.words import Words
from web.kit.forms import FORMS

Translate = Callable[[str], str]

_OWN_PAGES = {"submit": N_("New request"), "resubmit": N_("Submit a new version of the request")}


def command_words(do: str, _: Translate) -> str:
    """The heading of a command's page."""
    return _(FORMS[do].title if do in FORMS else _OWN_PAGES[do])


def has_page(do: str) -> bool:
    """Whether a command is given on a page."""
    return do in FORMS or do in OWN_PAGES


def offered(commands: Iterable[str], reference: str, _: Translate) -> list[tuple[str, str]]:
    """The pages of commands on a case, each with its address and heading; one without a page is left out."""
    return [(command_address(do, reference), command_words(do, _)) for do in commands if has_page(do)]


def section_words(section: str, _: Translate) -> str:
    """A section of a request, as people say it."""
    return _(FIELD_WORDS.get(section, section))


def duty_words(do: str, about: str, say: Words, _: Translate) -> str:
    """What is asked: ``Take a position: the list of participants``."""
    subject = {"gate": say.gate, "member": say.member}.get(about_field(do), str)(about)
    return f"{command_words(do, _)}: {subject}" if about else command_words(do, _)


# what comes by itself ----------------------------------------------------------------------------------------------

_REMINDED: dict[SubjectKind, str] = {
    SubjectKind.COMPLETENESS: N_("the secretariat is reminded of its check"),
    SubjectKind.RESUBMISSION: N_("the requester is reminded of the new version"),
    SubjectKind.GATE: N_("those who have not decided on %(name)s are reminded"),
    SubjectKind.ANSWER: N_("the requester is reminded of the question, and the Co-Chairs are told"),
    SubjectKind.INVITATION: N_("%(name)s is reminded of the invitation"),
    SubjectKind.LIST: N_("the secretariat is reminded of the list of participants"),
    SubjectKind.MINIMUM: N_("the Co-Chairs are reminded that the minimum composition is missing"),
    SubjectKind.CONSIDERED: N_(
        "the group is asked to endorse %(name)s, since nobody in the Steering Group has objected"
    ),
    SubjectKind.ADMISSION: N_("the group is reminded to endorse %(name)s"),
    SubjectKind.SITUATION: N_("a situation update is due"),
    SubjectKind.DURATION: N_("everybody is reminded that the activation ends soon"),
    SubjectKind.OUTCOME: N_("the owner of %(name)s is reminded"),
    SubjectKind.TAKING_ON: N_("those who have not taken on %(name)s are reminded"),
    SubjectKind.VERIFY: N_("the Co-Chairs are reminded to verify %(name)s"),
    SubjectKind.ARRANGEMENT: N_("the parties are reminded to review %(name)s"),
    SubjectKind.BEGINS: N_("the arrangement %(name)s comes into force"),
    SubjectKind.AGREEMENT: N_("the parties are reminded to agree to %(name)s"),
    SubjectKind.EXCHANGE: N_("the parties are reminded of an exchange under %(name)s"),
    SubjectKind.SUSPENSION: N_("the Co-Chairs, the secretariat and the requesters are reminded of the suspension"),
    SubjectKind.CONTRIBUTIONS: N_("the time for contributions ends"),
    SubjectKind.SILENCE: N_("the Steering Group is reminded of the silence procedure"),
    SubjectKind.CONSENT: N_("those who are asked to be named are reminded"),
    SubjectKind.CLOSING: N_("the secretariat is reminded to close the case"),
}
_ENDED: dict[tuple[SubjectKind, ClockAct], str] = {
    (SubjectKind.GATE, ClockAct.ESCALATE_ALTERNATE): N_("the alternates are asked to decide on %(name)s"),
    (SubjectKind.GATE, ClockAct.ESCALATE_OFFICES): N_(
        "both Co-Chairs' offices and the secretariat are told that %(name)s waits"
    ),
    (SubjectKind.GATE, ClockAct.LAPSE): N_("the decision on %(name)s lapses: nothing is decided"),
    (SubjectKind.RESUBMISSION, ClockAct.END): N_("the time to resubmit ends"),
    (SubjectKind.COMMENTS, ClockAct.END): N_("the time for comments ends"),
    (SubjectKind.INVITATION, ClockAct.LAPSE): N_("the invitation of %(name)s lapses"),
    (SubjectKind.DURATION, ClockAct.END): N_("the activation ends, and the final report is opened"),
    (SubjectKind.EXCHANGE, ClockAct.OVERDUE): N_("an exchange under %(name)s is marked as overdue"),
    (SubjectKind.VERIFIED, ClockAct.END): N_("the verification of %(name)s stands"),
    (SubjectKind.SILENCE, ClockAct.LAPSE): N_("the report is adopted, since nobody has objected"),
    (SubjectKind.CONSENT, ClockAct.LAPSE): N_("consents that were not given lapse: those members are not named"),
}


_OF_MEMBERS = (SubjectKind.INVITATION, SubjectKind.CONSIDERED, SubjectKind.ADMISSION)


def _named_by(say: Words) -> dict[SubjectKind, Callable[[str], str]]:
    """How the name in a subject is said, where it is not a title."""
    gates = dict.fromkeys((SubjectKind.GATE, SubjectKind.ANSWER), say.gate)
    return gates | dict.fromkeys(_OF_MEMBERS, say.member)


def act_words(subject: str, act: str, say: Words, _: Translate) -> str:
    """What the clock does by itself, as a part of a sentence. ``subject``: of the ladder."""
    kind, about = read_subject(subject)
    sentence = _ENDED.get((kind, ClockAct(act))) or _REMINDED.get(kind) or N_("those who are waited for are told")
    return _(sentence) % {"name": _named_by(say).get(kind, str)(about)}
