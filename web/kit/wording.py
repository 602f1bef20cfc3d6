"""Commands, duties and acts of the clock in words."""

from collections.abc import Callable

from models.base import N_
from models.ladder import ClockAct
from models.request import FIELD_WORDS
from notifications.addresses import about_field
from notifications.words import Words
from web.kit.forms import FORMS

Translate = Callable[[str], str]

_RESUBMIT = N_("Submit a new version of the request")


def command_words(do: str, _: Translate) -> str:
    """The heading of a command's page."""
    return _(FORMS[do].title if do in FORMS else _RESUBMIT)


def section_words(section: str, _: Translate) -> str:
    """A section of a request, as people say it."""
    return _(FIELD_WORDS.get(section, section))


def duty_words(do: str, about: str, say: Words, _: Translate) -> str:
    """What is asked: ``Take a position: the list of participants``."""
    subject = {"gate": say.gate, "member": say.member}.get(about_field(do), str)(about)
    return f"{command_words(do, _)}: {subject}" if about else command_words(do, _)


# what comes by itself ----------------------------------------------------------------------------------------------

_REMINDED: dict[str, str] = {
    "completeness": N_("the secretariat is reminded of its check"),
    "resubmission": N_("the requester is reminded of the new version"),
    "gate": N_("those who have not decided on %(name)s are reminded"),
    "answer": N_("the requester is reminded of the question, and the Co-Chairs are told"),
    "invitation": N_("%(name)s is reminded of the invitation"),
    "list": N_("the secretariat is reminded of the list of participants"),
    "minimum": N_("the Co-Chairs are reminded that the minimum composition is missing"),
    "admission": N_("the group is reminded to endorse %(name)s"),
    "situation": N_("a situation update is due"),
    "duration": N_("everybody is reminded that the activation ends soon"),
    "outcome": N_("the owner of %(name)s is reminded"),
    "verify": N_("the Co-Chairs are reminded to verify %(name)s"),
    "arrangement": N_("the parties are reminded to review %(name)s"),
    "begins": N_("the arrangement %(name)s comes into force"),
    "agreement": N_("the parties are reminded to agree to %(name)s"),
    "contributions": N_("the time for contributions ends"),
    "silence": N_("the Steering Group is reminded of the silence procedure"),
    "consent": N_("those who are asked to be named are reminded"),
    "closing": N_("the secretariat is reminded to close the case"),
}
_ENDED: dict[tuple[str, ClockAct], str] = {
    ("gate", ClockAct.ESCALATE_ALTERNATE): N_("the alternates are asked to decide on %(name)s"),
    ("gate", ClockAct.ESCALATE_OFFICES): N_("both Co-Chairs' offices and the secretariat are told that %(name)s waits"),
    ("gate", ClockAct.LAPSE): N_("the decision on %(name)s lapses: nothing is decided"),
    ("resubmission", ClockAct.END): N_("the time to resubmit ends"),
    ("comments", ClockAct.END): N_("the time for comments ends"),
    ("invitation", ClockAct.LAPSE): N_("the invitation of %(name)s lapses"),
    ("duration", ClockAct.END): N_("the activation ends, and the final report is opened"),
    ("verified", ClockAct.END): N_("the verification of %(name)s stands"),
    ("silence", ClockAct.LAPSE): N_("the report is adopted, since nobody has objected"),
    ("consent", ClockAct.LAPSE): N_("consents that were not given lapse: those members are not named"),
}


def act_words(subject: str, act: str, say: Words, _: Translate) -> str:
    """What the clock does by itself, as a part of a sentence. ``subject``: of the ladder."""
    kind, _colon, name = subject.partition(":")
    named = {"gate": say.gate, "answer": say.gate, "invitation": say.member, "admission": say.member}
    sentence = _ENDED.get((kind, ClockAct(act))) or _REMINDED.get(kind) or N_("those who are waited for are told")
    return _(sentence) % {"name": named.get(kind, str)(name)}
