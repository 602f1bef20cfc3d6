"""Plays a scenario: submits its acts at their times, and compares what is expected with the case as it is.

Temporal's time-skipping test server keeps one clock for everything and jumps to the next timer. A case is played at the
time its scenario names: its workflow adds a fixed shift to the server's clock.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.testservice.v1 import UnlockTimeSkippingRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from casework import Casework, CommandResult
from models.authentication import Means, Standing
from models.case import Stage
from models.log import Entry
from models.posts import Post
from models.recommendation import follow_up_stream
from models.refusal import Refused
from models.tables.cases import FollowUpRow
from ops.catcher import Catcher, CaughtMail
from ops.scenarios.expectations import contains, unmet
from ops.scenarios.file import Act, Scenario
from ops.scenarios.observed import observed
from records import ledger, queries
from records.directory import opening
from settings import Settings
from workflows.client import CaseClient

_SETTLED_SECONDS = 120.0
_LOOK_AGAIN = 0.004
_SAME_MOMENT = timedelta(seconds=59)
"""The server's clock runs on while an act is played, so a deadline that begins then lies a little after its time in the
scenario, which knows minutes only. An act of the clock that lies this close to a moment counts as due at that moment."""

_HEAD_START, _EACH = timedelta(seconds=3), timedelta(seconds=2)
"""How long before an act of the clock at the same moment an act is submitted, and how much longer for each act that is
submitted with it: the server's clock runs on meanwhile."""


class Differs(Exception):
    """The case differs from what the scenario expects; the text names the act and the difference."""


class Simulation:
    """One scenario while it is played. ``said`` is called with each line of the timeline."""

    def __init__(
        self,
        scenario: Scenario,
        env: WorkflowEnvironment,
        engine: AsyncEngine,
        desk: CaseClient,
        catcher: Catcher,
        said: Callable[[str], None],
        settings: Settings,
    ) -> None:
        self.scenario = scenario
        self.settings = settings
        self.engine = engine
        self.desk = desk
        self.reference: str | None = None
        self.now = scenario.start.astimezone(UTC)
        self._env = env
        self._catcher = catcher
        self._said = said
        self.casework = Casework(engine, desk, scenario.policy_document())
        self._mails = 0
        self._entries = 0
        self._drafted_by: Post | None = None

    async def play(self) -> None:
        """Play every act and check every expectation.

        Raises:
            Differs: at the first thing that differs.
        """
        async with self.engine.connect() as connection:
            found = await opening(connection, self.now.year, self.scenario.policy_document())
        acts = self.scenario.in_order(found.calendars)
        for number, (at, act) in enumerate(acts):
            if act.do:
                together = sum(moment == at for moment, _ in acts[number:])
                await self.advance(at, in_time=0 if act.refused else together)
                await self._act(at, act)
                await self.settled()
            if act.expect.named:
                await self.advance(at)
                await self._check(act)
        await self._tell()

    async def _act(self, at: datetime, act: Act) -> None:
        """Submit an act. If it is refused and the clock is due at its moment, let the clock act and submit it again."""
        try:
            try:
                done = await self._give(at, act)
            except Refused:
                due = await self._next_act()
                if act.refused or due is None or due > at + _SAME_MOMENT:
                    raise
                await self.advance(at)
                done = await self._give(at, act)
        except Refused as refused:
            if not act.refused:
                raise Differs(f"{act}: refused, though it was not expected to be: {refused}") from None
            if not contains(str(refused), act.refused):
                raise Differs(f"{act}: the refusal does not say {act.refused!r}, it says: {refused}") from None
            self._said(f"{_written(at)}  {act.by} {act.do}: refused, as expected: {refused.sentence}")
            return
        if act.refused:
            raise Differs(f"{act}: accepted, though it was to be refused with {act.refused!r}")
        if act.do == "draft":
            self._drafted_by = act.by
        self.reference = done.reference or self.reference
        if act.do == "adopt" and done.stage in ("declined", "done"):
            await self._free_the_clock()

    async def _give(self, at: datetime, act: Act) -> CommandResult:
        return await self.casework.act(
            act.do,
            act.fields,
            by=act.by,
            means=Means.COMMAND_LINE,
            standing=Standing.NAMED if act.do == "take_over" else Standing.HOLDER,
            command_id=uuid4().hex,
            reference=self.reference,
            at=at,
        )

    async def _free_the_clock(self) -> None:
        """The test server locks its clock for good when a child ends whose parent has ended before it: unlock it.

        A real server has no such lock. Unlocking it twice is an error there, so only where it is known to be locked.
        """
        async with self.engine.connect() as connection:
            row = await queries.case_row(connection, str(self.reference))
        if row and Stage(row.stage).final:
            await self._env.client.test_service.unlock_time_skipping(UnlockTimeSkippingRequest())

    async def _check(self, act: Act) -> None:
        actual = await observed(self.engine, self.reference, drafted_by=self._drafted_by)
        found = unmet(act.expect, actual)
        if found:
            raise Differs(f"{act}: {'; '.join(found)}")
        self._said(f"{_written(self.now)}  as expected: {', '.join(act.expect.named)}")

    # time ---------------------------------------------------------------------------------------------------------

    async def advance(self, to: datetime, in_time: int = 0) -> None:
        """Let time pass, stopping wherever the clock acts so that each mail carries its own date.

        Acts of the clock at ``to`` happen before this returns, unless ``in_time`` is not zero: it is the number of acts
        that are submitted at ``to``, and an answer at its deadline is in time.
        """
        last = to - _SAME_MOMENT if in_time else to + _SAME_MOMENT
        while (due := await self._next_act()) is not None and due <= last:
            await self._sleep_until(due)
            await self._until(lambda due=due: self._is_after(due), f"the clock to act at {_written(due)}")  # type: ignore[misc]
            await self.settled()
        if in_time and due is not None:
            to = min(to, due - _HEAD_START - _EACH * in_time)
        await self._sleep_until(to)

    async def _sleep_until(self, moment: datetime) -> None:
        left = moment - self.desk.shift - await self._env.get_current_time()
        if left > timedelta(0):
            await self._env.sleep(left)
        self.now = max(self.now, moment)

    async def _next_act(self) -> datetime | None:
        if self.reference is None:
            return None
        async with self.engine.connect() as connection:
            row = await queries.case_row(connection, self.reference)
            followed = await queries.parts(connection, self.reference, FollowUpRow)
        acts = [one.next_at for one in followed if one.next_at]
        if row and row.next_act:
            acts.append(datetime.fromisoformat(row.next_act["at"]))
        return min(acts, default=None)

    async def _is_after(self, due: datetime) -> bool:
        following = await self._next_act()
        return following is None or following > due

    # settling -----------------------------------------------------------------------------------------------------

    async def settled(self) -> None:
        """Wait until every notice has been delivered and recommendations are followed, and tell what happened."""
        await self._until(self._all_sent, "the mails to be delivered")
        await self._until(self._all_followed, "the recommendations to be followed")
        await self._until(self._all_sent, "the mails to be delivered")
        await self._tell()

    async def _all_sent(self) -> bool:
        async with self.engine.connect() as connection:
            return not await ledger.any_waiting(connection)

    async def _all_followed(self) -> bool:
        if self.reference is None:
            return True
        async with self.engine.connect() as connection:
            followed = await queries.followed_recommendations(connection, self.reference)
            streams = set(await queries.streams(connection))
        return {follow_up_stream(self.reference, number) for number in followed} <= streams

    async def _until(self, holds: Callable[[], Any], what: str) -> None:
        deadline = asyncio.get_running_loop().time() + _SETTLED_SECONDS
        while not await holds():
            if asyncio.get_running_loop().time() > deadline:
                raise Differs(f"{_written(self.now)}: waited in vain for {what}")
            await asyncio.sleep(_LOOK_AGAIN)

    # telling ------------------------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        if self.reference is None:
            return
        async with self.engine.connect() as connection:
            entries = await queries.entries(connection, self.reference)
        for entry in entries[self._entries :]:
            if entry.type not in ("ladder_set", "ladder_cleared"):
                self._said(f"{_written(entry.at)}  {_line(entry)}")
        self._entries = len(entries)
        mails = self.mails
        for mail in mails[self._mails :]:
            self._said(f"{_written(self.now)}    mail to {', '.join(mail.recipients)}: {mail.message['Subject']}")
        self._mails = len(mails)

    @property
    def client(self) -> Client:
        """A client to the server that the scenario is played on."""
        return self._env.client

    @property
    def mails(self) -> list[CaughtMail]:
        """Every mail so far, in the order in which they arrived."""
        return self._catcher.messages()


def _written(moment: datetime) -> str:
    """A moment in UTC, rounded to the nearest minute: an act may be submitted seconds before its time."""
    return (moment + timedelta(seconds=30)).astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _line(entry: Entry) -> str:
    event = entry.event
    facts = [
        str(event[name])
        for name in ("gate", "position", "stage", "member", "state", "outcome", "act", "subject")
        if event.get(name)
    ]
    who = "the clock" if entry.by_clock else entry.by
    return f"{who}: {entry.type.replace('_', ' ')}{' (' + ', '.join(facts) + ')' if facts else ''}"
