"""Writes what the code can tell in ``docs/``: commands, command line, notices, default policy, the schema of scenarios.

    python -m tests.reference

``tests/test_docs.py`` fails when one of them is not what this would write.
"""

import json
import textwrap
import types
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from cli import app
from models.asks import ASKS
from models.base import Value
from models.case import Stage
from models.commands import COMMANDS, Leave, NewVersion, Resubmit
from models.grounds import StatedGround
from models.limits import FULL, FULL_OF_SHORT_WORDS, LONGEST_LIST, MOST_IN_A_CASE, SHORT_WORDS
from models.notices import NOTICE_KINDS
from models.policy import Policy, Track
from models.request import SECTIONS, Attachment, Figure, Route
from models.rules import RULES
from models.rules.table import OPEN_STAGES
from notifications.registry import REGISTRY
from ops.scenarios.schema import scenario_schema
from tests.notifications.samples import PICTURED
from tests.who_may_what import who_may_what

DOCS = Path(__file__).parents[1] / "docs"
MADE = "This page is made by `python -m tests.reference`; a test fails when it is stale. Do not edit it by hand."

_WRITTEN = {
    "Line": "line",
    "Prose": "text",
    "Day": "date",
    "Span": "length of time",
    "Post": "post",
    "str": "line",
    "int": "whole number",
    "float": "number",
    "bool": "yes or no",
    "Person": "person",
    "NoneType": "",
}
_HEAD = ("| field | value | default | what |", "|---|---|---|---|")

_REQUEST = (
    "`confidential` is a mapping of sections to those who may read them besides the requesters, the Co-Chairs and the "
    "secretariat: posts, or codes of members; the sections are " + ", ".join(f"`{name}`" for name in SECTIONS) + "."
)
_NOTES = {
    "draft": _REQUEST + " A member keeps one draft; the next one replaces it.",
    "submit": _REQUEST + " A title and the situation must be there. Fields that are left out are taken from the "
    "member's draft, if it has one; the draft is then gone. By the policy's `requesters` the member must be a state or "
    "territory, and `grounds` or a route must say how it is affected itself.",
    "resubmit": "The new version must have a title and the situation, and each requester's own ground still.",
    "join": "`grounds` may be left out where the request says how the member is affected.",
    "review_ground": "Another member's ground, not one's own. The newest word of each counts. To dispute needs `text`.",
    "return": "`missing` or `text` must be there.",
    "decide": "`gate` may be left out where only one open gate is the post's to decide. Every position but `approve` and "
    "`recuse` needs `text`.",
    "answer": "Without `gate`, the first gate at which a question is open.",
    "comment": "`text` must be there. With `member`, the comment is about it.",
    "endorse": "`member` may be left out while one admission waits.",
    "replace": "`member` goes, `by` comes.",
    "add_outcome": "Without `owner`, the member of the post that acts. By the policy's `obligations`, owner and "
    "supporters are in the group, Co-Chairs' members or the secretariat, and take it on by `take_on`.",
    "take_on": "For the post's own member. Who reports on its own outcome has taken it on by that.",
    "add_arrangement": "It is in force once every party has agreed, from `begins` if that is later.",
    "log_exchange": "Without `kind`, that of the arrangement; without `on`, today. The secretariat says who gave it.",
    "amend_outcome": "The new owner takes part in the group, or is the secretariat (`RSO`). Before it is verified.",
    "amend_arrangement": "Each party, old and new, agrees by `agree`; a party that proposes it has agreed by that.",
    "leave": "By the policy's `follow_through`: in a case of before, outcomes and arrangements stay as they were.",
    "schedule_meeting": "`starts` and `ends` are dates or instants as ISO 8601 writes them.",
    "extend": "With neither, by the policy's duration; it counts from the end of the activation as it stands.",
    "suspend": "`text` must be there. In a case that is suspended, `review` too.",
    "recommend": "Without `owner`, the secretariat (`RSO`).",
    "object": "With `outcome`, a Co-Chair objects to its verification; without, a Steering Group member "
    "breaks the "
    "silence. `text` must be there.",
    "revise": "`text` must be there.",
    "circulate": "`to` is one of the two words or a list of codes. `names` are the members that the text names; it names "
    "nobody else: what is told is looked through for names, everyday ones too, and it is refused where one is neither of "
    "a member in `names` nor in `keep`. With `nothing`, the Co-Chairs decide that nothing is circulated; nobody is told "
    "or named.",
    "adopt": "Taken by the follow-up of the recommendation, at any time after its report was accepted, "
    "closed cases "
    "included, from the focal point of each addressee for itself (of the owner where it has none), or by `act_for`; by "
    "the policy `obligations: as named` from any of them, a Co-Chair or the secretariat for all. "
    "`recommendation` "
    "is its exact text; it may be left out where the case has only one.",
    "waive": "`text` must be there.",
    "reword": "While a circulation has not gone out. `names`, `keep` and `why_kept` are said anew.",
    "delegate": "Without `post`, the post that acts. The secretariat alone may do it for another post.",
    "hand_over": "As in `delegate`. By the post's own holder it is an offer, where the policy's `handing_over` says so, "
    "and `to` needs an address.",
    "take_over": "By the person to whom the post is offered, on the page of offers, with the second factor or a passkey; "
    "`by` is the post.",
    "contest": "`entry` may be left out where only one thing can be contested. Within the policy's "
    "`contest`, by the post's holder or alternate on the pages, with the second factor.",
    "act_for": "`command` names the command inside in `do`, beside its fields: `{post: AU/co-chair, how: telephone, "
    "text: The line is down., command: {do: decide, gate: activation, position: approve}}`. "
    "With `submit` inside and no case yet it opens one. Draft is not among the commands that a case takes.",
}
"""What a table cannot say."""


# commands ---------------------------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    """The page of commands."""
    yield "# Commands"
    yield MADE
    yield (
        "The same names are used by the command line (`ahg case do NAME`), by scenario files (`do: "
        "NAME`), by the API and by "
        "`casework.Casework.act`. This is all that they read: each field has one name, each value one spelling, and "
        "anything else is refused with what is allowed and the nearest word. A field in bold must be given. Who may do "
        "a command, and in which stages, is the table of rules (`models.rules.RULES`); a rule may refuse for further "
        "reasons, and says them. [who-may-what.md](who-may-what.md) shows for each command which kind of post may give "
        "it, which may not, and why."
    )
    yield (
        "A line holds at most 300 characters, a text at most 20,000; a date is `2026-03-31`; a length "
        "of time is "
        "`24h`, `30d`, `5wd` (working days) or `12mo`; a post is `MEMBER/POST`; a code is a member's "
        "code in the directory. A command holds at most 5,000 values and 250,000 characters of JSON, and so much a "
        "request with all its fields; a request has at most 50 versions."
    )
    counts = ", ".join(f"{most:,} {name}" for name, most in MOST_IN_A_CASE.items())
    yield (
        f"A list in a command has at most {LONGEST_LIST} entries. A case has at most {counts}. As JSON it "
        f"holds {FULL:,} bytes; up to {FULL_OF_SHORT_WORDS:,} it takes commands of at most {SHORT_WORDS:,} bytes that "
        "begin nothing new, and beyond only such as decide, say how work goes or end something (`models/limits.py`, "
        "`models/rules/room.py`)."
    )
    yield (
        "Every command but `draft`, `submit` and `log_exchange` has the field `text`: what the post says with it (text, "
        "nothing by default), kept in the log. It is left out of the tables below, but where it must be given."
    )
    for do, cls in COMMANDS.items():
        yield f"## {do}"
        yield _said(cls)
        yield _who(do)
        rows = list(_rows(cls))
        if rows:
            yield "\n".join((*_HEAD, *rows))
        if do in _NOTES:
            yield _NOTES[do]
    yield "## Parts of a request"
    for cls in (Route, Figure, StatedGround, Attachment):
        yield f"**{cls.__name__}.** {_said(cls)}"
        yield "\n".join((*_HEAD, *_rows(cls)))


def _who(do: str) -> str:
    rule = RULES.get(do)
    if do == "draft":
        return "Who: a member's focal point. Kept outside the case; there is no case yet."
    if do == "act_for":
        return "Who: the secretariat, for any post but an auditor's and its own. Stages: those of the command inside."
    assert rule is not None, f"{do} has no rule"
    stages = "every open one" if rule.stages == OPEN_STAGES else ", ".join(s.words for s in Stage if s in rule.stages)
    return f"Who: {rule.who_words}. Stages: {stages}."


def _said(cls: type[Value]) -> str:
    return " ".join((cls.__doc__ or "").split()).replace("``", "`")


def _rows(cls: type[Value]) -> Iterator[str]:
    written = NewVersion if cls is Resubmit else cls
    for name, field in written.model_fields.items():
        must = field.is_required()
        if name == "do" or (name == "text" and not must):
            continue
        called = field.alias or name
        yield (
            f"| {f'**`{called}`**' if must else f'`{called}`'} | {_type(field.annotation, field)} "
            f"| {'' if must else _default(field)} | {field.description or ''} |"
        )


def _default(field: FieldInfo) -> str:
    given = field.get_default(call_default_factory=True, validated_data={})
    if given is PydanticUndefined or given is None or given in ("", (), {}):
        return "nothing"
    if isinstance(given, StrEnum | bool):
        given = str(given).lower()
    return f"`{given}`"


def _type(kind: Any, field: FieldInfo | None = None) -> str:
    """A field's type in words."""
    if field is not None and kind is str:
        return _limited(field)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _annotated(kind)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if Leave in inner:
        return "a command with its fields"
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(word for word in map(_type, inner) if word))
    if origin is tuple:
        return f"list of {_plural(_type(inner[0], field if inner[0] is str else None))}"
    if origin is not None:
        return "mapping"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(f"`{value.value}`" for value in kind)
    name = getattr(kind, "__name__", str(kind))
    parts = {"Route": "route", "Figure": "figure", "StatedGround": "stated ground", "Attachment": "attachment"}
    return _WRITTEN.get(name, f"{parts[name]} (see below)" if name in parts else name)


def _limited(field: FieldInfo) -> str:
    lengths = [m.max_length for m in field.metadata if getattr(m, "max_length", None)]
    return "text" if lengths and max(lengths) > 300 else "line"


def _annotated(kind: Any) -> str:
    base, *metadata = get_args(kind)
    if base is str:
        return "text" if any((getattr(one, "max_length", 0) or 0) > 300 for one in metadata) else "line"
    return _type(base)


def _plural(word: str) -> str:
    first, space, rest = word.partition(" ")
    return f"{first}s{space}{rest}" if word and not word.startswith("`") else word


# the command line -------------------------------------------------------------------------------------------


def command_line() -> Iterator[str]:
    """The page of the command line: the help of every command."""
    yield "# The command line"
    yield MADE
    yield (
        "`ahg` reads the same settings as every other part ([running.md](running.md)); run it where the "
        "variables "
        "and the data folder are those of `ahg up`. It ends with 0, with 1 when something was refused, "
        "differs or is "
        "at fault, with 2 when a setting or an option is wrong, and with 3 when Temporal or a case has not "
        "answered: then it may or may not be done, and to do it again is safe. The fields of `ahg case do` are in "
        "[commands.md](commands.md)."
    )
    yield from _help(typer.main.get_command(app), "ahg")


def _help(command: Any, path: str) -> Iterator[str]:
    context = command.context_class(command, info_name=path, terminal_width=100, max_content_width=100)
    formatter = context.make_formatter()
    # Without the boxes of rich, which depend on the terminal.
    plain: Any = next(cls for cls in type(command).__mro__ if cls.__name__ == "Command")
    plain.format_help(command, context, formatter)
    yield f"## {path}"
    yield f"```\n{formatter.getvalue().rstrip()}\n```"
    for name, inner in getattr(command, "commands", {}).items():
        yield from _help(inner, f"{path} {name}")


# notices ----------------------------------------------------------------------------------------------------


def notices() -> Iterator[str]:
    """The page of the kinds of notices."""
    yield "# Notices"
    yield MADE
    yield (
        "The table of all notices (`models/notices/kinds.py`, `notifications/registry.py`). A notice comes from an event "
        "in a case's log, once for each post and capacity that it is for; `clock:gate` is the clock acting on what waits "
        "at a gate. Only a post that may learn of the case is told, whatever the column *told* says. *Asks* means that "
        "the reader has to do something; the command is the one whose page the mail links to, for the roles in brackets "
        "(`models/asks.py`). The last three columns say when its mail goes out, whether a reader may switch it off, and "
        "what of the case the mail may hold."
    )
    yield (
        "What may wait for a digest, and is optional, is for the reader to say (*Mail settings*); the column tells what "
        "holds until it does. A digest comes from no event: it is one mail with the notices that wait for it "
        "(`notifications/digest.py`), and says of each what its subject would say. `policy_proposed` comes from no case "
        "either: it asks a Co-Chair to answer a proposed policy; nor does `policy_settled`, which tells what has become "
        "of it (`notifications/policy_mail.py`), and `post_changed`, which tells the persons concerned and both offices "
        "who holds a post or stands in (`notifications/post_mail.py`), and `day_entered`, which asks another person of "
        "the secretariat to confirm announced days of an office (`notifications/day_mail.py`). They go out at once and "
        "cannot be switched off."
    )
    rows = [
        f"| `{name}` | {kind.summary} | {', '.join(f'`{one}`' for one in kind.on)} "
        f"| {', '.join(kind.to)} | {_asking(name, kind.asks)} | {entry.pace.value} "
        f"| {entry.optionality.value} | {entry.sensitivity.value} |"
        for name, kind in NOTICE_KINDS.items()
        for entry in (REGISTRY[name],)
    ]
    head = (
        "| kind | what it says | event | told | asks or tells | goes out | may be switched off | the mail |",
        "|---|---|---|---|---|---|---|---|",
    )
    yield "\n".join((*head, *rows))
    yield "## Five of them as they are read"
    yield (
        "With made-up facts, in English and Bahasa Indonesia, on a light and on a dark screen; `make "
        "pictures` takes them."
    )
    for kind in PICTURED:
        yield f"`{kind}`: {NOTICE_KINDS[kind].summary}"
        yield f"![The mail {kind}](mails/{kind}.png)"


def _asking(kind: str, asks: bool) -> str:
    if kind not in ASKS:
        return "asks" if asks else "tells"
    return f"asks: `{ASKS[kind].do}` ({', '.join(role.value for role in ASKS[kind].roles)})"


# default policy ---------------------------------------------------------------------------------------------

_TRACK = {
    "completeness": "completeness check by the secretariat",
    "gate": "a gate's deadline; reminders at half of it and at the next line",
    "last_reminder": "the last reminder, before the deadline",
    "offices_told": "both offices and the secretariat are told, after the deadline",
    "lapse": "the gate lapses, after the deadline",
    "answer": "an answer to a question; then a reminder, again at this rhythm",
    "comments": "Steering Group comments on participants",
    "invitation": "an invitation lapses; reminder at half",
    "silence": "silence procedure on a report",
    "consent": "consent to be named; reminder at half",
    "situation_update": "a situation update is due every",
    "duration": "duration of an activation",
}
_WHOLE = {
    "conflict_rule": "what a Co-Chair does when its own country is a requester: `declare` or `recuse`",
    "substitutes": "who takes a recused Co-Chair's place, in order",
    "other_affected": "minimum composition: other most-affected members besides the requester",
    "organisations": "minimum composition: organisations",
    "endorsements": "participants that endorse a later admission before the newcomer is invited",
    "resubmission": "how long a lapsed request may be resubmitted",
    "overdue_before": "overdue ladder: reminder before the due date",
    "overdue_after": "overdue ladder: after the due date",
    "overdue_every": "overdue ladder: from then on every",
    "duration_reminder": "reminder before an activation ends",
    "answers_by_link": "what the link of a mail is enough for, without signing in: any of these, or none",
    "signatures": "whether positions are signed with a passkey: `when there` or `required`",
    "handing_over": "when a post goes over that its holder hands over in a case: `at once` or `when accepted` by the "
    "person named",
    "follow_through": "what follows from a change in the group: `noted`, `carried out` (a suspension is looked at "
    "again, who leaves gives back outcomes and leaves arrangements, observer and participant change seats, exchanges "
    "are reminded of, a position said twice is one) or `to the end` (also: an outcome that its owner refuses or leaves "
    "to nobody is returned to the group, its day is over at the close of business, what is to "
    "be circulated outlasts the case, who is told of a recommendation later answers it then, any word said twice is one) "
    "or `in full` (also: what is covered already is not waived, who was asked to be named hears that "
    "nothing goes out, a recommendation is over without those whom it is decided not to tell, a correction of form "
    "stands in the text that is accepted)",
    "suspension": "a suspension is looked at again after, where no day was said; then again",
    "exchange_overdue": "an exchange is marked as overdue, after the day that the rhythm of its arrangement gives",
    "silence_covers": "what the silence on a report covers: `the report` whatever becomes of it, `every word` (each "
    "revision begins it anew) or `the substance` (a correction of form that both Co-Chairs approve does not)",
    "later_admission": "how the Steering Group admits a member later: `by one word` or `by silence`",
    "terms_covered": "what covers a term of reference, who verifies and what an early end owes: `by the record` or "
    "`by substance`",
    "requesters": "who may submit a request: `any member` or `affected members`, states and territories that say on what "
    "ground",
    "obligations": "by whose word an outcome, or the answer to a recommendation, is a member's: `as named` or `by own "
    "word`",
    "circulating": "when the wider membership can be told, and what becomes of names that nobody consented to: `at every "
    "turn` or, as in cases of before, `while at work`",
    "names_sought": "which spellings of a name are found in what is circulated: `however written` (everyday names of the "
    "later tables too, letters that look alike, names in pieces, flags and addresses) or, as in cases of before, `as "
    "spelled`",
    "change_of_hands": "how long what the secretariat announces of a Co-Chair's post waits for its holder to stop it",
    "contest": "how long a post may contest what was recorded in its name",
    "close_of_business": "when a working day is over, in the office's own time: a period in working days ends then; "
    "empty: at the time of day at which it began",
}


def policy() -> Iterator[str]:
    """The page of the default policy."""
    yield "# The default policy"
    yield MADE
    yield (
        "These are defaults of the product, not decisions of the Bali Process. A new case copies the "
        "newest row of the table `policies`, which the first start fills with these; the secretariat "
        "or a Co-Chair proposes another under `/admin/policy`, and it holds when both Co-Chairs agree. "
        "A case keeps the policy that it was submitted under. A scenario file's `policy` uses the same "
        "keys; a key of the "
        "first table given there at the top holds for both tracks."
    )
    default = Policy.default()
    assert set(_TRACK) == set(Track.model_fields), "say what every deadline of a track is"
    assert set(_WHOLE) == set(Policy.model_fields) - {"version", "routine", "urgent"}, "say what every key of policy is"
    yield "\n".join(
        (
            "| key | what | routine | urgent |",
            "|---|---|---|---|",
            *(
                f"| `{key}` | {what} | {_shown(getattr(default.routine, key))} "
                f"| {_shown(getattr(default.urgent, key))} |"
                for key, what in _TRACK.items()
            ),
        )
    )
    yield "\n".join(
        (
            "| key | what | default |",
            "|---|---|---|",
            *(f"| `{key}` | {what} | {_shown(getattr(default, key))} |" for key, what in _WHOLE.items()),
        )
    )


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.words if hasattr(value, "words") else str(value)


# pages ------------------------------------------------------------------------------------------------------


def matrix() -> Iterator[str]:
    """The page of who may do what: each command by each kind of post, and why."""
    yield "# Who may do what"
    yield MADE
    yield from who_may_what()


PAGES = {
    "commands.md": commands,
    "who-may-what.md": matrix,
    "cli.md": command_line,
    "notices.md": notices,
    "policy.md": policy,
}
SCHEMA = "scenario.schema.json"
"""What ``ahg scenario schema`` prints, kept for editors."""

MADE_OF_CODE = (*PAGES, SCHEMA)


def page(name: str) -> str:
    """The text that a page must have."""
    if name == SCHEMA:
        return json.dumps(scenario_schema(), ensure_ascii=False, indent=1) + "\n"
    return "\n\n".join(map(_wrapped, PAGES[name]())) + "\n"


def _wrapped(block: str) -> str:
    """A paragraph in lines of at most 118 characters; tables, headings and code as they are."""
    plain = block.startswith(("|", "#", "- ", "`" * 3))
    return block if plain else textwrap.fill(block, 118, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    for name in MADE_OF_CODE:
        (DOCS / name).write_text(page(name), encoding="utf-8")
