"""The product as users start it, on a machine of its own, with all that can be done to it.

On SQLite it is `ahg up` with the Temporal server in it. On PostgreSQL it is a small cluster: Temporal and PostgreSQL
stand apart, `ahg up` runs a worker and pages, and beside it run one more of each. Between the parts are proxies: always
before the mail server and the pages, in the cluster also before Temporal and PostgreSQL.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

import db
from ops.processes import Child, ManagedProcess, ProcessError, Ready, free_port, port_ready
from ops.supervisor import http_ready
from ops.temporal_server import dev_server_child, find_temporal
from settings import PREFIX, Settings
from tests.chaos.between import Connected, Proxy, to_port, to_socket
from tests.chaos.disk import Disk
from tests.chaos.parts import Parts
from tests.chaos.schedule import Fault
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).parents[2]
_AHG = Path(sys.executable).with_name("ahg")
_SMALL_MB, _SMALL_POSTGRES_MB = 256, 512
_DELAY_SECONDS = 0.4
_LOOK_AGAIN_SECONDS = 0.5
_ENDED_BY_US = -1
OLD, NEW = "one", "two"
"""Builds of the workers, where there is a deployment."""


class Machine:
    """The parts of a run, in a folder of their own.

    ``versioned``: whether the workers have builds, for a deployment; ``broken``: which build that is wrong on purpose.
    ``endless``: commands that had no end.
    """

    def __init__(self, folder: Path, database: str, *, versioned: bool = False, broken: str = "") -> None:
        self.folder, self.database, self.versioned, self.broken = folder, database, versioned, broken
        self.parts = Parts()
        self.done: Counter[str] = Counter()
        self.proxies: dict[str, list[Proxy]] = {"web": [], "mail": []}
        self.mail_folder = folder / "mail"
        self.endless: list[str] = []
        self._ports = {name: free_port() for name in ("web", "web-2", "mail", "temporal")}
        self._temporal_address = f"127.0.0.1:{self._ports['temporal']}"
        clustered = database == "postgresql"
        self.disk = Disk(folder / ("pg" if clustered else "data"), _SMALL_POSTGRES_MB if clustered else _SMALL_MB)
        self._settings: Settings | None = None
        self._engine: AsyncEngine | None = None

    # starting ---------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start everything, and wait until the pages answer."""
        self.mail_folder.mkdir()
        smtp = await self._before("mail", to_port(self._ports["mail"]))
        url = await self._postgres() if self.database == "postgresql" else None
        self._settings = Settings(
            data_dir=self.folder / "data",
            database_url=url[0] if url else None,
            temporal_port=self._ports["temporal"],
            web_port=self._ports["web"],
            smtp_port=smtp.port,
            mail_catcher=False,
        )
        self._engine = db.make_engine(url[1] if url else self._settings.database)
        sink = (sys.executable, "-m", "tests.chaos.sink", str(self.mail_folder), str(self._ports["mail"]))
        await self._begin("mail", sink, port_ready("127.0.0.1", self._ports["mail"]))
        if url:
            server = dev_server_child(self._settings, self._log("temporal"), database=self.folder / "temporal.db")
            self.parts.own["temporal"] = ManagedProcess(server)
            self.parts.own["temporal"].start()
            await self.parts.own["temporal"].wait_ready()
            onward = await self._before("temporal", to_port(self._ports["temporal"]))
            self._temporal_address = f"127.0.0.1:{onward.port}"
        await self._begin("supervisor", self._program("up"), http_ready(f"{self._direct('web')}/healthz"))
        if url:
            await self._begin("worker-2", self._program("worker"))
            ready = http_ready(f"{self._direct('web-2')}/healthz")
            await self._begin("web-2", self._program("web.serve"), ready, WEB_PORT=str(self._ports["web-2"]))
        for name in ("web", "web-2") if url else ("web",):
            await self._before("web", to_port(self._ports[name]))
        if self.versioned:
            await self._make_current(OLD)
        await until(self.is_ready)

    async def _postgres(self) -> tuple[str, str]:
        """The addresses of the records: through a proxy, and directly."""
        server = await self.parts.start_postgres_in(self.folder / "pg" / "pgdata")
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("CREATE DATABASE ahg")
        socket = f"{parse_qs(urlsplit(uri).query)['host'][0]}/.s.PGSQL.5432"
        proxy = await self._before("postgresql", to_socket(socket))
        through = f"postgresql+psycopg://postgres@127.0.0.1:{proxy.port}/ahg"
        return through, f"postgresql+psycopg://postgres@/ahg?host={Path(socket).parent}"

    async def _before(self, what: str, target: Callable[[], Awaitable[Connected]]) -> Proxy:
        proxy = Proxy(target, free_port())
        await proxy.start()
        self.proxies.setdefault(what, []).append(proxy)
        return proxy

    def _program(self, name: str) -> tuple[str, ...]:
        if self.broken:
            return (sys.executable, "-m", "tests.chaos.broken", self.broken, name)
        return (str(_AHG), "up") if name == "up" else (sys.executable, "-m", name)

    async def _begin(self, name: str, command: tuple[str, ...], ready: Ready | None = None, **own: str) -> None:
        child = Child(name, command, self._log(name), self.environment(**own), ready, ready_timeout=300.0)
        process = self.parts.own[name] = ManagedProcess(child)
        for tries_left in (4, 3, 2, 1, 0):
            process.start()
            try:
                await process.wait_ready()
            except ProcessError:  # it may give up where the machine is slow: a service manager begins it again
                process.kill()
                if not tries_left:
                    raise
            else:
                return

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def environment(self, **own: str) -> dict[str, str]:
        """The environment of the product's programs; ``own``: settings besides, without their prefix."""
        clean = {k: v for k, v in os.environ.items() if not k.upper().startswith((PREFIX, "TEMPORAL_"))}
        given = {k: v for k, v in self.settings.environment().items() if k.startswith(PREFIX)}
        more = {f"{PREFIX}{name}": value for name, value in own.items()}
        if self.versioned:
            more = {f"{PREFIX}WORKER_BUILD": OLD, **more}
        if self.database == "postgresql":
            more |= {f"{PREFIX}TEMPORAL_MODE": "external", "TEMPORAL_ADDRESS": self._temporal_address}
            more["TEMPORAL_NAMESPACE"] = "default"
        return {**clean, **given, **more, "COLUMNS": "200", "PYTHONPATH": str(ROOT)}

    # what others need of it -----------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """The settings by which this process reaches the parts directly."""
        assert self._settings is not None
        return self._settings

    @property
    def engine(self) -> AsyncEngine:
        """The records, reached directly."""
        assert self._engine is not None
        return self._engine

    @property
    def addresses(self) -> list[str]:
        """Where clients find the pages, through the proxies."""
        return [f"http://127.0.0.1:{proxy.port}" for proxy in self.proxies["web"]]

    def _direct(self, name: str) -> str:
        return f"http://127.0.0.1:{self._ports[name]}"

    async def ahg(self, *words: str) -> tuple[int, str]:
        """Run the command line; its exit code, and what it wrote."""
        return await self._run(str(_AHG), *words)

    async def _temporal(self, *words: str) -> tuple[int, str]:
        address = f"127.0.0.1:{self._ports['temporal']}"
        return await self._run(str(find_temporal(self.settings)), *words, "--address", address)

    async def _run(self, *command: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=self.environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            async with asyncio.timeout(PATIENCE):
                said, _ = await process.communicate()
        except TimeoutError:
            self.endless.append(f"NO END: {' '.join(map(str, command[:4]))} had not ended after {PATIENCE:g} s")
            return _ENDED_BY_US, ""
        finally:
            if process.returncode is None:
                process.kill()
        return process.returncode or 0, said.decode(errors="replace")

    async def is_ready(self) -> bool:
        """Whether all pages say that they and the workers are ready."""
        names = ("web", "web-2") if self.database == "postgresql" else ("web",)
        async with httpx.AsyncClient(timeout=PATIENCE) as http:  # a busy machine answers late
            try:
                answers = [await http.get(f"{self._direct(name)}/readyz") for name in names]
            except httpx.HTTPError:
                return False
        return all(answer.status_code == 200 for answer in answers)

    # faults -----------------------------------------------------------------------------------------------------

    async def suffer(self, fault: Fault) -> None:
        """Do a fault for as long as it lasts; nothing that is done to a part which does not run now is counted."""
        match fault.what:
            case "kill":
                if await self._killed(fault):
                    self.done[fault.kind] += 1
                return
            case "stop":
                if not self.parts.stop(fault.part):
                    return
                await asyncio.sleep(fault.span)
                self.parts.go_on()
            case "mail" if fault.part == "away":
                self.parts.held.add("mail")
                self.parts.kill("mail")
                await asyncio.sleep(fault.span)
                self.parts.held.discard("mail")
            case "mail":
                (self.mail_folder / "mode").write_text(fault.part)
                await asyncio.sleep(fault.span)
                (self.mail_folder / "mode").write_text("")
            case "cut" | "delay":
                await self._between(fault)
            case "disk":
                await asyncio.to_thread(self.disk.fill, list(self.parts.working().values()))
                await asyncio.sleep(fault.span)
                self.disk.free()
            case "deploy":
                await self._deploy()
        self.done[fault.kind] += 1

    async def _killed(self, fault: Fault) -> bool:
        own = fault.part in self.parts.own or fault.part == "postgresql"
        if own:
            self.parts.held.add(fault.part)
        killed = self.parts.kill(fault.part)
        await asyncio.sleep(fault.span / 2 if own else 0)
        self.parts.held.discard(fault.part)
        return killed

    async def _between(self, fault: Fault) -> None:
        proxies = self.proxies[fault.part]
        for proxy in proxies:
            if fault.what == "delay":
                proxy.delay = _DELAY_SECONDS
            else:
                proxy.closed = True
                proxy.cut()
        await asyncio.sleep(fault.span / 2 if fault.what == "cut" else fault.span)
        for proxy in proxies:
            proxy.delay, proxy.closed = 0.0, False

    async def _deploy(self) -> None:
        """A new worker beside the old ones, made current, and every case told: as CONTRIBUTING.md has it."""
        await self._begin("worker-new", self._program("worker"), WORKER_BUILD=NEW)
        await self._make_current(NEW)
        await self.tell_all()

    async def _make_current(self, build: str) -> None:
        words = (
            "worker",
            "deployment",
            "set-current-version",
            "--deployment-name",
            "ahg",
            "--build-id",
            build,
            "--yes",
        )
        await come_about(lambda: _done(self._temporal(*words)))

    async def tell_all(self) -> None:
        """Have every open case look for the current version."""
        await come_about(lambda: _done(self.ahg("nudge")))

    async def on_old_version(self) -> int:
        """How many open workflows are pinned to the old build."""
        query = f"TemporalWorkerDeploymentVersion = 'ahg:{OLD}' AND ExecutionStatus = 'Running'"
        code, said = await self._temporal("workflow", "count", "--query", query)
        return int(said.rpartition(":")[2]) if not code else -1

    async def heal(self) -> None:
        """End every fault that is still going on, and wait until the product says that it is ready."""
        self.parts.go_on()
        self.parts.held.clear()
        (self.mail_folder / "mode").write_text("")
        self.disk.free()
        for proxies in self.proxies.values():
            for proxy in proxies:
                proxy.delay, proxy.closed = 0.0, False
        await come_about(self.is_ready)

    async def stop(self) -> None:
        """Stop all of it; what is on a small disk is gone."""
        if self._engine is not None:
            await self._engine.dispose()
        with suppress(OSError):
            await self.parts.end()
        for proxies in self.proxies.values():
            for proxy in proxies:
                proxy.stop()
        self.disk.close()


async def come_about(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds, for as long as the run has patience."""
    while not await holds():  # noqa: ASYNC110 - a database or another program tells nobody
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


async def _done(running: Awaitable[tuple[int, str]]) -> bool:
    """Whether a program has ended well."""
    return (await running)[0] == 0
