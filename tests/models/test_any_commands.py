"""Whatever posts say and however long they wait, what holds of every case holds.

``TEST_DEPTH=10`` in the environment plays ten times as many cases.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, target
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.agenda import next_act, waiting_on
from models.calendars import Calendars
from models.case import Case, GateOutcome, ParticipantState, PositionKind, Stage
from models.case_size import size_of
from models.commands import COMMANDS, parse
from models.duties import open_duties
from models.ladder_subjects import SubjectKind
from models.log import CLOCK, Entry, broken_at, digest
from models.members import Directory
from models.notices import NOTICE_KINDS
from models.passkeys import WORDS_OF_POSTS
from models.policy import policy_with
from models.posts import Post
from models.projection import Row, rows_of, step_of
from models.refusal import Refused
from models.request import Request
from models.rules import RULES, Transition, allowed, apply_clock, apply_command, replay_entry, take_over
from models.rules.circulation import pending_circulation
from models.search import search_texts, text_columns
from models.tables import TABLES
from models.verification import verifiers
from models.visibility import Sight, as_seen, may_see, readers
from tests.diagrams import STAGE_ARROWS
from tests.models.in_vain import forgotten, in_vain
from tests.models.told import caused_as_listed, told_as_listed
from tests.tabletop import calendars, directory

DEPTH = int(os.environ.get("TEST_DEPTH", "1"))

MEMBERS = ("LK", "MM", "AU", "ID", "NZ", "TH", "MY", "BD", "IOM", "UNHCR", "UNODC")
CO_CHAIRS = ("AU/co-chair", "ID/co-chair")
STEERING = tuple(f"{code}/steering-group" for code in ("AU", "ID", "NZ", "TH", "IOM", "UNHCR"))
FOCAL_POINTS = tuple(f"{code}/focal-point" for code in MEMBERS)
POSTS = (*FOCAL_POINTS, *CO_CHAIRS, *STEERING, "RSO/secretariat", "XX/auditor", "JP/co-chair", "ZZ/focal-point")

NAMES = (
    "Đặng Thị Ánh",
    "José Ñúñez-Ångström",
    "نُور الدِّين",
    "שלמה \u200f(Haifa)",
    "မြန်မာ",
    "á\u0301\u0323",
    "क़" * 80,
    "W" * 200,
    "ทางเรือ " * 25,
    "<b>&amp;\r\nBcc: x@y.z",
    "😀" * 30,
    "",
    "   ",
    "x" * 299 + " y",
    "a:b:c",
)
"""Names with diacritics, right to left, of 200 characters; what mails and keys are broken with."""

texts = st.sampled_from(NAMES) | st.text(max_size=40)
titles = st.sampled_from(("Radio net", "أمن بحري", "Đường dây", "C" * 200))
codes = st.sampled_from(MEMBERS)
lists = st.lists(codes, max_size=4)
days = st.dates(min_value=datetime(2026, 1, 1).date(), max_value=datetime(2029, 1, 1).date())  # noqa: DTZ001
rhythms = st.sampled_from(("weekly", "every 2 days", "as needed", "10wd", ""))
numbers = st.floats(allow_nan=True) | st.integers(-5, 500)
gates = st.sampled_from(("activation", "participants", "extension", "termination", "report", "circulation", "closure"))


_AFTER_THE_END = frozenset(
    ("circulations", "gates", "ladders", "seq", "head", "updated_at", "recent", "touched", "recordings")
)


def _changed(before: Case, after: Case) -> set[str]:
    """The parts of a case that are others after a step."""
    return {name for name in Case.model_fields if getattr(before, name) != getattr(after, name)}


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


grounds = st.sampled_from(("origin", "transit", "destination", "landing", "rescue", "flag"))
a_ground = st.fixed_dictionaries(
    {"ground": grounds}, optional={"member": codes | texts, "number": st.integers(0, 9000), "since": days}
)
request: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"title": texts, "situation": texts},
    optional={
        "urgency": st.sampled_from(("routine", "urgent")),
        "affected": lists,
        "routes": st.lists(st.fixed_dictionaries({"from": codes, "via": lists, "to": codes}), max_size=2),
        "grounds": st.lists(a_ground, max_size=3),
        "figures": st.lists(st.fixed_dictionaries({"what": texts, "number": numbers}), max_size=2),
        "confidential": st.sampled_from(({"figures": [], "routes": []}, {"situation": ["MY"]})),
        "done": texts,
        "asks": st.lists(texts, max_size=1),
    },
)
person = st.fixed_dictionaries({"name": texts, "email": st.sampled_from(("", "a@example.org"))})
FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "return": {"missing": st.lists(texts, max_size=2), "text": texts},
    "withdraw": {"text": texts},
    "join": {"grounds": st.lists(st.fixed_dictionaries({"ground": grounds}), max_size=2), "text": texts},
    "review_ground": {
        "member": codes,
        "ground": grounds,
        "view": st.sampled_from(("confirm", "dispute")),
        "text": texts,
    },
    "decide": {"gate": gates, "position": st.sampled_from([kind.value for kind in PositionKind]), "text": texts},
    "answer": {"gate": gates, "text": texts},
    "propose": {"members": lists, "observers": lists, "without": lists, "text": texts},
    "comment": {"text": texts},
    "respond": {"answer": st.sampled_from(("accept", "decline", "observe")), "text": texts},
    "replace": {"member": codes, "by": codes, "text": texts},
    "admit": {"member": codes, "observer": st.booleans(), "text": texts},
    "endorse": {"member": codes},
    "leave": {"text": texts, "outcomes_to": codes},
    "convene": {"text": texts},
    "add_outcome": {"title": titles, "owner": codes, "due": days, "supporting": lists, "target": numbers},
    "amend_outcome": {
        "outcome": titles,
        "owner": codes,
        "due": days,
        "supporting": lists,
        "target": numbers,
        "text": texts,
    },
    "take_on": {"outcome": titles, "answer": st.sampled_from(("accept", "decline")), "text": texts},
    "progress": {"outcome": titles, "value": numbers, "text": texts},
    "block": {"outcome": titles, "text": texts},
    "done": {"outcome": titles, "text": texts},
    "verify": {"outcome": titles, "text": texts},
    "add_arrangement": {"title": titles, "parties": lists, "kind": texts, "every": rhythms, "review": days},
    "agree": {"arrangement": titles},
    "log_exchange": {"arrangement": titles, "kind": texts, "on": days, "gave": codes},
    "amend_arrangement": {"arrangement": titles, "parties": lists, "every": rhythms, "text": texts},
    "join_arrangement": {"arrangement": titles},
    "leave_arrangement": {"arrangement": titles, "text": texts},
    "end_arrangement": {"arrangement": titles, "text": texts},
    "review_arrangement": {"arrangement": titles, "review": days},
    "schedule_meeting": {"title": titles, "place": texts, "starts": days},
    "cancel_meeting": {"meeting": titles, "text": texts},
    "attend": {"meeting": titles, "present": lists, "observing": lists, "absent": lists},
    "situation_update": {"text": texts},
    "extend": {"until": days, "by": st.sampled_from(("3mo", "2mo", "9999mo", "0d")), "text": texts},
    "terminate": {"text": texts},
    "suspend": {"text": texts, "review": days},
    "resume": {"text": texts},
    "announce_day": {"office": codes, "first": days, "last": maybe(days), "closed": st.booleans(), "text": texts},
    "open_report": {"kind": st.sampled_from(("interim", "final")), "contributions_by": days},
    "contribute": {"text": texts},
    "recommend": {"text": texts, "to": lists, "owner": codes, "due": days},
    "table": {"text": texts},
    "object": {"outcome": titles, "member": codes, "text": texts},
    "revise": {"text": texts, "corrects": texts},
    "circulate": {
        "what": st.sampled_from(("full", "summary")),
        "to": st.sampled_from(("everyone", "participants")) | lists,
        "names": lists,
        "text": texts,
    },
    "reword": {
        "text": st.sampled_from(("Other words.", "The Thai navy and Vietnam.", "Laos.")),
        "names": st.lists(st.sampled_from(("MY", "TH", "VN", "AU", "ID")), max_size=3, unique=True),
        "keep": st.sampled_from(((), ("Thai",), ("Vietnam", "thai"))),
        "why_kept": st.sampled_from(("", "It is public.")),
    },
    "consent": {"answer": st.sampled_from(("give", "refuse"))},
    "adopt": {"recommendation": texts},
    "waive": {"term": st.lists(st.sampled_from(("a", "b", "c")), min_size=1, max_size=1), "text": texts},
    "contest": {"entry": st.integers(0, 500), "text": texts},
    "delegate": {"to": person, "until": days, "post": st.sampled_from(POSTS)},
    "hand_over": {"to": person, "post": st.sampled_from(POSTS)},
    "take_over": {"email": st.sampled_from(("a@example.org", "b@example.org"))},
}

KEYS = {
    name: tuple(column.name for column in table.primary_key if column.name != "reference")
    for name, table in TABLES.tables.items()
}
"""What, besides the reference, tells two rows of a table apart."""

Rows = dict[tuple[Any, ...], dict[str, Any]]


def put(rows: Rows, row: Row) -> None:
    key = (row.table, *(row.columns[name] for name in KEYS[row.table]))
    if row.gone:
        rows.pop(key, None)
        return
    rows[key] = {**rows.get(key, {}), **row.columns}


def fields_of(data: st.DataObject, do: str) -> dict[str, Any]:
    if do in ("submit", "resubmit", "draft"):
        return dict(data.draw(request))
    if do == "act_for":
        inner = data.draw(st.sampled_from(sorted(FIELDS)))
        return {
            "post": data.draw(st.sampled_from(POSTS)),
            "how": "telephone",
            "text": data.draw(texts),
            "command": {**fields_of(data, inner), "do": inner},
        }
    given = {name: data.draw(maybe(values)) for name, values in FIELDS.get(do, {}).items()}
    return {name: value for name, value in given.items() if value is not None}


def plausible(data: st.DataObject, case: Case, do: str) -> dict[str, Any]:
    """Fields that a page would send: nothing missing, and what is named is there."""
    if do in ("submit", "resubmit", "draft", "act_for"):
        return fields_of(data, do)
    there: dict[str, list[Any]] = {
        "outcome": list(case.outcomes),
        "arrangement": list(case.arrangements),
        "meeting": list(case.meetings),
        "gate": [gate.name.value for gate in case.open_gates],
        "text": ["because", *NAMES[:9]],
        "entry": list(case.recordings),
        "member": [code for code in case.participants if case.considered(code)] if do == "object" else [],
        "target": [10],
        "value": [3],
        "parties": [["MY", "TH"], ["LK"]],
        "missing": [["the figures' sources"]],
        "to": [["MY"], ["TH", "IOM"]] if do == "recommend" else [],
    }
    fields = {}
    for name, values in FIELDS.get(do, {}).items():
        choice: list[Any] = there.get(name, [])
        fields[name] = data.draw(st.sampled_from(choice) if choice else values)
    if do == "extend":
        fields.pop("until")
    if do == "object" and data.draw(st.booleans()):
        fields.pop("outcome")
    if do == "object" and fields.get("member") not in there["member"]:
        fields.pop("member", None)
    return fields


NOISE = frozenset(("delegate", "hand_over", "withdraw", "terminate", "suspend", "comment", "close"))
"""What is offered nearly always, and would hide the rest."""


NO_DIRECTORY, NO_CALENDARS = Directory(members={}), Calendars()
"""Instead of what a case copied when it was submitted: most of its text, and never changed."""


def essence(case: Case) -> Case:
    """A case without what only its workflow knows: recent commands, and what each part was touched by."""
    return case.model_copy(update={"recent": {}, "touched": {}})


class AnyCommands(RuleBasedStateMachine):
    """One case: random posts say random things, and time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 2, 3, tzinfo=UTC)
        self.count = 0
        self.entries: list[Entry] = []
        self.silent_on = ""
        self.stored: Rows = {}
        self.rebuilt: Rows = {}

    @initialize(
        conflict_rule=st.sampled_from(("declare", "recuse")),
        submitted=request,
        requester=st.sampled_from(("LK", "MM", "AU", "NZ")),
        steps=st.sampled_from((0, 1, 2, 3, 7, 10, 20, 40)),
        report=st.sampled_from(("", "", "open", "accepted")),
    )
    def begin(self, conflict_rule: str, submitted: Mapping[str, Any], requester: str, steps: int, report: str) -> None:
        policy = policy_with({"conflict_rule": conflict_rule})
        blank = Case(reference="AHG-2026-001", directory=directory(), calendars=calendars(), policy=policy)
        self.case = self.shadow = blank
        self.blank = blank
        usable = {**submitted, "title": "Boats", "situation": "Boats leave.", "figures": [], "done": "", "asks": []}
        usable["grounds"] = [{"ground": "origin"}, {"member": "MY", "ground": "landing", "number": 40}]
        self.give(f"{requester}/focal-point", "submit", usable)
        assert self.case.stage is Stage.SUBMITTED
        self.case, self.shadow = self.case.slim(), self.shadow.slim()  # what never changes is compared by identity
        for _ in range(40 if report else steps):  # some cases begin further on
            self.next_step()
        if report:
            self.give("RSO/secretariat", "open_report", {})
            self.give("RSO/secretariat", "recommend", {"text": "Share routes", "to": ["MY"], "owner": "TH"})
        if report == "accepted":
            self.give("RSO/secretariat", "table", {})
            self.time_goes_by(self.now + timedelta(days=20))
            self.next_step()
            self.next_step()

    def give(self, by: str, do: str, fields: Mapping[str, Any], seen: int | None = None) -> bool:
        self.count += 1
        before = self.case
        kept = before.model_dump_json() if self.count % 10 == 0 else None
        try:
            command = parse(do, fields, by=by, command_id=f"c{self.count}", seen=seen)
            taken = apply_command(before, command, self.now)
        except Refused:
            assert kept is None or before.model_dump_json() == kept, "a refusal left something changed"
            return False
        assert taken.before is before
        self.take(taken)
        return True

    def take(self, taken: Transition) -> None:
        before, after = taken.before, taken.after
        assert [*in_vain(after), *forgotten(after)] == []
        assert taken.entries, "a step without an event"
        assert not before.stage.final or _changed(before, after) <= _AFTER_THE_END, f"{before.stage} has changed"
        self.case = after
        self.entries.extend(taken.entries)
        self._chained(before, taken.entries)
        self._accepted_as_silent_on(taken.entries)
        step = step_of(taken)
        for row in step.rows:
            put(self.stored, row)
        for queued in step.notices:
            assert queued.notice.kind in NOTICE_KINDS
            assert may_see(after, queued.notice.to), f"{queued.notice.to} is told of a case it may not see"
            cause = next(entry for entry in taken.entries if entry.seq == queued.seq)
            assert caused_as_listed(queued.notice, cause), (queued.notice, cause)
            assert told_as_listed(after, queued.notice, cause), (queued.notice, cause)
        if self.count % 5 == 0:
            self.all_is_stored()
        told = [(one.seq, one.notice.kind, one.notice.to, one.notice.capacity, one.notice.part) for one in step.notices]
        assert len(set(told)) == len(told)
        for entry in taken.entries:
            again = Entry.model_validate_json(entry.model_dump_json())
            assert again == entry
            earlier, self.shadow = self.shadow, replay_entry(self.shadow, again)
            assert earlier.stage is self.shadow.stage or (earlier.stage, self.shadow.stage) in STAGE_ARROWS
            for row in rows_of(earlier, self.shadow, (again,)):
                put(self.rebuilt, row)

    def _accepted_as_silent_on(self, entries: tuple[Entry, ...]) -> None:
        """The Co-Chairs accept what the Steering Group was silent on, but for corrections of form."""
        for entry in entries:
            report = self.case.report
            if entry.type == "revised" and entry.event["corrects"]:
                self.silent_on = entry.event["content"]
            elif entry.type == "report_moved" and entry.event["state"] in ("adopted", "accepted") and report:
                content = self.case.reports[entry.event["report"]].content
                assert entry.event["state"] == "adopted" or content == self.silent_on
                self.silent_on = content

    @invariant()
    def one_voice_decides_for_no_body(self) -> None:
        """Nobody has verified an outcome of its own, and whose post proposed an admission has not endorsed it."""
        for outcome in self.case.outcomes.values():
            if outcome.verified_by is not None:
                assert outcome.verified_by.member not in (outcome.owner, *outcome.supporting)
        for one in self.case.participants.values():
            assert not any(one.proposed_of(code) for code in one.endorsed_by)

    def all_is_stored(self) -> None:
        """What the steps wrote, each where it changed something, is what the case gives when it is read anew."""
        stored = [row for (table, *_), row in self.stored.items() if table == "search_texts"]
        anew = [text_columns(text) for text in search_texts(self.case).values()]
        assert sorted(stored, key=itemgetter("id")) == sorted(anew, key=itemgetter("id"))
        duties = [row for (table, *_), row in self.stored.items() if table == "duties"]
        asked = {(str(duty.post), duty.do, duty.about): duty.due for duty in open_duties(self.case)}
        assert {(row["post"], row["do"], row["about"]): row["due"] for row in duties} == asked
        sights = {row["post"]: row["sight"] for (table, *_), row in self.stored.items() if table == "readers"}
        assert sights == {str(post): int(sight) for post, sight in readers(self.case).items()}
        assert self.case.at_most is None or size_of(self.case) <= self.case.at_most

    def _chained(self, before: Case, entries: tuple[Entry, ...]) -> None:
        head, seq = before.head, before.seq
        for entry in entries:
            out = entry.model_dump(mode="json")
            assert (entry.seq, entry.previous) == (seq + 1, head)
            head, seq = entry.hash, entry.seq
            parts = ("case", "seq", "at", "by", "acted_for", "command", "event", "previous")
            assert digest(*(out[part] for part in parts)) == entry.hash
        assert (self.case.seq, self.case.head) == (seq, head)

    # what happens -------------------------------------------------------------------------------------------

    @rule(data=st.data(), by=st.sampled_from(POSTS), do=st.sampled_from(sorted(COMMANDS)))
    def anybody_says_anything(self, data: st.DataObject, by: str, do: str) -> None:
        self.give(by, do, fields_of(data, do), data.draw(maybe(st.integers(0, max(self.case.seq, 1)))))

    @rule(data=st.data(), by=st.sampled_from(POSTS))
    def a_post_does_what_it_is_offered(self, data: st.DataObject, by: str) -> None:
        for _ in range(data.draw(st.integers(1, 3))):
            self.says_something(data, Post(by))

    @rule(data=st.data())
    def whose_turn_it_is_acts(self, data: st.DataObject) -> None:
        for _ in range(data.draw(st.integers(1, 3))):
            if posts := waiting_on(self.case):
                self.says_something(data, data.draw(st.sampled_from(posts)))

    def says_something(self, data: st.DataObject, by: Post) -> None:
        offered = allowed(self.case, by)
        quiet = tuple(do for do in offered if do not in NOISE)
        nine_in_ten: int = data.draw(st.integers(0, 9))
        if quiet and nine_in_ten:
            offered = quiet
        if offered:
            do = data.draw(st.sampled_from(offered))
            self.give(by, do, plausible(data, self.case, do))

    @rule(data=st.data(), position=st.sampled_from([kind.value for kind in PositionKind]))
    @precondition(lambda self: self.case.open_gates)
    def a_co_chair_decides(self, data: st.DataObject, position: str) -> None:
        gate = data.draw(st.sampled_from(self.case.open_gates))
        by = data.draw(st.sampled_from(gate.deciders)).post
        self.give(by, "decide", {"gate": gate.name.value, "position": position, "text": "because"})

    @rule(times=st.integers(1, 4))
    def next_steps(self, times: int) -> None:
        for _ in range(times):
            self.next_step()

    def next_step(self) -> None:
        """What brings a case on, if everybody means well."""
        case = self.case
        for gate in case.open_gates:
            if gate.questions:
                self.give(gate.respondent, "answer", {"gate": gate.name.value, "text": "so it is"})
                return
            for post in gate.undecided:
                self.give(post, "decide", {"gate": gate.name.value, "position": "approve"})
                return
        match case.stage:
            case Stage.SUBMITTED:
                self.give("RSO/secretariat", "accept", {})
            case Stage.PARTICIPANT_SELECTION:
                invited = [p for p in case.participants.values() if p.state is ParticipantState.INVITED]
                if invited:
                    self.give(f"{invited[0].member}/focal-point", "respond", {"answer": "accept"})
                else:
                    self.give("NZ/steering-group", "propose", {"members": ["BD", "MY", "IOM"]})
            case Stage.OPERATIONAL:
                self.work()
            case Stage.REPORTING:
                for do in ("table", "close"):
                    if self.give("RSO/secretariat", do, {}):
                        return
                waived = {"term": ["abc"[self.count % 3]], "text": "none"}
                self.give(case.sitting[self.count // 3 % 2], "waive", waived)

    def work(self) -> None:
        """The group's own next step: an outcome, an arrangement, a meeting; after a while, the report."""
        case, turn = self.case, self.count % 12
        for one in case.outcomes.values():
            if one.state == "done":
                self.give(verifiers(case, one)[0], "verify", {"outcome": one.title, "text": "enough"})
                return
            if one.state == "open" and turn < 8:
                self.give(f"{one.owner}/focal-point", "done" if turn % 2 else "progress", {"outcome": one.title})
                return
        for pact in case.arrangements.values():
            for code in pact.parties:
                if code not in pact.agreed:
                    self.give(f"{code}/focal-point", "agree", {"arrangement": pact.title})
                    return
        due, title = (self.now + timedelta(days=20)).date(), f"Work {self.count}"
        match turn:
            case 0:
                self.give("RSO/secretariat", "open_report", {})
            case 1 | 2:
                self.give(
                    "RSO/secretariat", "add_arrangement", {"title": title, "parties": ["MY", "LK"], "review": due}
                )
            case 3:
                self.give("RSO/secretariat", "schedule_meeting", {"title": title, "from": due})
            case _:
                self.give("ID/co-chair", "add_outcome", {"title": title, "owner": "MY", "due": due})

    @rule(hours=st.sampled_from((1, 7, 7, 30, 30, 80, 80, 130, 200, 800)))
    def time_passes(self, hours: int) -> None:
        self.time_goes_by(self.now + timedelta(hours=hours))

    def time_goes_by(self, until: datetime) -> None:
        struck = 0
        while (act := next_act(self.case)) is not None and act.at <= until:
            self.now = max(self.now, act.at)
            taken = apply_clock(self.case, self.now)
            assert taken is not None
            self.take(taken)
            struck += 1
            assert struck < 2000, "the clock never stops striking"
        assert apply_clock(self.case, until) is None
        self.now = until

    @rule(count=st.integers(1, 3))
    def the_clock_strikes_late(self, count: int) -> None:
        """The worker was away: what was due is done at a later moment."""
        self.now += timedelta(hours=50)
        for _ in range(count):
            taken = apply_clock(self.case, self.now)
            if taken is not None:
                self.take(taken)

    # what must hold -----------------------------------------------------------------------------------------

    @invariant()
    def somebody_is_waited_for_and_the_clock_acts(self) -> None:
        case = self.case
        if case.stage.ended and pending_circulation(case) is None:
            assert not case.open_gates
            assert waiting_on(case) == ()
            return
        assert waiting_on(case), "it waits for nobody"
        for post in waiting_on(case):
            assert case.directory.holds(post)
            assert may_see(case, post), f"{post} is waited for and may not see the case"
        if case.stands:
            act = next_act(case)
            assert act is None or act.subject == SubjectKind.SUSPENSION, "a clock runs that stands"
            assert act is not None or not case.policy.carries_out, "nobody looks at the suspension again"
        else:
            assert next_act(case) is not None, f"nothing ever happens by itself in {case.stage}"

    @invariant()
    def whose_turn_it_is_has_a_duty_and_every_duty_can_be_done(self) -> None:
        case = self.case
        asked = open_duties(case)
        assert set(waiting_on(case)) <= {duty.post for duty in asked}, "its turn, and nothing to do"
        for duty in asked:
            assert duty.do in allowed(case, duty.post), f"{duty} is asked for and not allowed"
            assert may_see(case, duty.post), f"{duty} is asked of a post that may not see the case"

    @invariant()
    def nobody_is_shown_what_it_may_not_see(self) -> None:
        case = self.case
        secret = [section for section, readers_of in case.request.confidential.items() if not readers_of]
        sights = readers(case)
        for post in map(Post, FOCAL_POINTS):
            seen = as_seen(case, post)
            assert (seen.sight if seen else None) == sights.get(post)
            assert (seen is not None) == may_see(case, post)
            if seen is None or case.is_requester(post.member):
                continue
            blank = Request()
            assert all(getattr(seen.case.request, section) == getattr(blank, section) for section in secret)
            if seen.sight < Sight.CASE:
                assert not seen.case.gates
                assert not seen.case.reports
                assert set(seen.case.participants) <= {post.member}
            if seen.sight is Sight.CIRCULATED:
                assert (seen.case.request, seen.case.requesters, seen.case.participants) == (blank, (), {})
                assert all(circulation.state == "released" for circulation in seen.case.circulations.values())

    @invariant()
    def nothing_waits_without_a_clock(self) -> None:
        case = self.case
        for gate in case.open_gates:
            ladder = case.ladders[f"gate:{gate.name.value}"]
            assert (ladder.stopped_at is not None) == bool(gate.questions or case.stands)
            assert ladder.rungs
            assert (f"answer:{gate.name.value}" in case.ladders) == bool(gate.questions)
        for one in case.participants.values():
            has_it = f"invitation:{one.member}" in case.ladders
            assert has_it or one.state is not ParticipantState.INVITED or case.stage.ended
            assert not has_it or (one.has_a_seat and not case.stage.ended)  # in the group, it is offered another seat
        for subject, ladder in case.ladders.items():
            assert ladder.rungs, f"{subject} waits for nothing"
            assert [rung.at for rung in ladder.rungs] == sorted(rung.at for rung in ladder.rungs)

    @invariant()
    def what_is_approved_was_approved_by_all_on_this_version(self) -> None:
        for gate in self.case.gates.values():
            if gate.outcome is GateOutcome.APPROVED:
                assert not gate.undecided
                for decider in gate.deciders:
                    position = gate.positions[decider.post]
                    assert position.position in (PositionKind.APPROVE, PositionKind.APPROVE_WITH_CONDITIONS)
                    assert position.on == gate.on
                    assert position.round == gate.round
            assert all(position.on == gate.on for position in gate.positions.values())

    @invariant()
    def only_whom_consented_is_named(self) -> None:
        for circulation in self.case.circulations.values():
            if circulation.state == "released":
                assert not circulation.pending
                assert not circulation.unsettled
            assert set(circulation.named) <= set(circulation.names)

    @invariant()
    def the_log_gives_the_same_state_and_rows(self) -> None:
        assert essence(self.shadow) == essence(self.case)
        assert self.rebuilt == self.stored

    @invariant()
    def a_case_survives_json(self) -> None:
        case = self.case
        assert (case.directory, case.calendars) == (self.shadow.directory, self.shadow.calendars)
        changing = case.model_copy(update={"directory": NO_DIRECTORY, "calendars": NO_CALENDARS})
        assert Case.model_validate_json(changing.model_dump_json()) == changing

    @invariant()
    def what_is_offered_is_in_the_table(self) -> None:
        for post in (*waiting_on(self.case), Post("XX/auditor"), Post("LK/focal-point")):
            offered = allowed(self.case, post)
            assert set(offered) <= set(RULES)
            if post.role.value == "auditor":
                assert not offered

    def teardown(self) -> None:
        if not self.entries:
            return
        self.all_is_stored()
        assert Case.model_validate_json(self.case.model_dump_json()) == self.case
        assert broken_at(self.entries) is None
        by_clock = [entry for entry in self.entries if entry.by_clock]
        assert all(entry.by == CLOCK and entry.type not in WORDS_OF_POSTS for entry in by_clock)
        assert essence(take_over(self.blank, tuple(self.entries))) == essence(self.case)
        target(float(list(Stage).index(self.case.stage)))


TestAnyCommands = pytest.mark.timeout(0)(pytest.mark.slow(AnyCommands.TestCase))
"""Bound by its examples and not by time, so that the machine's load is no reason to fail."""

TestAnyCommands.settings = settings(
    max_examples=30 * DEPTH,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
