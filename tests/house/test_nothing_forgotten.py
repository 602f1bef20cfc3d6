"""Nothing is forgotten silently: what belongs to a new event, command, notice or setting is there, or a reason is given.

That every event has an effect is held at import (``models.evolve``), that every kind of notice has its three templates
too (``notifications.registry``); the rest is held here.
"""

import pytest

from models.asks import ACKNOWLEDGE, ASKS
from models.commands import COMMANDS
from models.events import EVENTS
from models.evolve.handlers import HANDLERS
from models.notices import NOTICE_KINDS, NOTICE_RULES, OF_NO_CASE
from models.request import Request
from models.rules import RULES
from notifications.catalogues import SOURCE
from notifications.environment import mail_languages
from settings import PREFIX, Settings
from tests.house.source import ROOT
from web.case.timeline import EVENT_SENTENCES, QUIET_EVENTS
from web.kit.forms import FORMS
from web.request.steps import FORM_STEPS

NO_FORM = {
    "submit": "the numbered steps of a request (web/request/form.py)",
    "draft": "the same steps, which keep what was written",
    "resubmit": "the same steps, filled with the newest version (web/request/version.py)",
    "take_over": "the page of the person to whom the post is offered (web/account/offers.py)",
    "act_for": "any other form, sent by the secretariat for another post (web/case/command_form.py)",
}
"""Commands that have pages of their own in the place of a form."""

NO_FIELD = {
    ("comment", "member"): "the words of a comment name the member they are about",
    ("consent", "to"): "it can only be the circulation",
    ("log_exchange", "text"): "the content of an exchange is never kept, so nothing is said with it",
}
"""Fields of commands that no form has; a program gives them."""

NOT_OF_A_CASE = {"draft": "a row, before there is a case", "adopt": "goes to the follow-up of a recommendation"}
"""Commands that the rules of a case do not know."""


def test_every_event_has_an_effect_and_a_sentence_in_the_timeline() -> None:
    assert set(EVENTS.values()) == set(HANDLERS)
    assert set(EVENTS) == set(EVENT_SENTENCES) | QUIET_EVENTS | {"rung_passed"}  # the last has a sentence for each act
    assert not set(EVENT_SENTENCES) & QUIET_EVENTS


def test_every_command_has_a_rule_and_a_form_or_a_reason() -> None:
    assert set(COMMANDS) == set(RULES) | set(NOT_OF_A_CASE) | {"act_for"}
    assert set(COMMANDS) == set(FORMS) | set(NO_FORM)


def test_a_form_has_every_field_of_its_command_and_no_other() -> None:
    shown = {
        (do, "to" if field.name == "everyone" else field.name) for do, form in FORMS.items() for field in form.fields
    }
    taken = {(do, name) for do in FORMS for name in COMMANDS[do].model_fields if name != "do"}

    assert shown - taken == set()
    assert taken - shown == set(NO_FIELD)


def test_the_steps_of_a_request_ask_for_every_field_of_it() -> None:
    assert {field.name for step in FORM_STEPS for field in step.words.fields} == set(Request.model_fields)


def test_every_event_that_tells_somebody_is_one_and_every_kind_is_caused_by_one() -> None:
    causes = {cause for kind in NOTICE_KINDS.values() for cause in kind.on if not cause.startswith("clock:")}
    of_follow_ups = {cause for cause in causes if cause.startswith("recommendation_")}

    assert {event.model_fields["type"].default for event in NOTICE_RULES} - {"rung_passed"} <= set(EVENTS)
    assert causes - of_follow_ups - {"acted_for"} <= set(EVENTS)


def test_every_ask_is_of_a_kind_that_asks_and_has_a_page() -> None:
    assert set(ASKS) <= {name for name, kind in NOTICE_KINDS.items() if kind.asks}
    assert {ask.do for ask in ASKS.values()} - {ACKNOWLEDGE} <= set(FORMS) | set(NO_FORM)


@pytest.mark.parametrize("language", mail_languages())
def test_every_notice_has_a_golden_mail(language: str) -> None:
    folder = ROOT / "tests" / "notifications" / "golden"
    if language != SOURCE:
        folder /= language
    kept = {file.name for file in folder.glob("*.*")}

    assert {f"{kind}.{form}" for kind in (*NOTICE_KINDS, *OF_NO_CASE) for form in ("txt", "html")} <= kept


def test_every_setting_has_a_line_in_the_documentation() -> None:
    running = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")

    assert [name for name in Settings.model_fields if f"| `{PREFIX}{name.upper()}` |" not in running] == []
