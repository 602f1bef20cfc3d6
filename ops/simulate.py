"""``ahg simulate``: a scenario played on a real Temporal server with skipped time, through the same Updates as the pages.

Temporal's time-skipping test server keeps one clock for everything and jumps to the next timer. A case is played at the
time its scenario names: its workflow adds a fixed shift to the server's clock.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.testservice.v1 import UnlockTimeSkippingRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

import db
import worker
from casework import Casework, Done
from models.case import Stage
from models.log import Entry
from models.members import Directory
from models.posts import Post
from models.refusal import Refused
from ops.catcher import Catcher, CaughtMail
from ops.expectations import differences, not_said
from ops.observed import known_of, observed
from ops.scenario import Act, Scenario
from ops.scenario_words import worded
from ops.temporal_server import SEARCH_ATTRIBUTES, find_test_server
from records import ledger, queries
from records.directory import opening, seed_if_empty
from settings import Settings, ensure_keys
from workflows.client import CaseDesk
from workflows.payloads import data_converter

_SETTLED_SECONDS = 120.0
_LOOK_AGAIN = 0.004
_SAME_MOMENT = timedelta(seconds=59)
"""The server's clock runs on while an act is played, so what begins then is due a little after its time in the scenario,
which knows minutes only. What is due this soon before or after a moment is due at it."""

_HEAD_START, _EACH = timedelta(seconds=3), timedelta(seconds=2)
"""How long before what is due at its moment an act is given, and how much longer for each act that is given with it: the
server's clock runs on meanwhile."""


class Differs(Exception):
    """What is differs from what the scenario says; the text names the act and the difference."""


class Simulation:
    """One scenario on its way. ``said`` is called with each line of the timeline."""

    def __init__(
        self,
        scenario: Scenario,
        env: WorkflowEnvironment,
        engine: AsyncEngine,
        desk: CaseDesk,
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
        self._casework = Casework(engine, desk, scenario.policy_document())
        self._mails = 0
        self._entries = 0
        self._drafted_by: Post | None = None
        self._directory: Directory | None = None

    async def play(self) -> None:
        """Play every act and check every expectation.

        Raises:
            Differs: at the first thing that differs.
            ScenarioError: an act cannot be read.
        """
        async with self.engine.connect() as connection:
            found = await opening(connection, self.now.year, self.scenario.policy_document())
        acts = self.scenario.in_order(found.calendars)
        for number, (at, act) in enumerate(acts):
            if act.do is not None:
                together = sum(moment == at for moment, _ in acts[number:])
                await self._advance(at, in_time=0 if act.refused else together)
                await self._act(at, act)
                await self._settle()
            if act.expect:
                await self._advance(at)
                await self._check(act)
        await self._tell()

    async def _act(self, at: datetime, act: Act) -> None:
        """Give an act; one that is refused again, once the clock has struck, if something is due at its moment."""
        if act.do is None or act.by is None:
            return
        fields = await self._fields(at, act, act.do)
        try:
            try:
                done = await self._give(at, act, fields)
            except Refused:
                due = await self._next_act()
                if act.refused or due is None or due > at + _SAME_MOMENT:
                    raise
                await self._advance(at)
                done = await self._give(at, act, fields)
        except Refused as refused:
            if not act.refused:
                raise Differs(f"{act}: refused, though it was not expected to be: {refused}") from None
            missing = not_said(act.refused, str(refused))
            if missing:
                raise Differs(f"{act}: the refusal does not say {missing[0]!r}, it says: {refused}") from None
            self._said(f"{_written(at)}  {act.by} {act.do}: refused, as expected: {refused.sentence}")
            return
        if act.refused:
            raise Differs(f"{act}: accepted, though it was to be refused with {act.refused[0]!r}")
        if act.do == "draft":
            self._drafted_by = act.by
        self.reference = done.reference or self.reference
        if act.do == "adopt" and done.stage in ("declined", "done"):
            await self._free_the_clock()

    async def _give(self, at: datetime, act: Act, fields: Mapping[str, Any]) -> Done:
        return await self._casework.act(
            str(act.do), fields, by=str(act.by), command_id=uuid4().hex, reference=self.reference, at=at
        )

    async def _fields(self, at: datetime, act: Act, do: str) -> Mapping[str, Any]:
        """The command's own fields; what is kept in its text is told."""
        if self._directory is None:
            async with self.engine.connect() as connection:
                self._directory = (await opening(connection, at.year)).directory
        known = await known_of(self.engine, self.reference, self._directory, at)
        read = worded(do, act.fields, known, fill=not act.refused)
        for what, lines in (("kept in the text", read.kept), ("left out", read.left_out)):
            if lines:
                self._said(f"{_written(at)}  {act.by} {act.do}: {what}: {'; '.join(lines)}")
        return read.fields

    async def _free_the_clock(self) -> None:
        """The test server locks its clock for good when a child ends whose parent has ended before it: unlock it.

        A real server has no such lock. Unlocking it twice is an error there, so only where it is known to be locked.
        """
        async with self.engine.connect() as connection:
            row = await queries.case(connection, str(self.reference))
        if row and Stage(row["stage"]).final:
            await self._env.client.test_service.unlock_time_skipping(UnlockTimeSkippingRequest())

    async def _check(self, act: Act) -> None:
        actual = await observed(self.engine, self.reference, drafted_by=self._drafted_by)
        found = differences(act.expect, actual)
        if found:
            raise Differs(f"{act}: {'; '.join(found)}")
        self._said(f"{_written(self.now)}  as expected: {', '.join(map(str, act.expect))}")

    # time ---------------------------------------------------------------------------------------------------------

    async def _advance(self, to: datetime, in_time: int = 0) -> None:
        """Let time pass, stopping wherever the clock acts so that each mail carries its own date.

        What the clock does at ``to`` itself happens before it returns; not so where as many acts as ``in_time``
        says are given at ``to``: an answer that is given at its deadline is in time.
        """
        last = to - _SAME_MOMENT if in_time else to + _SAME_MOMENT
        while (due := await self._next_act()) is not None and due <= last:
            await self._sleep_until(due)
            await self._until(lambda due=due: self._is_after(due), f"the clock to act at {_written(due)}")  # type: ignore[misc]
            await self._settle()
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
            row = await queries.case(connection, self.reference)
            followed = await queries.parts(connection, self.reference, "follow_ups")
        acts = [one["next_at"] for one in followed if one["next_at"]]
        if row and row["next_act"]:
            acts.append(datetime.fromisoformat(row["next_act"]["at"]))
        return min(acts, default=None)

    async def _is_after(self, due: datetime) -> bool:
        following = await self._next_act()
        return following is None or following > due

    # settling -----------------------------------------------------------------------------------------------------

    async def _settle(self) -> None:
        """Wait until every notice has been delivered and recommendations are followed, and tell what happened."""
        await self._until(self._all_sent, "the mails to be delivered")
        await self._until(self._all_followed, "the recommendations to be followed")
        await self._until(self._all_sent, "the mails to be delivered")
        await self._tell()

    async def _all_sent(self) -> bool:
        async with self.engine.connect() as connection:
            return not await ledger.waiting(connection)

    async def _all_followed(self) -> bool:
        if self.reference is None:
            return True
        async with self.engine.connect() as connection:
            reports = await queries.parts(connection, self.reference, "reports")
            recommendations = await queries.parts(connection, self.reference, "recommendations")
            streams = set(await queries.streams(connection))
        accepted = {report["number"] for report in reports if report["state"] == "accepted"}
        wanted = {f"{self.reference}/R{one['number']}" for one in recommendations if one["report"] in accepted}
        return wanted <= streams

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

    async def pass_until(self, moment: datetime) -> None:
        """Let time pass, and everything happen by itself that is due until then."""
        await self._advance(moment)
        await self._settle()

    async def settled(self) -> None:
        """Wait until what has been done is done: mails delivered, recommendations followed."""
        await self._settle()

    @property
    def client(self) -> Client:
        """A client to the server that the scenario is played on."""
        return self._env.client

    @property
    def mails(self) -> list[CaughtMail]:
        """Every mail so far, in the order in which they arrived."""
        return self._catcher.messages()


def _written(moment: datetime) -> str:
    """In whole minutes, the nearest: an act may be given a moment before its time."""
    return (moment + timedelta(seconds=30)).astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _line(entry: Entry) -> str:
    event = entry.event
    facts = [
        str(event[name])
        for name in ("gate", "position", "stage", "member", "state", "outcome", "act", "subject")
        if event.get(name)
    ]
    who = "the clock" if entry.command.startswith("clock:") else entry.by
    return f"{who}: {entry.type.replace('_', ' ')}{' (' + ', '.join(facts) + ')' if facts else ''}"


@asynccontextmanager
async def simulation(
    scenario: Scenario,
    said: Callable[[str], None],
    *,
    mail_folder: Path | None = None,
    cached: int | None = None,
    database_url: str | None = None,
    history_limit: int = 1500,
    payload_keys: SecretStr | None = None,
    web_port: int = 8000,
) -> AsyncIterator[Simulation]:
    """Everything a simulation needs, started and stopped: server, records, worker, mail catcher.

    ``mail_folder`` keeps the mails; ``cached`` is how many workflows the worker keeps in memory (0: every step is
    taken by a worker that has never seen the case); ``database_url`` is a database of its own to play in;
    ``history_limit``, ``payload_keys`` and ``web_port`` (which links in mails lead to) as in the settings.
    """
    with tempfile.TemporaryDirectory(prefix="ahg-simulate-") as temporary:
        folder = Path(temporary)
        catcher = Catcher(mail_folder or folder / "mail")
        async with catcher:
            settings = Settings(
                data_dir=folder,
                database_url=database_url,
                smtp_host="127.0.0.1",
                smtp_port=catcher.port,
                smtp_security="none",
                payload_keys=payload_keys,
                web_port=web_port,
                imap_host=None,
            )
            ensure_keys(settings)
            await db.migrate(settings.database)
            engine = db.make_engine(settings)
            try:
                await seed_if_empty(engine)
                async with await _skipping_server(settings) as env:
                    shift = scenario.start.astimezone(UTC) - await env.get_current_time()
                    desk = CaseDesk(env.client, settings.task_queue, history_limit=history_limit, shift=shift)
                    play = Simulation(scenario, env, engine, desk, catcher, said, settings)
                    options = worker.Options(
                        max_cached_workflows=cached, clock=lambda: play.now, at_once=True, sandboxed=True
                    )
                    async with worker.running(settings, env.client, engine, options):
                        yield play
            finally:
                await engine.dispose()


async def _skipping_server(settings: Settings) -> WorkflowEnvironment:
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(find_test_server(settings)), data_converter=data_converter(settings.keyring)
    )
    kinds = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{_snake(kind)}") for name, kind in SEARCH_ATTRIBUTES.items()
    }
    await env.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=env.client.namespace, search_attributes=kinds)
    )
    return env


def _snake(kind: str) -> str:
    """``KeywordList`` as Temporal's API has it: ``KEYWORD_LIST``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).upper()
