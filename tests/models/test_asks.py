"""What notices ask for: every kind that asks has its command, and the post that gets it may do it then."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.asks import ACKNOWLEDGE, ASKS, asked_of, may_answer_by_link
from models.case import GateName
from models.duties import open_duties
from models.log import event_of, seal
from models.notices import NOTICE_KINDS, Notice, NoticeFacts
from models.policy import Policy, policy_with
from models.posts import Post
from models.rules import RULES, Transition, allowed
from ops.scenarios.reading import read_scenario
from tests.tabletop import Tabletop

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
NOT_IN_THE_CASE = {"meeting_called", "recording_contested"}
"""Asks for something that is done outside the case."""


LATER = {
    "situation_update": "The first is due in weeks; the clock asks for it.",
    "contribute": "Asked when the report was opened; an objection lets those speak again that did not.",
    "decide": "The answer to a question, which its own notice says.",
}
"""Duties that may arise without a notice that asks for them in the same step, and why."""


class Asking(Tabletop):
    """A case that tells for each notice whether its reader may do what it asks, and for each new duty who is told."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.asked: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.silent: list[str] = []

    def _took(self, taken: Transition) -> Transition:
        before, known = len(self.notices), self._duties()
        super()._took(taken)
        told = self.notices[before:]
        for notice in told:
            self._look(notice)
        asked = {(one.to, asked.do) for one in told if (asked := asked_of(one.kind, one.to, one.facts))}
        self.silent.extend(
            f"{post} has to {do} {about} and is not told: {taken.entries[0].type}"
            for post, do, about in self._duties() - known
            if (post, do) not in asked and do not in LATER
        )
        return taken

    def _duties(self) -> set[tuple[Post, str, str]]:
        return {(duty.post, duty.do, duty.about) for duty in open_duties(self.case)}

    def _look(self, notice: Notice) -> None:
        asked = asked_of(notice.kind, notice.to, notice.facts)
        if asked is None or asked.do == "adopt":  # taken by the recommendation's follow-up, not by the case
            return
        self.asked[notice.kind] += 1
        if asked.do not in allowed(self.case, notice.to):
            self.wrong.append(f"{notice.kind} asks {notice.to} to {asked.do} in {self.case.stage.words}")
        if ASKS[notice.kind].about and not asked.about:
            self.wrong.append(f"{notice.kind} does not say what it is about")


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda path: path.stem)
def test_whoever_is_asked_may_do_it_then_and_whoever_has_to_do_something_is_asked(file: Path) -> None:
    scenario = read_scenario(file)
    table = Asking(scenario.policy_document())
    table.now = scenario.start
    draft: Mapping[str, Any] = {}
    for at, act in scenario.in_order(table.case.calendars):
        table.until(max(at, table.now))
        if act.do == "draft" and not act.refused:
            draft = act.fields
        if act.do in (None, "draft", "adopt") or act.refused:
            continue
        assert act.do is not None
        table.do(str(act.by), act.do, {**draft, **act.fields} if act.do == "submit" else act.fields)
    table.wait(timedelta(days=30))
    assert table.wrong == []
    assert table.silent == []
    assert table.asked


def test_every_kind_that_asks_has_its_command_and_no_other_has() -> None:
    assert set(ASKS) == {name for name, kind in NOTICE_KINDS.items() if kind.asks} - NOT_IN_THE_CASE
    assert {ask.do for ask in ASKS.values()} <= set(RULES)


def test_a_post_that_is_only_told_is_asked_nothing() -> None:
    silent = NoticeFacts(gate=GateName.ACTIVATION, silent=(Post("AU/co-chair"),))
    assert asked_of("review_overdue", Post("AU/co-chair"), silent) == ("decide", "activation")
    assert asked_of("review_overdue", Post("ID/co-chair"), silent) is None
    assert asked_of("review_overdue", Post("RSO/secretariat"), silent) is None
    assert asked_of("circulated", Post("TH/focal-point"), NoticeFacts()) is None


def test_a_post_that_decides_never_acts_by_a_link_alone() -> None:
    everything = ("respond", "consent", ACKNOWLEDGE, "decide", "accept")
    for post in (Post("AU/co-chair"), Post("RSO/secretariat")):
        assert [do for do in everything if may_answer_by_link(everything, do, post)] == [ACKNOWLEDGE]
    assert may_answer_by_link(Policy.default().answers_by_link, "respond", Post("TH/focal-point"))
    assert not may_answer_by_link((), "respond", Post("TH/focal-point"))


# the policy of a case that is older than the field ------------------------------------------------------------------


def test_an_old_policy_reads_and_is_written_as_it_was() -> None:
    old = Policy.default().model_dump(mode="json")
    del old["answers_by_link"]
    read = Policy.model_validate(old)
    assert read == Policy.default()
    assert read.model_dump(mode="json") == old
    assert Policy.model_validate_json(read.model_dump_json()).model_dump(mode="json") == old


def test_the_first_entry_of_an_old_case_has_the_hash_that_it_had() -> None:
    old, new = Tabletop(Policy()), Tabletop(Policy.default())
    for table in (old, new):
        table.do("LK/focal-point", "submit", {"title": "Boats", "situation": "They leave.", "routes": [{"to": "LK"}]})
    assert "answers_by_link" not in old.entries[0].event["policy"]
    assert new.entries[0].event["policy"]["answers_by_link"] == ["respond", "consent", "acknowledge"]
    first = old.entries[0]
    carried = type(old.case).model_validate_json(old.case.model_dump_json())  # as Temporal carries it
    assert carried.policy.model_dump() == old.case.policy.model_dump()
    event = old.entries[0].event
    again = seal(first.case, first.seq, first.at, first.by, None, first.command, event_of(first), first.previous)
    assert (again.hash, again.event) == (first.hash, event)


def test_a_deployment_may_ask_for_signing_in() -> None:
    assert policy_with({"answers_by_link": []}).answers_by_link == ()
    assert policy_with({}).model_dump()["answers_by_link"] == ("respond", "consent", "acknowledge")
    with pytest.raises(ValueError, match="answers_by_link"):
        policy_with({"answers_by_link": ["decide"]})
