"""Scenario files on the table: each played with the pure rules alone, in milliseconds instead of seconds.

The course of acts, clock and expectations is the server's own (``ops.scenarios.play``); so are the commands of drafts,
requests and recommendations (``casework``), the rows that are observed, and the keys of notices.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from casework import is_of_recommendation, must_be_allowed_to_draft, recommendation_meant
from models.agenda import next_act
from models.authentication import Means
from models.calendars import Calendars
from models.commands import ActFor, Submit, parse
from models.projection import Step, rows_of
from models.recommendation import (
    FollowUp,
    address_follow_up,
    apply_clock_to_follow_up,
    follow_up_of,
    leave_out_of_follow_up,
    open_follow_up,
    resolve_follow_up,
)
from models.refusal import RefusalKind, Refused
from models.rules import must_be_brief
from models.tables.cases import (
    ArrangementRow,
    CaseRow,
    FollowUpRow,
    GateRow,
    OutcomeRow,
    ParticipantRow,
    RecommendationRow,
)
from ops.scenarios.file import Act, Scenario
from ops.scenarios.observed import CaseRows, Observed, observed_draft, observed_rows
from ops.scenarios.play import Play
from ops.scenarios.reading import read_scenario
from records.log import notice_key
from tests.tabletop import Tabletop, calendars

_SHOWN: dict[str, type[Any]] = {
    cls.__tablename__: cls for cls in (CaseRow, GateRow, ParticipantRow, OutcomeRow, ArrangementRow, RecommendationRow)
}


def play_on_the_table(path: Path) -> list[str]:
    """Play a scenario file; the lines of its timeline. Raises Differs, and ScenarioError for a file that is none."""
    play = TablePlay(read_scenario(path))
    asyncio.run(play.play())
    return play.lines


def table_after(path: Path) -> Tabletop:
    """The case at the end of a scenario file."""
    play = TablePlay(read_scenario(path))
    asyncio.run(play.play())
    return play.table


class TablePlay(Play):
    """A scenario on the rules alone, with the directory and the calendars of the seed."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self.lines: list[str] = []
        self.table = Tabletop(scenario.policy_document(), self.now)
        self._blank = self.table.case
        self._followed: dict[int, FollowUp] = {}
        self._follow_up_steps: list[Step] = []
        self._draft: Mapping[str, Mapping[str, Any]] = {}

    async def calendars(self) -> Calendars:
        """The calendars of the seed."""
        return calendars(self.now.year)

    async def wait_until(self, moment: datetime) -> None:
        """Put the clock forward."""
        self.now = self.table.now = max(self.now, moment)

    async def next_act(self) -> datetime | None:
        """When the clock acts next on the case or on a follow-up."""
        act = next_act(self.table.case)
        rungs = [one.ladder.next.at for one in self._followed.values() if one.ladder and one.ladder.next]
        return min([*rungs, *([act.at] if act else [])], default=None)

    async def strike(self, due: datetime) -> None:
        """Let the clock do what is due on the case, and on each follow-up."""
        self.table.until(due)
        for follow_up in list(self._followed.values()):
            taken = apply_clock_to_follow_up(follow_up, self.now)
            if taken:
                self._follow(*taken)
        await self.settled()

    async def give(self, at: datetime, act: Act) -> None:
        """Bring the command of an act to where ``casework`` brings it. Raises Refused."""
        fields = act.fields
        command = parse(act.do, fields, by=act.by, command_id="read")
        must_be_brief(command)
        if act.do == "draft":
            must_be_allowed_to_draft(act.by)
            self._draft = {**self._draft, act.by.member: fields}
            return
        first = command.body.command if isinstance(command.body, ActFor) else command.body
        if self.reference is None and not isinstance(first, Submit):
            raise Refused(RefusalKind.INVALID, f"Say which case the command {act.do!r} is for.")
        if self.reference is None and act.do == "submit":
            fields = {**self._draft.get(act.by.member, {}), **fields}
        followed = self.table.case.followed_recommendations
        texts = {number: one.text for number, one in followed.items()}
        number = recommendation_meant(command, texts) if is_of_recommendation(command) else None
        if number is not None:
            self._follow(*resolve_follow_up(self._followed[number], command, self.now))
            return
        self.table.do(act.by, act.do, fields, means=Means.COMMAND_LINE, standing=act.standing)
        self.reference = self.table.case.reference

    async def settled(self) -> None:
        """Follow the recommendations of an accepted report."""
        for number in self.table.case.followed_recommendations:
            if number not in self._followed:
                self._follow(*open_follow_up(follow_up_of(self.table.case, number), self.now))
            told = set(self.table.case.recommendations[number].to) - {*self.table.case.recommendations[number].untold}
            if later := address_follow_up(self._followed[number], tuple(told), self.now):
                self._follow(*later)
            left_out = self.table.case.recommendations[number].left_out
            if fewer := leave_out_of_follow_up(self._followed[number], left_out, self.now):
                self._follow(*fewer)

    def _follow(self, follow_up: FollowUp, step: Step) -> None:
        self._followed[follow_up.number] = follow_up
        self._follow_up_steps.append(step)

    async def observed(self) -> Observed:
        """The case as its rows would show it to people."""
        if self.reference is None:
            return observed_draft(self.drafted_by)
        rows: dict[str, list[Any]] = defaultdict(list)
        for row in rows_of(self._blank, self.table.case, ()):
            if row.table in _SHOWN:
                rows[row.table].append(_SHOWN[row.table](**row.columns))
        follow_ups = {step.stream: FollowUpRow(**step.rows[0].columns) for step in self._follow_up_steps}
        found = CaseRows(
            case=rows["cases"][0],
            gates=rows["gates"],
            participants=rows["participants"],
            outcomes=rows["outcomes"],
            arrangements=rows["arrangements"],
            recommendations=rows["recommendations"],
            followed=list(follow_ups.values()),
            told=list(self._told().values()),
        )
        return observed_rows(found)

    def _told(self) -> dict[str, tuple[str, str]]:
        """Kind and post of each notice by its key: the ledger queues one key once."""
        queued = [(self.table.case.reference, one) for one in self.table.queued]
        queued += [(step.stream, one) for step in self._follow_up_steps for one in step.notices]
        told = {}
        for stream, one in queued:
            notice = one.notice
            key = notice_key(stream, one.seq, notice.kind, notice.to, notice.capacity.value, notice.part)
            told[key] = (notice.kind, str(notice.to))
        return told

    def said(self, line: str) -> None:
        """Keep a line of the timeline."""
        self.lines.append(line)
