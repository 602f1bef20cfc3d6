"""Differences of a policy as people write them, under the policy's own keys.

The words of the table of defaults are read (``silence procedure``), a key for both tracks or for one, and the shapes
that lie near: ``gate deadline: {routine: 3wd, urgent: 12h}``, ``gate: {deadline: 3wd, lapse: 5wd}``,
``overdue ladder: {before: 7d, after: 7d, every: 30d}``, ``minimum composition: {members: 2, organisations: 1}``.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_TRACKS = ("routine", "urgent")
_OTHER_WORDS = {
    "conflict_rule": (
        "conflict",
        "conflict_of_interest",
        "conflicts",
        "recusal",
        "co_chair_conflict",
        "own_country",
        "rule",
    ),
    "substitutes": ("substitute", "order", "recusal_order", "recuse_order", "substitution_order"),
    "completeness": ("completeness_check", "check"),
    "gate": ("gates", "gate_deadline", "deadline", "review", "decision", "gates_deadline"),
    "last_reminder": ("gate_last_reminder", "reminder", "gate_reminder"),
    "offices_told": ("escalation", "gate_escalation", "escalate", "escalation_after", "offices", "escalate_after"),
    "lapse": ("gate_lapse", "gate_lapses", "lapses", "lapse_after", "gate_lapses_after", "lapses_after"),
    "answer": ("answers", "question", "answer_to_a_question", "answer_to_question", "answer_deadline"),
    "comments": (
        "comment",
        "steering_group_comments",
        "comments_on_participants",
        "participant_comments",
        "sg_comments",
        "steering_group_comments_on_participants",
    ),
    "invitation": ("invitations", "invitation_lapse", "invitation_lapses", "invitation_deadline"),
    "silence": ("silence_procedure",),
    "consent": ("consents", "consent_to_be_named", "naming_consent"),
    "situation_update": ("situation_updates", "situation_update_every", "update_every", "updates"),
    "duration": ("activation", "activation_duration", "duration_of_activation", "duration_of_an_activation"),
    "duration_reminder": ("activation_reminder",),
    "overdue": ("overdue_ladder", "outcome_overdue_ladder", "outcomes_overdue"),
    "minimum": ("minimum_composition", "composition", "quorum"),
    "other_affected": ("affected", "members", "other_members", "most_affected", "other_most_affected"),
    "organisations": ("organisation", "organizations"),
    "endorsements": ("endorsement",),
}
_KEYS = {word: key for key, words in _OTHER_WORDS.items() for word in words}
_INSIDE = {
    "overdue": {
        "before": "overdue_before",
        "after": "overdue_after",
        "every": "overdue_every",
        "then": "overdue_every",
    },
    "duration": {"reminder": "duration_reminder", "remind": "duration_reminder", "length": "duration"},
    "minimum": {
        "other": "other_affected",
        "others": "other_affected",
        "other_affected_members": "other_affected",
        "other_most_affected_members": "other_affected",
    },
}
"""What a word means inside of another."""

_GROUPS = (
    "deadlines",
    "ladder",
    "ladders",
    "timing",
    "times",
    "defaults",
    "policy",
    "gate",
    "conflict_rule",
    "duration",
    "overdue",
    "minimum",
    "invitation",
    "silence",
    "consent",
    "answer",
    "comments",
    "completeness",
)
"""Words that may stand above others; ``gate: {deadline: 3wd}`` says the same as ``gate: 3wd``."""

_ITSELF = ("deadline", "after", "within", "lapse", "lapses", "every", "check", "time", "procedure", "length")
"""Words inside of a deadline's own that mean it, except where they are a gate's."""


_RULES = {
    "recused": "recuse",
    "recusal": "recuse",
    "recuses": "recuse",
    "recuse": "recuse",
    "declared": "declare",
    "declaration": "declare",
    "declares": "declare",
    "declare": "declare",
}
"""Words for what a Co-Chair does in its own country's case."""


class Said(NamedTuple):
    """One difference: its own key, its value, and the track that it holds for (empty: both, or none of them)."""

    key: str
    value: Any
    track: str


def said_of(differences: Mapping[Any, Any]) -> list[Said]:
    """Every difference under the policy's own key, as far as its words are known; what is not stays as it is written."""
    return list(_flat(differences, "", ""))


def _flat(given: Mapping[Any, Any], inside: str, track: str) -> Iterator[Said]:
    for written, value in given.items():
        head, dot, rest = str(written).partition(".")
        if dot:
            yield from _flat({head: {rest: value}}, inside, track)
            continue
        key = _key(head, inside)
        name, meant = _of_a_track(key)
        if key in _TRACKS and isinstance(value, Mapping):
            yield from _flat(value, inside, key)
        elif key in _TRACKS and inside:
            yield Said(inside, value, key)
        elif isinstance(value, Mapping) and {_plain(one) for one in value} <= set(_TRACKS) and value:
            for one, inner in value.items():
                yield from _flat({name: inner}, inside, _plain(one))
        elif isinstance(value, Mapping) and key in _GROUPS:
            yield from _flat(value, key, track)
        else:
            yield from _single(name, value, meant or track)


def _single(key: str, value: Any, track: str) -> Iterator[Said]:
    match key, value:
        case "minimum", int() | list() | tuple():
            others, organisations = _composition(value)
            yield Said("other_affected", others, track)
            yield Said("organisations", organisations, track)
        case "overdue", [before, after, every]:
            yield Said("overdue_before", before, track)
            yield Said("overdue_after", after, track)
            yield Said("overdue_every", every, track)
        case "conflict_rule", str():
            yield Said(key, _RULES.get(value.strip().lower(), value), track)
        case "recuse" | "declare", bool() | "true" | "false" | "yes" | "no":
            said = value in (True, "true", "yes")
            yield Said("conflict_rule", key if said else {"recuse": "declare", "declare": "recuse"}[key], track)
        case "requester" | "version", _:
            pass  # it belongs to every composition; the version is that of the deployment
        case _:
            yield Said(key, value, track)


def _composition(given: Any) -> tuple[int, int]:
    """Other most-affected members and organisations: of a list of them, or of so many in all, one an organisation."""
    if isinstance(given, int):
        return max(0, given - (2 if given > 2 else 1)), int(given > 2)
    words = [str(one).lower() for one in given]
    organisations = sum("organi" in word for word in words)
    return sum("requester" not in word and "organi" not in word for word in words), organisations


def _of_a_track(key: str) -> tuple[str, str]:
    """``gate_urgent`` and ``urgent_gate`` are ``gate`` of the urgent track."""
    for track in _TRACKS:
        for name in (key.removesuffix(f"_{track}"), key.removeprefix(f"{track}_")):
            if name != key:
                return _KEYS.get(name, name), track
    return key, ""


def _key(written: str, inside: str) -> str:
    plain = _plain(written)
    if plain in _INSIDE.get(inside, {}):
        return _INSIDE[inside][plain]
    if (
        inside not in ("", "gate", "overdue", "minimum", "conflict_rule")
        and inside in _KEYS.values()
        and plain in _ITSELF
    ):
        return inside
    return _KEYS.get(plain, plain)


def _plain(written: Any) -> str:
    return str(written).strip().lower().replace("'s", "").replace("-", "_").replace(" ", "_").removeprefix("a_")
