"""Plays a scenario on a real server with skipped time, through the same Updates as every other way in.

Temporal's time-skipping test server keeps one clock for everything and jumps to the next timer. A case is played at the
time its scenario names: its workflow adds a fixed shift to the server's clock.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.testservice.v1 import UnlockTimeSkippingRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from casework import Casework
from models.authentication import Means
from models.calendars import Calendars
from models.case import Stage
from models.log import Entry
from models.recommendation import catch_up_follow_up, follow_up_of, follow_up_stream
from models.rules.steps import case_of_log
from models.tables.cases import FollowUpRow
from ops.catcher import Catcher, CaughtMail
from ops.scenarios.file import Act, Scenario
from ops.scenarios.observed import Observed, observed
from ops.scenarios.play import Differs, Play, written
from records import ledger, queries
from records.directory import opening
from settings import Settings
from workflows.client import CaseClient

_SETTLED_SECONDS = 120.0
_LOOK_AGAIN = 0.004


class Simulation(Play):
    """One scenario while it is played. ``said`` is called with each line of the timeline."""

    head_start, each = timedelta(seconds=3), timedelta(seconds=2)  # the server's clock runs on meanwhile

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
        super().__init__(scenario)
        self.settings = settings
        self.engine = engine
        self.desk = desk
        self._env = env
        self._catcher = catcher
        self._said = said
        self.casework = Casework(engine, desk, scenario.policy_document())
        self._mails = 0
        self._entries = 0

    async def play(self) -> None:
        """Play every act and check every expectation; tell what happened to the end. Raises Differs."""
        await super().play()
        await self._tell()

    async def calendars(self) -> Calendars:
        """The calendars of the records."""
        async with self.engine.connect() as connection:
            found = await opening(connection, self.now.year, self.scenario.policy_document())
        return found.calendars

    async def give(self, at: datetime, act: Act) -> None:
        """Give the command of an act as a page would, the holder's standing with it. Raises Refused."""
        done = await self.casework.act(
            act.do,
            act.fields,
            by=act.by,
            means=Means.COMMAND_LINE,
            standing=act.standing,
            command_id=uuid4().hex,
            reference=self.reference,
            at=at,
        )
        self.reference = done.reference or self.reference
        if act.do == "adopt" and done.stage in ("declined", "done"):
            await self._free_the_clock()

    async def _free_the_clock(self) -> None:
        """The test server locks its clock for good when a child ends whose parent has ended before it: unlock it.

        A real server has no such lock. Unlocking it twice is an error there, so only where it is known to be locked.
        """
        async with self.engine.connect() as connection:
            row = await queries.case_row(connection, str(self.reference))
        if row and Stage(row.stage).final:
            await self._env.client.test_service.unlock_time_skipping(UnlockTimeSkippingRequest())

    async def observed(self) -> Observed:
        """The case as the projection shows it to people."""
        return await observed(self.engine, self.reference, drafted_by=self.drafted_by)

    def said(self, line: str) -> None:
        """Pass a line of the timeline on."""
        self._said(line)

    # time ---------------------------------------------------------------------------------------------------------

    async def wait_until(self, moment: datetime) -> None:
        """Skip the server's time."""
        left = moment - self.desk.shift - await self._env.get_current_time()
        if left > timedelta(0):
            await self._env.sleep(left)
        self.now = max(self.now, moment)

    async def strike(self, due: datetime) -> None:
        """Wait until the clock has acted, and for what follows."""
        await self._until(lambda: self._is_after(due), f"the clock to act at {written(due)}")
        await self.settled()

    async def next_act(self) -> datetime | None:
        """When the clock acts next on the case or on a follow-up, by the projection."""
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
        following = await self.next_act()
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
            if not {follow_up_stream(self.reference, number) for number in followed} <= streams:
                return False
            case = case_of_log(self.reference, await queries.entries(connection, self.reference))
            for begun in (follow_up_of(case, number) for number in followed):
                known = catch_up_follow_up(begun, await queries.entries(connection, begun.stream))
                if (known.untold, known.left_out) != (begun.untold, case.recommendations[begun.number].left_out):
                    return False
        return True

    async def _until(self, holds: Callable[[], Any], what: str) -> None:
        deadline = asyncio.get_running_loop().time() + _SETTLED_SECONDS
        while not await holds():
            if asyncio.get_running_loop().time() > deadline:
                raise Differs(f"{written(self.now)}: waited in vain for {what}")
            await asyncio.sleep(_LOOK_AGAIN)

    # telling ------------------------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        if self.reference is None:
            return
        async with self.engine.connect() as connection:
            entries = await queries.entries(connection, self.reference)
        for entry in entries[self._entries :]:
            if entry.type not in ("ladder_set", "ladder_cleared"):
                self.said(f"{written(entry.at)}  {_line(entry)}")
        self._entries = len(entries)
        mails = self.mails
        for mail in mails[self._mails :]:
            self.said(f"{written(self.now)}    mail to {', '.join(mail.recipients)}: {mail.message['Subject']}")
        self._mails = len(mails)

    @property
    def client(self) -> Client:
        """A client to the server that the scenario is played on."""
        return self._env.client

    @property
    def mails(self) -> list[CaughtMail]:
        """Every mail so far, in the order in which they arrived."""
        return self._catcher.messages()


def _line(entry: Entry) -> str:
    event = entry.event
    facts = [
        str(event[name])
        for name in ("gate", "position", "stage", "member", "state", "outcome", "act", "subject")
        if event.get(name)
    ]
    who = "the clock" if entry.by_clock else entry.by
    return f"{who}: {entry.type.replace('_', ' ')}{' (' + ', '.join(facts) + ')' if facts else ''}"
