"""`ahg up`: runs all parts of the product on one machine and keeps them running.

Order matters: what others need starts first and stops last. A child that dies is started again, after a pause
that grows while it keeps dying. Nothing is lost when a child or this process is killed at any point: cases
lie in Temporal's file and the records, both of which write before they acknowledge.
"""

import asyncio
import fcntl
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from log_lines import refuse_to_start, set_up_logs
from ops.console import LogFollower, announce
from ops.prepare import prepare_data_folder
from ops.processes import Child, ManagedProcess, ProcessError, Ready, port_is_free, port_ready
from ops.temporal_server import dev_server_child, temporal_ready, worker_ready
from settings import Settings, SettingsError, asked_for_json, load_settings
from surroundings import close_to_others, environment_for

FIRST_PAUSE = 0.5  # seconds before a child that died is started again; doubles each time
LONGEST_PAUSE = 30.0
STARTS = 4  # how often a child is started before the product gives up
REFUSED = 2  # exit code of a program of ours that does not take its settings
STEADY_SECONDS = 60.0  # a child that ran this long and died starts with the first pause again
PORT_PATIENCE = 5.0  # seconds for a killed predecessor's children to let go of their ports


class SupervisorError(Exception):
    """The product cannot start; the text says why and what to do."""


async def run_product(settings: Settings, children: Sequence[Child] | None = None) -> int:
    """Start everything, keep it running until SIGINT or SIGTERM, stop it in reverse order.

    `children` replaces the product's own, and leaves out preparing the data folder's contents. Returns the
    exit code: 0 after a wanted stop. Raises SupervisorError or SettingsError when it cannot start.
    """
    close_to_others()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _only_one(settings.data_dir):
        if children is None:
            await _check_ports(settings)
            await prepare_data_folder(settings)
            children = product_children(settings)
        return await Supervisor(settings, children).run()


def product_children(settings: Settings) -> list[Child]:
    """The processes of the product, in the order in which they start."""
    logs = settings.data_dir / "logs"
    config = settings.temporal_connect_config()

    def ours(name: str, module: Sequence[str], ready: Ready, grace: float = 10.0) -> Child:
        command = (sys.executable, "-m", *module)
        return Child(name, command, logs / f"{name}.log", environment_for(name, settings), ready, grace=grace)

    children = []
    if settings.catches_mail:
        children.append(ours("mail", ["ops.catcher"], port_ready(settings.smtp_host, settings.smtp_port)))
    if settings.temporal_mode == "embedded":
        database = settings.data_dir / "temporal.db"
        children.append(dev_server_child(settings, logs / "temporal.log", database=database))
    working = worker_ready(config, settings.task_queue)
    children.append(ours("worker", ["worker"], working, grace=30.0))  # steps under way are finished
    address = f"http://{_reachable(settings.web_host)}:{settings.web_port}/healthz"
    return [*children, ours("web", ["web.serve"], http_ready(address))]


class Supervisor:
    """Keeps a list of children running, in their order."""

    def __init__(self, settings: Settings, children: Sequence[Child]) -> None:
        self._settings = settings
        self._processes = [ManagedProcess(child) for child in children]
        self._stop = asyncio.Event()
        logs = {child.name: child.log for child in children}
        self._logs = LogFollower(logs, _show, json_lines=settings.log_format == "json")

    async def run(self) -> int:
        """Start the children, keep them running until asked to stop, and stop them. Returns the exit code.

        Raises SupervisorError when a child does not start.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._asked_to_stop)
        following = asyncio.create_task(self._logs.follow())
        try:
            await self._until_stopped(asyncio.create_task(self._start_all()))
            if not self._stop.is_set():
                self._say_where()
                await self._until_stopped(asyncio.create_task(self._keep_all()))
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await self._stop_all()  # what they say about each other's end is in their logs
        return 0

    async def _start_all(self) -> None:
        if self._settings.temporal_mode == "external":
            await self._external_temporal()
        for process in self._processes:
            await self._start(process)

    async def _start(self, process: ManagedProcess) -> None:
        """Start a child; one that dies on the way is started again, except one that refuses its settings."""
        pause = FIRST_PAUSE
        for further in reversed(range(STARTS)):
            process.start()
            try:
                await process.wait_ready()
                return
            except ProcessError as error:
                if not further or process.running or process.returncode == REFUSED:
                    raise SupervisorError(str(error)) from None
                announce(f"{error}\nstarting it again in {pause:g} s")
            process.kill()  # what it left behind
            await asyncio.sleep(pause)
            pause = 2 * pause

    async def _external_temporal(self) -> None:
        config = self._settings.temporal_connect_config()
        if not await temporal_ready(config)():
            where = f"Temporal at {config['target_host']}, namespace {config['namespace']}"
            raise SupervisorError(f"{where}, does not answer: see TEMPORAL_ADDRESS and AHG_TEMPORAL_MODE")

    async def _until_stopped(self, task: asyncio.Task[None]) -> None:
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for one in (task, stopped):
            if not one.done():
                one.cancel()
                with suppress(asyncio.CancelledError):
                    await one
        if task.done() and not task.cancelled():
            task.result()

    async def _keep_all(self) -> None:
        await asyncio.gather(*(self._keep(process) for process in self._processes))

    async def _keep(self, process: ManagedProcess) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            code = await process.wait()
            process.kill()  # what it left behind
            if time.monotonic() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE
            announce(f"{process.child.name} ended ({code}); starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            process.start()
            try:
                await process.wait_ready()
            except ProcessError as error:
                announce(str(error))
                process.kill()
            else:
                announce(f"{process.child.name} runs again")

    async def _stop_all(self) -> None:
        for process in reversed(self._processes):
            if process.running:
                announce(f"stopping {process.child.name}")
            await process.stop()

    def _asked_to_stop(self) -> None:
        if self._stop.is_set():  # asked twice: at once
            for process in self._processes:
                process.kill()
        self._stop.set()

    def _say_where(self) -> None:
        settings = self._settings
        lines = [f"The Ad Hoc Group's pages are at {settings.public_url}"]
        if settings.catches_mail:
            address = f"{settings.public_url}/mail?key={settings.local_key}"
            if settings.log_format == "json":  # log lines are passed on, and nobody else is to have the key
                address = f"{settings.public_url}/mail with the key in {settings.data_dir / 'local-key'}"
            where = f"read it at {address}" if settings.shows_mail else f"it lies in {settings.mail_dir}"
            lines.append(f"Mail is caught, not sent; {where}")
        if settings.temporal_mode == "embedded" and settings.temporal_ui_port:
            lines.append(f"Temporal's own pages are at http://127.0.0.1:{settings.temporal_ui_port}")
        lines.append(f"Everything is kept in {settings.data_dir}. Stop with Ctrl-C; nothing is lost.")
        announce("\n".join(["", *lines, ""]))


def http_ready(address: str) -> Ready:
    """A readiness check: a GET of this address answers 200."""

    def get() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own http address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    async def check() -> bool:
        return await asyncio.to_thread(get)

    return check


async def _check_ports(settings: Settings) -> None:
    wanted = [("AHG_WEB_PORT", settings.web_host, settings.web_port)]
    if settings.temporal_mode == "embedded":
        wanted.append(("AHG_TEMPORAL_PORT", "127.0.0.1", settings.temporal_port))
    if settings.catches_mail:
        wanted.append(("AHG_SMTP_PORT", settings.smtp_host, settings.smtp_port))
    deadline = time.monotonic() + PORT_PATIENCE
    for setting, host, port in wanted:
        try:
            while not port_is_free(host, port):
                if time.monotonic() > deadline:
                    taken = f"port {port} on {host} is taken by another program"
                    raise SupervisorError(f"{taken}: stop it or set {setting}")
                await asyncio.sleep(0.2)
        except OSError as error:
            raise SupervisorError(f"{setting}: cannot listen on {host}:{port}: {error.strerror}") from None


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    path = data_dir / "ahg.pid"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kernel lets go of it, however we end
        except BlockingIOError:
            file.seek(0)
            other = file.read().strip() or "unknown"
            running = f"ahg is running already on {data_dir} (process {other})"
            raise SupervisorError(f"{running}: stop that one, or set AHG_DATA_DIR") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared, not bound


def _show(line: str) -> None:
    print(line, flush=True)


async def supervise() -> int:
    """The product on the environment's settings; where log lines are JSON, all that is said is JSON too.

    Raises SettingsError or SupervisorError when it cannot start.
    """
    try:
        settings = load_settings()
        set_up_logs(settings)
        return await run_product(settings)
    except (SettingsError, SupervisorError) as error:
        if asked_for_json():
            refuse_to_start(error, json_lines=True)
        raise


def main() -> int:
    """Entry point of ``python -m ops.supervisor``; the same as ``ahg up``."""
    try:
        return asyncio.run(supervise())
    except (SettingsError, SupervisorError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, SettingsError) else 1


if __name__ == "__main__":
    sys.exit(main())
