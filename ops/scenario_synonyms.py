"""The words of scenario files: what people write for a command's fields and answers without looking them up.

Only scenario files are read so (``ops.scenario_words``). The words that the procedure itself uses stand in the commands.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AliasChoices

from models.commands import COMMANDS
from models.commands.body import TEXT
from models.request import OTHER_WORDS, Request

REQUESTS = ("draft", "submit", "resubmit")
"""The commands whose fields are those of a request."""

_SAID = (
    *TEXT,
    "because",
    "explanation",
    "justification",
    "grounds",
    "rationale",
    "remark",
    "statement",
    "description",
    "details",
    "content",
    "wording",
    "answer",
    "reply",
    "response",
)

_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "request": {
        "title": ("subject", "name", "heading"),
        "situation": ("what", "description", "what_happens", "what_happened", "summary"),
        "where": ("place", "location", "area", "region", "locations"),
        "since": ("when", "began", "started", "start", "since_date", "from", "onset"),
        "urgency": ("track", "priority"),
        "routes": ("routes_of_movement",),
        "figures": ("numbers", "data"),
        "affected": (
            "affected_members",
            "affected_countries",
            "countries",
            "countries_affected",
            "members",
            "most_affected",
        ),
        "done": (
            "done_so_far",
            "actions_taken",
            "actions",
            "measures",
            "measures_taken",
            "what_was_done",
            "steps_taken",
            "already_done",
            "response",
        ),
        "asks": (
            "ask",
            "asked",
            "requested",
            "requests",
            "request",
            "asked_of_the_group",
            "what_is_requested",
            "needs",
            "asks_of_the_group",
        ),
        "confidential": ("confidential_sections", "confidentiality_by_section"),
        "attachments": ("files", "documents", "annexes"),
    },
    "return": {"missing": ("what", "list", "lacks", "lacking", "items", "needed")},
    "decide": {"position": ("decision", "vote", "choice", "answer"), "gate": ("on", "at", "at_gate")},
    "answer": {"text": ("answers",), "gate": ("at", "on")},
    "propose": {
        "members": ("states", "countries", "organisations", "organizations", "add", "invite", "list", "proposed"),
        "observers": ("as_observers",),
        "without": ("removed", "take_off", "not"),
    },
    "comment": {"member": ("regarding", "concerning")},
    "respond": {"answer": ("response", "position", "decision", "as", "reply", "state")},
    "replace": {
        "member": ("old", "leaving", "outgoing", "instead_of", "in_place_of", "replaced", "replaces"),
        "by": ("new", "new_member", "incoming", "proposed", "substitute"),
    },
    "admit": {"member": ("members", "new_member", "who"), "observer": ("role", "state")},
    "endorse": {"member": ("admission", "of", "admit", "new_member")},
    "add_outcome": {
        "title": ("outcome", "name", "what"),
        "owner": ("responsible", "lead", "owned_by", "led_by"),
        "supporting": ("supported_by", "participants", "supports", "partners", "members", "with"),
        "indicator": ("measure", "measured_by"),
        "due": ("deadline", "due_by", "by", "until", "due_on", "date"),
    },
    "progress": {
        "outcome": ("name", "on"),
        "value": ("progress", "figure", "number", "current_value", "indicator", "achieved"),
        "text": ("entry", "update", "what"),
    },
    "block": {"outcome": ("name",), "text": ("blocked_by", "by")},
    "done": {"outcome": ("name",)},
    "verify": {"outcome": ("name",)},
    "add_arrangement": {
        "title": ("arrangement", "name"),
        "parties": ("between", "members", "participants", "with", "party"),
        "kind": ("what_kind_of_information", "type_of_information", "kinds", "what_kind", "type"),
        "every": ("often", "rhythm", "how_frequently", "interval"),
        "marking": ("traffic_light_protocol", "label", "protocol"),
        "contacts": ("contact_points", "posts"),
        "begins": ("start", "begin", "effective", "effective_from", "valid_from"),
        "review": ("review_by", "reviewed", "reviewed_on", "to_be_reviewed"),
    },
    "agree": {"arrangement": ("name", "to")},
    "log_exchange": {
        "arrangement": ("name", "under"),
        "kind": ("information", "type", "what_kind"),
        "on": ("day", "exchanged_on"),
    },
    "review_arrangement": {
        "arrangement": ("name",),
        "review": ("next_review_date", "review_date", "next_on", "new_review"),
    },
    "schedule_meeting": {
        "title": ("meeting", "name", "subject"),
        "place": ("venue", "city", "at_place"),
        "starts": ("day", "begins", "starts_at", "start_date"),
        "ends": ("end_date", "ends_at"),
        "agenda": ("items", "topics", "points"),
    },
    "attend": {
        "meeting": ("name", "of", "at"),
        "present": ("participants", "members", "attendance", "attendees", "who", "attend"),
        "observing": ("observed",),
        "absent": ("apologies", "missing", "not_present", "absentees"),
    },
    "situation_update": {"text": ("status", "what", "report"), "figures": ("numbers", "data")},
    "extend": {"until": ("to", "new_end", "end", "till", "new_end_date", "date"), "by": ("extension", "span")},
    "open_report": {
        "kind": ("report",),
        "contributions_by": ("contributions_until", "contributions_due", "contributions", "collect_until", "date"),
    },
    "contribute": {"text": ("contribution", "what", "section")},
    "recommend": {
        "to": ("addressed", "addresses", "for"),
        "owner": ("responsible", "owned_by", "lead"),
        "due": ("deadline", "due_by", "by", "until", "due_on", "date"),
    },
    "object": {"text": ("objection",)},
    "revise": {"text": ("changes", "passage", "change", "new_text", "revision", "what", "version")},
    "circulate": {
        "what": ("form", "kind", "scope"),
        "to": ("recipients", "addressees", "audience", "addressed_to"),
        "names": ("naming", "named", "members_named", "named_members", "naming_members"),
    },
    "consent": {"answer": ("given", "to_be_named", "decision", "gives")},
    "adopt": {
        "recommendation": ("number", "which"),
        "state": ("decision", "result", "resolution"),
        "text": ("remark", "explanation", "because"),
    },
    "waive": {"term": ("tor", "tors", "term_of_reference", "waived", "waives"), "text": ("waiver",)},
    "delegate": {"until": ("to_date", "ends", "end")},
    "act_for": {},
}
"""By command (``request``: those of ``REQUESTS``), for each field further words for it."""

IGNORED = dict.fromkeys(("contribute", "recommend", "table", "object", "revise"), ("report", "kind"))
"""Words that name what is meant anyway, since there is only one: the open report."""

MEMBERS = frozenset(
    {
        ("request", "affected"),
        ("propose", "members"),
        ("propose", "observers"),
        ("propose", "without"),
        ("comment", "member"),
        ("replace", "member"),
        ("replace", "by"),
        ("admit", "member"),
        ("endorse", "member"),
        ("add_outcome", "owner"),
        ("add_outcome", "supporting"),
        ("add_arrangement", "parties"),
        ("attend", "present"),
        ("attend", "observing"),
        ("attend", "absent"),
        ("recommend", "to"),
        ("recommend", "owner"),
        ("circulate", "to"),
        ("circulate", "names"),
    }
)
"""The fields that hold codes of members."""

_ANSWERS: dict[tuple[str, str], dict[str, str]] = {
    ("request", "urgency"): {
        "high": "urgent",
        "emergency": "urgent",
        "immediate": "urgent",
        "critical": "urgent",
        "normal": "routine",
        "standard": "routine",
        "ordinary": "routine",
        "low": "routine",
    },
    ("decide", "position"): {
        "approved": "approve",
        "approves": "approve",
        "yes": "approve",
        "accept": "approve",
        "agree": "approve",
        "approved with conditions": "approve with conditions",
        "conditional": "approve with conditions",
        "conditionally approve": "approve with conditions",
        "approve conditionally": "approve with conditions",
        "declined": "decline",
        "declines": "decline",
        "no": "decline",
        "reject": "decline",
        "refuse": "decline",
        "asked": "ask",
        "question": "ask",
        "ask for information": "ask",
        "ask for more information": "ask",
        "recused": "recuse",
        "recuses": "recuse",
        "recusal": "recuse",
    },
    ("*", "gate"): {
        "review": "activation",
        "co chair review": "activation",
        "request": "activation",
        "participant": "participants",
        "participant selection": "participants",
        "list": "participants",
        "extend": "extension",
        "terminate": "termination",
        "circulate": "circulation",
        "close": "closure",
        "closing": "closure",
    },
    ("respond", "answer"): {"accepts": "accept", "declines": "decline", "observes": "observe"},
    ("circulate", "what"): {
        "full report": "full",
        "full text": "full",
        "the full report": "full",
        "the summary": "summary",
        "none": "nothing",
    },
    ("consent", "answer"): {"gives": "give", "consent": "give", "refuses": "refuse", "not given": "refuse"},
    ("adopt", "state"): {"adopts": "adopted", "declines": "declined", "implemented": "done"},
    ("open_report", "kind"): {"interim report": "interim", "final report": "final"},
}
"""By command and field, other words for an answer."""


def plain(word: Any) -> str:
    """A key as fields are named: ``In-force from`` is ``in_force_from``."""
    return re.sub(r"[\s\-]+", "_", str(word).strip().lower().replace("'s", ""))


def _model(do: str) -> Any:
    return Request if do == "request" else COMMANDS[do]


@cache
def fields_of(do: str) -> Mapping[str, frozenset[Any]]:
    """The fields of a command (``request``: of a request), each with the types that its value may have."""
    fields = _model(do).model_fields.items()
    return {name: frozenset(_types(field.annotation)) for name, field in fields if name != "do"}


def _types(annotation: Any) -> list[Any]:
    """The types of an annotation; ``tuple`` for any list."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _types(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [one for part in get_args(annotation) for one in _types(part)]
    return [tuple] if origin is tuple else list(get_args(annotation)) if origin is Literal else [annotation]


@cache
def _words(do: str) -> Mapping[str, str]:
    """Every word that a field is known by; the field's own name, then aliases, then the words above."""
    known = {name: name for name in fields_of(do)}
    for name, field in _model(do).model_fields.items():
        alias = field.validation_alias or field.alias
        for word in alias.choices if isinstance(alias, AliasChoices) else [alias] if alias else []:
            known.setdefault(str(word), name)
    if do == "request":
        for word, name in OTHER_WORDS.items():
            known.setdefault(word, name)
    for name, words in _FIELDS.get(do, {}).items():
        for word in words if name in fields_of(do) else ():
            known.setdefault(word, name)
    if "text" in fields_of(do):
        for word in _SAID:
            known.setdefault(word, "text")
    return known


def field_of(do: str, word: str) -> str | None:
    """The field that a word (as ``plain`` gives it) stands for, one or many; None where it stands for none."""
    known = _words(do)
    tried = (word, f"{word}s", word.removesuffix("s")) if len(word) > 3 else (word,)
    return next((known[one] for one in tried if one in known), None)


@cache
def options(do: str, name: str) -> tuple[str, ...]:
    """The answers that a field admits; none where anything may stand."""
    found: list[str] = []
    for one in _model(do).model_fields[name].annotation, *get_args(_model(do).model_fields[name].annotation):
        if get_origin(one) is Literal:
            found += get_args(one)
        elif isinstance(one, type) and issubclass(one, StrEnum):
            found += [option.value for option in one]
    return tuple(found)


def answers(do: str, name: str) -> Mapping[str, str]:
    """Every word for an answer, and the answer."""
    known = {one.replace("_", " ").lower(): one for one in options(do, name)}
    return {**_ANSWERS.get(("*", name), {}), **_ANSWERS.get((do, name), {}), **known}
