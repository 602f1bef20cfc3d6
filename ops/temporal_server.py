"""The embedded Temporal server: how its program is found, started and asked whether it is ready.

The supervisor, the tests, the rehearsals and the benchmarks use it.
"""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.envconfig import ClientConnectConfig
from temporalio.service import RPCError

from ops.processes import Child, ManagedProcess, ProcessError, Ready, free_port
from settings import Settings, SettingsError
from surroundings import environment_for
from workflows import names
from workflows.client import TemporalAway, temporal_client

HOST = "127.0.0.1"
SEARCH_ATTRIBUTES: Mapping[str, str] = {
    key.name: key.indexed_value_type.name.title().replace("_", "") for key in names.ATTRIBUTES
}
"""The types of the search attributes by their names, as Temporal's own program calls them."""

_LOG_LEVELS = {"DEBUG": "info", "INFO": "warn", "WARNING": "warn", "ERROR": "error"}
"""What its program calls them. It says more than we do: what it says as information is for who looks for a fault."""


@dataclass(frozen=True)
class DevServer:
    """A running development server; `process` can be killed, started again and stopped."""

    process: ManagedProcess
    port: int
    namespace: str

    @property
    def address(self) -> str:
        """What a client connects to."""
        return f"{HOST}:{self.port}"

    @property
    def connect_config(self) -> ClientConnectConfig:
        """Keyword arguments for ``Client.connect``."""
        return ClientConnectConfig(target_host=self.address, namespace=self.namespace)


def find_temporal(settings: Settings) -> Path:
    """The `temporal` program: the setting's, else beside Python, else on the PATH. Raises SettingsError."""
    return _find("temporal", settings.temporal_binary, "AHG_TEMPORAL_BINARY")


def find_test_server(settings: Settings) -> Path:
    """The `temporal-test-server` program, looked for in the same places. Raises SettingsError."""
    return _find("temporal-test-server", settings.test_server_binary, "AHG_TEST_SERVER_BINARY")


def dev_server_child(settings: Settings, log: Path, *, database: Path | None, port: int | None = None) -> Child:
    """The development server as a child, with our search attributes.

    `database` is the SQLite file that keeps the cases; None keeps them in memory. `port` goes before the setting's.
    """
    port, namespace, ui_port = port or settings.temporal_port, settings.temporal_namespace, settings.temporal_ui_port
    command = [str(find_temporal(settings)), "server", "start-dev", "--ip", HOST, "--port", str(port)]
    command += ["--log-level", _LOG_LEVELS[settings.log_level]]
    command += ["--log-format", "json" if settings.log_format == "json" else "text"]
    if database is not None:
        command += ["--db-filename", str(database)]
    command += ["--ui-port", str(ui_port), "--ui-disable-news-fetch"] if ui_port else ["--headless"]
    if namespace != "default":
        command += ["--namespace", namespace]
    for name, kind in SEARCH_ATTRIBUTES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    config = ClientConnectConfig(target_host=f"{HOST}:{port}", namespace=namespace)
    ready = temporal_ready(config, tuple(SEARCH_ATTRIBUTES))
    return Child("temporal", tuple(command), log, environment_for("temporal", settings), ready)


async def start_dev_server(
    settings: Settings, folder: Path, *, port: int | None = None, in_memory: bool = False
) -> DevServer:
    """Start a development server and wait until it answers; its file and log lie in `folder`.

    `port`: None takes a free one. The caller stops it: ``await server.process.stop()``. Raises ProcessError.
    """
    database, log = None if in_memory else folder / "temporal.db", folder / "temporal.log"
    for tries_left in (2, 1, 0):
        at = port or free_port()
        child = dev_server_child(settings, log, database=database, port=at)
        process = ManagedProcess(child)
        process.start()
        try:
            await process.wait_ready()
        except ProcessError as error:
            process.kill()
            # It looks for free ports of its own as well; another program may take one before it does.
            if not tries_left or "address already in use" not in str(error):
                raise
        except BaseException:
            process.kill()
            raise
        else:
            return DevServer(process, at, settings.temporal_namespace)
    raise AssertionError  # the last try has returned or raised


def temporal_ready(config: ClientConnectConfig, search_attributes: Sequence[str] = ()) -> Ready:
    """A readiness check: the server is healthy, has the namespace, and knows these search attributes."""

    async def check() -> bool:
        try:
            client = await temporal_client(config)
            if not await client.service_client.check_health():
                return False
            request = ListSearchAttributesRequest(namespace=client.namespace)
            known = await client.operator_service.list_search_attributes(request)
        except (RPCError, TemporalAway):
            return False
        return set(search_attributes) <= set(known.custom_attributes)

    return check


def worker_ready(config: ClientConnectConfig, task_queue: str) -> Ready:
    """A readiness check: somebody takes workflow tasks from this queue."""

    async def check() -> bool:
        try:
            client = await temporal_client(config)
            queue, kind = TaskQueue(name=task_queue), TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
            request = DescribeTaskQueueRequest(namespace=client.namespace, task_queue=queue, task_queue_type=kind)
            answer = await client.workflow_service.describe_task_queue(request)
        except (RPCError, TemporalAway):
            return False
        return bool(answer.pollers)

    return check


def _find(name: str, configured: Path | None, setting: str) -> Path:
    if configured is not None:
        return configured
    beside = Path(sys.executable).with_name(name)
    if beside.is_file():
        return beside
    found = shutil.which(name)
    if found is None:
        raise SettingsError(f"{setting} is not set, and there is no {name} beside {sys.executable} or on the PATH")
    return Path(found)
