"""Who may do what, tried on the rules: each command by each post, in a case in which somebody may give it.

The page that is made of it is kept as docs/who-may-what.md, for people to read: a change of a rule shows there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from models.authentication import Means, Standing
from models.case import Case, Stage
from models.commands import COMMANDS, parse
from models.posts import Post
from models.recommendation import resolve_follow_up
from models.refusal import Refused
from models.rules import RULES, apply_command
from models.rules.table import OPEN_STAGES
from tests.situations import AU, ID, NET, NZ, PICTURE, RSO, SECOND, WHY, situation
from tests.tabletop import SIGNER

CAST: Mapping[str, str] = {
    "MY/focal-point": "the requester",
    "TH/focal-point": "a participant that owns the outcome and is a party to the arrangement",
    "BD/focal-point": "a participant that owns nothing and is no party",
    "PK/focal-point": "an observer",
    "LK/focal-point": "a member that is invited and has not answered",
    "VN/focal-point": "a member that has left the group",
    "FJ/focal-point": "a member outside of the group",
    AU: "a Co-Chair",
    ID: "a Co-Chair that has recused itself",
    NZ: "the Steering Group member in its place",
    "UNHCR/steering-group": "another Steering Group member",
    RSO: "the secretariat",
    "XX/auditor": "an auditor",
}
"""Who is tried: each post with what it is in the case."""

SHORT = dict(
    zip(
        CAST,
        (
            "requester",
            "owner and party",
            "participant",
            "observer",
            "invited",
            "left",
            "outside",
            "Co-Chair",
            "recused",
            "in its place",
            "Steering Group",
            "secretariat",
            "auditor",
        ),
        strict=True,
    )
)


class Trial(NamedTuple):
    """A command that is tried: in which situation, with which fields. ``of``: what it is about, where that matters."""

    do: str
    situation: str
    fields: Mapping[str, Any] = {}
    of: str = ""
    standing: Standing = Standing.HOLDER


class Answer(NamedTuple):
    """What one post is told. ``why``: as whom it may, or the sentence by which it is refused."""

    may: bool
    why: str


PARTS: Mapping[str, tuple[Trial, ...]] = {
    "The request": (
        Trial("submit", "nothing", {"title": "Boats", "situation": "Boats leave.", "grounds": [{"ground": "landing"}]}),
        Trial("return", "submitted", {"missing": ["the figures' sources"]}),
        Trial("resubmit", "returned", {"title": "Boats in the strait"}),
        Trial("accept", "submitted"),
        Trial("join", "submitted", {"grounds": [{"ground": "transit"}]}),
        Trial("withdraw", "submitted"),
        Trial("review_ground", "review", {"member": "MY", "ground": "landing"}),
    ),
    "Decisions": (
        Trial("decide", "review", {"gate": "activation", "position": "approve"}),
        Trial("decide", "review", {"gate": "activation", "position": "recuse"}, "recusing itself"),
        Trial("answer", "question", {"text": "So it is."}),
    ),
    "Participants": (
        Trial("propose", "selection", {"members": ["JP"], **WHY}),
        Trial("comment", "selection", WHY),
        Trial("respond", "selection", {"answer": "accept"}),
        Trial("replace", "selection", {"member": "LK", "by": "JP", **WHY}),
        Trial("convene", "selection"),
        Trial("admit", "work", {"member": "JP", **WHY}),
        Trial("endorse", "admitted", {"member": "JP"}),
        Trial("leave", "work"),
    ),
    "Outcomes": (
        Trial("add_outcome", "work", {"title": "Interviews", "owner": "BD"}),
        Trial("take_on", "named", {"outcome": "Interviews"}, "by the member that is named"),
        Trial("amend_outcome", "work", {**NET, "due": "2026-09-01", **WHY}),
        Trial("progress", "work", {**NET, "value": 1}),
        Trial("block", "work", {**NET, **WHY}),
        Trial("done", "work", NET),
        Trial("verify", "done", NET),
        Trial("object", "verified", {**NET, **WHY}, "to a Co-Chair's verification"),
    ),
    "Arrangements": (
        Trial("add_arrangement", "work", {"title": "Contacts", "parties": ["TH", "BD"]}),
        Trial("agree", "proposed", {"arrangement": "Contacts"}),
        Trial("log_exchange", "work", {**PICTURE, "gave": "TH", "received": ["MY"]}),
        Trial("review_arrangement", "work", PICTURE),
        Trial("amend_arrangement", "work", {**PICTURE, "every": "daily", **WHY}),
        Trial("join_arrangement", "work", PICTURE),
        Trial("leave_arrangement", "work", PICTURE),
        Trial("end_arrangement", "work", {**PICTURE, **WHY}),
    ),
    "Meetings and the situation": (
        Trial("schedule_meeting", "work", {"title": "Second meeting", "starts": "2026-04-01T09:00:00+07:00"}),
        Trial("cancel_meeting", "work", {"meeting": "First meeting", **WHY}),
        Trial("attend", "work", {"meeting": "First meeting", "present": ["MY"]}),
        Trial("situation_update", "work", WHY),
    ),
    "How long, and the clock": (
        Trial("extend", "work", WHY),
        Trial("terminate", "work", WHY),
        Trial("suspend", "work", WHY),
        Trial("resume", "suspended"),
        Trial(
            "announce_day",
            "work",
            {"office": "MY", "first": "2026-06-10"},
            "in the directory, where somebody else confirms it",
            Standing.DIRECTORY,
        ),
    ),
    "Reports and recommendations": (
        Trial("open_report", "work", {"kind": "final"}),
        Trial("contribute", "drafting", WHY),
        Trial("recommend", "drafting", {"text": "Keep them current.", "to": ["TH"]}),
        Trial("table", "drafting", WHY),
        Trial("object", "tabled", WHY, "to a report"),
        Trial("revise", "tabled", WHY),
        Trial("adopt", "accepted", {"state": "done", **WHY}),
    ),
    "Circulation and closing": (
        Trial("circulate", "accepted", {"what": "summary", "names": ["BD"], **WHY}),
        Trial("reword", "proposed_text", {"text": "It met twice.", "names": ["BD"]}),
        Trial("consent", "circulating", {"answer": "give"}),
        Trial("waive", "tabled", {"term": ["c"], **WHY}),
        Trial("close", "told"),
    ),
    "Posts": (
        Trial("delegate", "work", {"to": SECOND}, "for its own post"),
        Trial("delegate", "work", {"to": SECOND, "post": "BD/focal-point"}, "for the post of Bangladesh"),
        Trial("hand_over", "work", {"to": SECOND}, "its own post"),
        Trial("hand_over", "work", {"to": SECOND, "post": "BD/focal-point"}, "the post of Bangladesh"),
        Trial("take_over", "offered", {"email": SECOND["email"]}, "the post of Bangladesh", Standing.NAMED),
        Trial("contest", "recorded", WHY, "what was recorded for Bangladesh"),
        Trial(
            "act_for",
            "work",
            {"post": "TH/focal-point", "how": "telephone", **WHY, "command": {"do": "progress", **NET, "value": 2}},
        ),
    ),
}
"""What is tried, by the parts of the procedure."""


# the trials ----------------------------------------------------------------------------------------------------


def give(trial: Trial, by: str, moment: str) -> Case:
    """A post gives the command in a situation; the case before it. Raises Refused."""
    table, followed = situation(moment)
    command = parse(trial.do, trial.fields, by=by, command_id="tried")
    means = Means.DIRECTORY if trial.standing is Standing.DIRECTORY else Means.SECOND_FACTOR
    signed = SIGNER.sign(table.case.reference, command, means, table.now, None, trial.standing)
    if trial.do == "adopt" and followed is not None:
        resolve_follow_up(followed, signed, table.now)
    else:
        apply_command(table.case, signed, table.now)
    return table.case


def tried(trial: Trial, by: str) -> Answer:
    """What a post is told that gives the command."""
    try:
        case = give(trial, by, trial.situation)
    except Refused as refused:
        return Answer(False, _in_general(refused.sentence, by))
    rule = RULES.get(trial.do)
    as_whom = next((who.words for who in rule.who if who.test(case, Post(by))), "") if rule else ""
    return Answer(True, as_whom)


def _in_general(sentence: str, by: str) -> str:
    """The sentence without the post that was refused: what is said to all of its kind."""
    general = sentence.replace(f"; {by} may not.", ".").replace(by, "this post")
    if by.endswith("/focal-point"):
        general = re.sub(rf"\b{Post(by).member}\b(?!/)", "this member", general)
    return general[:1].upper() + general[1:]


# the page ------------------------------------------------------------------------------------------------------


def who_may_what() -> Iterator[str]:
    """What the page says below its heading, in blocks."""
    yield (
        "Each command of the procedure is tried here by each kind of post, on the rules themselves, in a case in which "
        "somebody may give it. This is what each is told. [commands.md](commands.md) has the fields of each command, "
        "[what-it-does.md](what-it-does.md) what follows from it. The case is one of Malaysia, under the default policy; "
        "who asks for what it may not do is refused with the sentence that stands here, and nothing is written."
    )
    yield "\n".join(("| post | in the tables | in this case |", "|---|---|---|", *_cast()))
    yield (
        "A post is looked at in one part at a time: Thailand also sits in the Steering Group, and acts there under its "
        "other post. An alternate may do what its post may, but names no alternate and hands nothing over. Nothing but "
        "what a case is told is decided here: who may read what, `models/visibility.py` says."
    )
    for part, trials in PARTS.items():
        yield f"## {part}"
        found = [(trial, {by: tried(trial, by) for by in CAST}) for trial in trials]
        yield "\n".join((_head(), *(_row(trial, answers) for trial, answers in found)))
        for trial, answers in found:
            yield f"### {_title(trial)}"
            yield _stages(trial)
            yield "\n".join(_said(answers))
    untried = set(COMMANDS) - {trial.do for trials in PARTS.values() for trial in trials} - {"draft"}
    assert not untried, f"say who may do it: {', '.join(sorted(untried))}"


def _cast() -> Iterator[str]:
    for post, what in CAST.items():
        yield f"| `{post}` | {SHORT[post]} | {what} |"


def _head() -> str:
    return f"| | {' | '.join(SHORT.values())} |\n|---|{'---|' * len(SHORT)}"


def _row(trial: Trial, answers: Mapping[str, Answer]) -> str:
    cells = " | ".join("may" if one.may else "–" for one in answers.values())
    return f"| {_title(trial)} | {cells} |"


def _title(trial: Trial) -> str:
    return f"`{trial.do}`, {trial.of}" if trial.of else f"`{trial.do}`"


def _stages(trial: Trial) -> str:
    rule = RULES.get(trial.do)
    if trial.do == "adopt":
        return "May say what became of a recommendation, from when its report is accepted on, in a closed case too."
    if rule is None:
        return "May record what a post said by telephone or letter, in the stages of what it said."
    stages = ", ".join(stage.words for stage in Stage if stage in rule.stages)
    return f"May {rule.phrase}: {'while the case is open' if rule.stages == OPEN_STAGES else f'in {stages}'}."


def _said(answers: Mapping[str, Answer]) -> Iterator[str]:
    """Those who are told the same, together: first who may."""
    told: dict[Answer, list[str]] = {}
    for by, answer in answers.items():
        told.setdefault(answer, []).append(SHORT[by])
    for answer, who in sorted(told.items(), key=lambda one: not one[0].may):
        if answer.may:
            yield f"- **May**, as {answer.why or 'the secretariat'}: {', '.join(who)}."
        else:
            yield f"- **May not**: {', '.join(who)}. *{answer.why}*"
    if not any(answer.may for answer in told):
        raise AssertionError("nobody may do it in this case; choose another")
