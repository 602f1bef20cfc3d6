"""Those who play cases while the machine suffers: one after the other, each from its request to a verified outcome."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from tests.chaos.journal import Answer, Given, Journal
from tests.chaos.ways import Said, Ways
from tests.rig import REQUEST, TO_WORK

PROGRAMS = ("LK/focal-point", "TH/focal-point", "MY/focal-point", "IOM/focal-point")
PEOPLE = ("RSO/secretariat", "AU/co-chair", "ID/co-chair", "TH/focal-point")
OFTEN_TWICE = 0.1
_GIVES_UP, _BY_LINE = 0.25, 0.02
_PAUSE_SECONDS = 0.3
_PROGRESS = 8


class Step(NamedTuple):
    """A command of the story."""

    post: str
    do: str
    fields: Mapping[str, Any]


class Player:
    """Plays cases. ``over``: set when no new case is to be begun, and what is unknown is asked for until it is known.

    ``twice``: which part of all is sent twice at once.
    """

    def __init__(
        self, ways: Ways, journal: Journal, dice: random.Random, over: asyncio.Event, *, twice: float = OFTEN_TWICE
    ) -> None:
        self._ways, self._journal, self._dice, self._over = ways, journal, dice, over
        self._twice = twice

    async def play(self) -> None:
        """Play cases until it is over; the last one is finished."""
        while not self._over.is_set():
            await self._case()

    async def _case(self) -> None:
        reference = await self._give(Step("LK/focal-point", "submit", REQUEST), "")
        if not reference:
            return
        self._journal.cases.add(reference)
        for step in self._story():
            await self._give(step, reference)
        self._journal.finished.add(reference)

    def _story(self) -> list[Step]:
        outcome = {"outcome": "Patrols"}
        return [
            *(Step(*one) for one in TO_WORK),
            Step("TH/focal-point", "add_outcome", {"title": "Patrols", "owner": "TH"}),
            *(Step("TH/focal-point", "progress", {**outcome, "value": value}) for value in range(_PROGRESS)),
            Step("TH/focal-point", "done", outcome),
            Step("AU/co-chair", "verify", outcome),
        ]

    # one command ------------------------------------------------------------------------------------------------

    async def _give(self, step: Step, reference: str) -> str:
        """Give a command until it is known what became of it; the case's reference, empty if it was refused.

        Now and then somebody gives up, looks, and gives it anew: it may then have been done already.
        """
        doubted = False
        given, fields = await self._written(step, reference)
        while True:
            said = await self._send(given, fields)
            if said.answer is Answer.ACKNOWLEDGED:
                given.answer, given.seq = said.answer, said.seq
                given.reference = given.reference or said.reference
                return given.reference
            given.said = said.text
            if said.answer is Answer.REFUSED:
                given.answer = said.answer
                if not doubted:
                    self._journal.wrong.append(f"{given}, allowed by the story, was refused: {said.text}")
                return reference
            await asyncio.sleep(_PAUSE_SECONDS)
            if not self._over.is_set() and self._dice.random() < _GIVES_UP:
                doubted = True
                given, fields = await self._written(step, reference)

    async def _written(self, step: Step, reference: str) -> tuple[Given, dict[str, Any]]:
        """The command as it is sent, under an id of its own and with a text of its own."""
        key, way = uuid4().hex, await self._way(step, reference)
        mark = f"note {uuid4().hex}"
        of_case = f"{reference}:" if reference else ""
        begins = {"api": f"{of_case}{step.post}:api:", "page": f"{of_case}{step.post}:", "line": "", "link": ""}[way]
        own = f"{reference}:{step.post}:link:" if way == "link" else f"{begins}{key}"
        given = Given(way, step.post, step.do, reference, own, mark, id_begins=way == "link")
        self._journal.given.append(given)
        return given, {**step.fields, "text" if reference else "situation": mark}

    async def _way(self, step: Step, reference: str) -> str:
        if step.do == "respond" and step.post == "TH/focal-point":
            return "link" if await self._ways.await_link(step.post, reference) else "api"
        if reference and self._dice.random() < _BY_LINE:
            return "line"
        if step.post in PROGRAMS and (step.post not in PEOPLE or self._dice.random() < 0.5):
            return "api"
        return "page"

    async def _send(self, given: Given, fields: Mapping[str, Any]) -> Said:
        """Send it; now and then twice at once, as by a double click."""
        if given.way == "line" or self._dice.random() >= self._twice:
            return await self._ways.give(given, fields)
        first, second = await asyncio.gather(self._ways.give(given, fields), self._ways.give(given, fields))
        done = [one for one in (first, second) if one.answer is Answer.ACKNOWLEDGED]
        if len({(one.seq, one.reference) for one in done}) > 1:
            self._journal.wrong.append(f"{given}, sent twice at once, was answered with {first} and {second}")
        refused = [one for one in (first, second) if one.answer is Answer.REFUSED]
        if done and refused:
            self._journal.wrong.append(f"{given}, sent twice at once, was done and refused: {refused[0].text}")
        return (done or [one for one in (first, second) if one.answer is Answer.UNKNOWN] or [first])[0]
