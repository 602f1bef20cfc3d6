"""The course of a scenario: its acts at their times, what the clock does between them, and what must then be true.

Where it is played, on a server or on the rules alone, is for a subclass to say.
"""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

from models.calendars import Calendars
from models.posts import Post
from models.refusal import Refused
from ops.scenarios.expectations import misjudged, unmet
from ops.scenarios.file import Act, Scenario
from ops.scenarios.observed import Observed

_SAME_MOMENT = timedelta(seconds=59)
"""A server's clock runs on while an act is played, so a deadline that begins then lies a little after its time in the
scenario, which knows minutes only. An act of the clock that lies this close to a moment counts as due at that moment."""


class Differs(Exception):
    """The case differs from what the scenario expects; the text names the act and the difference."""


class Play(ABC):
    """One scenario while it is played; ``now`` is case time (UTC)."""

    head_start, each = timedelta(0), timedelta(0)
    """How long before an act of the clock at the same moment an act is submitted, and how much longer for each act that
    is submitted with it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.reference: str | None = None
        self.now = scenario.start.astimezone(UTC)
        self.drafted_by: Post | None = None

    async def play(self) -> None:
        """Play every act and check every expectation.

        Raises:
            Differs: at the first thing that differs.
        """
        acts = self.scenario.in_order(await self.calendars())
        for number, (at, act) in enumerate(acts):
            if act.do:
                together = sum(moment == at for moment, _ in acts[number:])
                await self.advance(at, in_time=0 if act.refused else together)
                await self._act(at, act)
                await self.settled()
            if act.expect.named:
                await self.advance(at)
                found = unmet(act.expect, await self.observed())
                if found:
                    raise Differs(f"{act}: {'; '.join(found)}")
                self.said(f"{written(self.now)}  as expected: {', '.join(act.expect.named)}")

    async def advance(self, to: datetime, in_time: int = 0) -> None:
        """Let time pass, stopping wherever the clock acts so that each mail carries its own date.

        Acts of the clock at ``to`` happen before this returns, unless ``in_time`` is not zero: it is the number of acts
        that are submitted at ``to``, and an answer at its deadline is in time.
        """
        last = to - _SAME_MOMENT if in_time else to + _SAME_MOMENT
        while (due := await self.next_act()) is not None and due <= last:
            await self.wait_until(due)
            await self.strike(due)
        if in_time and due is not None:
            to = min(to, due - self.head_start - self.each * in_time)
        await self.wait_until(to)

    async def _act(self, at: datetime, act: Act) -> None:
        """Submit an act. If it is refused and the clock is due at its moment, let the clock act and submit it again."""
        try:
            try:
                await self.give(at, act)
            except Refused:
                due = await self.next_act()
                if act.refused or due is None or due > at + _SAME_MOMENT:
                    raise
                await self.advance(at)
                await self.give(at, act)
        except Refused as refused:
            differs = misjudged(act, refused)
            if not differs:
                self.said(f"{written(at)}  {act.by} {act.do}: refused, as expected: {refused.sentence}")
        else:
            differs = misjudged(act, None)
        if differs:
            raise Differs(f"{act}: {differs}")
        if act.do == "draft" and not act.refused:
            self.drafted_by = act.by

    # where it is played -------------------------------------------------------------------------------------------

    @abstractmethod
    async def calendars(self) -> Calendars:
        """The calendars that working days of acts are counted by."""

    @abstractmethod
    async def wait_until(self, moment: datetime) -> None:
        """Let time pass while nothing is due; a moment that has passed already changes nothing."""

    @abstractmethod
    async def next_act(self) -> datetime | None:
        """When the clock acts next."""

    @abstractmethod
    async def strike(self, due: datetime) -> None:
        """Let the clock do what is due now."""

    @abstractmethod
    async def give(self, at: datetime, act: Act) -> None:
        """Give the command of an act. Raises Refused."""

    @abstractmethod
    async def settled(self) -> None:
        """Wait for what follows from an act by itself."""

    @abstractmethod
    async def observed(self) -> Observed:
        """The case as it is now."""

    @abstractmethod
    def said(self, line: str) -> None:
        """Take a line of the timeline."""


def written(moment: datetime) -> str:
    """A moment in UTC, rounded to the nearest minute: an act may be submitted seconds before its time."""
    return (moment + timedelta(seconds=30)).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
