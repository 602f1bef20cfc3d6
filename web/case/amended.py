"""What is another of an outcome or an arrangement than it was, in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.base import N_, Value
from notifications.words import Words
from web.kit.wording import Translate

_LABELS: Mapping[str, str] = {
    "owner": N_("Owner"),
    "supporting": N_("Supporting"),
    "indicator": N_("Indicator"),
    "target": N_("Target"),
    "unit": N_("Unit"),
    "due": N_("Due"),
    "parties": N_("Parties"),
    "kind": N_("Kind of information"),
    "every": N_("How often"),
    "marking": N_("Marking"),
    "contacts": N_("Contact posts"),
    "review": N_("Review on"),
}


def amended_words(was: Value, now: Value, say: Words, _: Translate) -> str:
    """Each field that differs, as it was and as it is: ``Owner: Thailand -> Malaysia``."""
    told = (
        f"{_(_LABELS[name])}: {_said(name, getattr(was, name), say, _)} → {_said(name, value, say, _)}"
        for name, value in now
        if value != getattr(was, name)
    )
    return "; ".join(told)


def _said(name: str, value: Any, say: Words, _: Translate) -> str:
    if value in (None, "", ()):
        return _("none")
    if name == "owner":
        return say.member(value)
    if name in ("supporting", "parties"):
        return say.members(value)
    if isinstance(value, date):
        return say.when(value.isoformat())
    return ", ".join(value) if isinstance(value, tuple) else str(value)
