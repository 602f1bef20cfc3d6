"""The parent's side: one measurement of one subject at one work, from outside."""

import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peers.servers import (
    Cluster,
    MailServer,
    database_bytes,
    file_bytes,
    mail_server,
    processor_seconds,
    resident_bytes,
    temporal,
)
from benchmarks.peers.work import LIFECYCLE, OF_THE_PRODUCT, environment

_PATIENCE = 300.0
_LONGEST = 0.4
_ROOT = Path(__file__).parents[2]
_Figures = dict[str, Any]


class SubjectFailed(Exception):
    """A subject ended, or was silent for minutes; the text has its last words."""


@dataclass
class Scene:
    """What stands around a subject in one measurement."""

    name: str
    folder: Path
    python: str
    postgres: str = ""
    temporal_port: int = 0
    smtp: MailServer | None = None
    servers: dict[str, int] = field(default_factory=dict)

    def held(self) -> int:
        """Bytes in all its databases."""
        files = [self.folder / name for name in ("temporal.db", "ahg.db")]
        return database_bytes(self.postgres) + file_bytes(*files)

    def spent(self) -> dict[str, float]:
        """Processor seconds of each server."""
        return {server: processor_seconds(pid) for server, pid in self.servers.items()}

    @asynccontextmanager
    async def life(self, life: str, sizes: Mapping[str, Any], *, mails: bool = False) -> AsyncIterator["Life"]:
        """A process of the subject; it is killed when the context ends."""
        place = {
            "folder": str(self.folder),
            "postgres": self.postgres,
            "temporal": f"127.0.0.1:{self.temporal_port}" if self.temporal_port else "",
            "smtp_port": self.smtp.port if self.smtp and mails else 0,
        }
        log = (self.folder / "subject.log").open("ab")
        begun = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            self.python,
            *("-m", "benchmarks.peers.play", self.name, life, json.dumps(place), json.dumps(sizes)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            limit=2**24,
        )
        try:
            yield Life(process, begun, self.folder / "subject.log")
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            log.close()


@dataclass
class Life:
    """A process that plays."""

    process: asyncio.subprocess.Process
    begun: float
    log: Path

    async def heard(self, *marks: str) -> _Figures:
        """What it says next; it must be one of these marks. Lines that are none of ours are passed over."""
        assert self.process.stdout is not None
        while True:
            try:
                line = await asyncio.wait_for(self.process.stdout.readline(), _PATIENCE)
            except TimeoutError:
                raise SubjectFailed(f"nothing for {_PATIENCE:g} s; {self._last_words()}") from None
            if not line:
                raise SubjectFailed(f"it ended; {self._last_words()}")
            try:
                told: _Figures = json.loads(line)
            except ValueError:
                continue
            if told["mark"] == "not tried":
                return told
            assert told["mark"] in marks, f"{told} where {marks} was due"
            return told

    async def rest(self) -> list[_Figures]:
        """What it had said before it was killed, and was not heard yet; a line that it did not end is none."""
        assert self.process.stdout is not None
        lines = (await self.process.stdout.read()).split(b"\n")[:-1]
        return [json.loads(line) for line in lines if line.startswith(b'{"mark"')]

    def go_on(self) -> None:
        """Let it go on after a mark."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-25:])


def percentile(values: Sequence[float], of_hundred: int) -> float:
    """The value that so many of a hundred do not exceed; the largest where there are too few to tell."""
    return sorted(values)[min(len(values) - 1, len(values) * of_hundred // 100)]


def python_of(subject: str) -> str:
    """The Python that a subject runs with."""
    return sys.executable if subject in OF_THE_PRODUCT else str(_ROOT / environment(subject) / "bin" / "python")


async def measure_subject(
    name: str, work: str, sizes: Mapping[str, Any], postgres: Cluster | None, folder: Path
) -> _Figures:
    """One measurement; the figures by name, or ``not tried`` with the reason. Raises SubjectFailed."""
    scene = Scene(name, folder, python_of(name))
    async with AsyncExitStack() as stack:
        if name not in ("bare", "product-sqlite"):
            assert postgres is not None
            scene.postgres = stack.enter_context(postgres.database())
            scene.servers["PostgreSQL"] = postgres.pid
        if name in OF_THE_PRODUCT and work != "W6":
            server = await stack.enter_async_context(temporal(folder))
            assert server.process.pid is not None
            scene.temporal_port, scene.servers["Temporal"] = server.port, server.process.pid
        if work == "W3":
            scene.smtp = await stack.enter_async_context(mail_server(folder))
        return await _WORKS[work](scene, sizes)


async def _between_marks(scene: Scene, life: Life) -> _Figures:
    """The figures of what lies between ``begin`` and ``end``, and what the subject says in the end."""
    told = await life.heard("begin")
    if told["mark"] == "not tried":
        return {"not tried": told["why"]}
    own, servers, held = processor_seconds(life.process.pid), scene.spent(), scene.held()
    life.go_on()
    told = await life.heard("end")
    if told["mark"] == "not tried":
        return {"not tried": told["why"]}
    figures: _Figures = {"own_cpu": processor_seconds(life.process.pid) - own}
    figures["server_cpu"] = {server: spent - servers[server] for server, spent in scene.spent().items()}
    figures["bytes"] = scene.held() - held
    life.go_on()
    return {**told, **figures, **await life.heard("figures")}


async def _w1(scene: Scene, sizes: Mapping[str, Any]) -> _Figures:
    async with scene.life("lifecycle", sizes) as life:
        found = await _between_marks(scene, life)
    if "not tried" in found:
        return found
    cases = sizes["cases"]
    steps = cases * len(LIFECYCLE)
    return {
        "cases_s": cases / found["seconds"],
        "steps_s": steps / found["seconds"],
        "p50": percentile(found["visible"], 50),
        "p99": percentile(found["visible"], 99),
        "visible": found["visible"],
        "bytes": found["bytes"] / cases,
        "own_cpu": found["own_cpu"] / steps,
        "server_cpu": {server: spent / steps for server, spent in found["server_cpu"].items()},
    }


async def _w2(scene: Scene, sizes: Mapping[str, Any]) -> _Figures:
    async with scene.life("park", {**sizes, "at_once": 2 * sizes["at_once"]}) as life:
        told = await life.heard("begin")
        if told["mark"] == "not tried":
            return {"not tried": told["why"]}
        empty = resident_bytes(life.process.pid)
        life.go_on()
        told = await life.heard("end")
        held = resident_bytes(life.process.pid)
        servers = {server: resident_bytes(pid) for server, pid in scene.servers.items()}
        life.process.kill()
    async with scene.life("first", {**sizes, "case": told["case"]}) as life:
        await life.heard("taken")
        first = time.perf_counter() - life.begun
    return {
        "memory": held,
        "memory_empty": empty,
        "servers_memory": servers,
        "first": first,
        "parked_s": told["seconds"],
    }


async def _w3(scene: Scene, sizes: Mapping[str, Any]) -> _Figures:
    """Every other life ends as soon as its last decision is acknowledged, the rest at any moment before."""
    assert scene.smtp is not None
    begun: list[str] = []
    acknowledged: list[str] = []
    for number in range(sizes["lives"]):
        async with scene.life("decide", {**sizes, "life": number}, mails=True) as life:
            told = await life.heard("ready")
            if told["mark"] == "not tried":
                return {"not tried": told["why"]}
            begun += told["cases"]
            life.go_on()
            if number % 2:
                moment = random.Random(number).uniform(0, _LONGEST)  # noqa: S311 - the same in each run
                await asyncio.sleep(moment)
            else:
                acknowledged += [(await life.heard("acknowledged"))["case"] for _ in range(sizes["decisions"])]
            life.process.kill()
            acknowledged += [one["case"] for one in await life.rest() if one["mark"] == "acknowledged"]
    last = {**sizes, "begun": begun, "acknowledged": acknowledged}
    async with scene.life("settle", last, mails=True) as life:
        told = await life.heard("figures")
        if told["mark"] == "not tried":
            return {"not tried": told["why"]}
    arrived = Counter(scene.smtp.arrived())
    known = {own for _, own in arrived}
    recorded = {*told["ids"], *told["marked"]}
    lost = [one for one in told["ids"] if one not in known]
    return {
        "decisions": len(acknowledged),
        "mails": sum(arrived.values()),
        "lost_decisions": len(told["missing"]),
        "lost": len(lost),
        "which": lost[:3],
        "doubled": sum(count - 1 for count in arrived.values()),
        "unfounded": len(known - recorded),
        "marked": len(told["marked"]),
        "settled": told["seconds"],
    }


async def _w4(scene: Scene, sizes: Mapping[str, Any]) -> _Figures:
    async with scene.life("clicks", sizes) as life:
        found = await _between_marks(scene, life)
    if "not tried" in found:
        return found
    positions = found["positions"]
    exactly = sum(count == 2 for count in positions)
    return {
        "exactly": exactly,
        "cases": len(positions),
        "positions": positions,
        "refused": found["refused"],
        "seconds": found["seconds"],
    }


async def _w6(scene: Scene, sizes: Mapping[str, Any]) -> _Figures:
    async with scene.life("remind", sizes) as life:
        found = await _between_marks(scene, life)
    if "not tried" in found:
        return found
    late = found["late"]
    return {
        "reminders": len(late),
        "late": max(late, default=0.0),
        "early": min(late, default=0.0),
        "skipped": found["skipped"],
    }


_WORKS = {"W1": _w1, "W2": _w2, "W3": _w3, "W4": _w4, "W6": _w6}
