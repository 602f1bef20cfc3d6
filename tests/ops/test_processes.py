"""Processes, with real ones, and the real Temporal server among them."""

import sys
import uuid
from pathlib import Path

import pytest
from temporalio.client import Client

from ops.processes import Child, ManagedProcess, ProcessError, free_port, port_is_free
from ops.temporal_server import SEARCH_ATTRIBUTES, DevServer, start_dev_server, temporal_ready, worker_ready
from settings import Settings
from tests.waiting import PATIENCE


def child(code: str, log: Path, ready_timeout: float = PATIENCE) -> Child:
    async def never() -> bool:
        return False

    return Child("helper", (sys.executable, "-c", code), log, ready=never, ready_timeout=ready_timeout)


async def test_a_program_that_dies_before_it_is_ready_leaves_its_last_words(tmp_path: Path) -> None:
    process = ManagedProcess(child("raise SystemExit('no licence')", tmp_path / "log"))
    process.start()

    with pytest.raises(ProcessError, match=r"helper ended with exit code 1\.\n  no licence"):
        await process.wait_ready()


async def test_a_program_that_never_gets_ready_is_given_up(tmp_path: Path) -> None:
    process = ManagedProcess(child("import signal; signal.pause()", tmp_path / "log", ready_timeout=0.3))
    process.start()

    with pytest.raises(ProcessError, match=r"helper was not ready in 0\.3 s"):
        await process.wait_ready()
    await process.stop()

    assert not process.running


async def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    process = ManagedProcess(Child("ghost", ("/nonexistent/ghost",), tmp_path / "log"))
    process.start()

    assert await process.wait(PATIENCE) == 127
    assert "/nonexistent/ghost: No such file" in (tmp_path / "log").read_text()


async def test_a_taken_port_is_seen(dev_server: DevServer) -> None:
    assert not port_is_free("127.0.0.1", dev_server.port)
    assert port_is_free("127.0.0.1", free_port())


async def test_the_temporal_server_keeps_its_cases_when_it_is_killed(settings: Settings) -> None:
    server = await start_dev_server(settings, settings.data_dir)
    client = await Client.connect(**server.connect_config)
    await client.start_workflow("Case", id="AHG-2026-001", task_queue="nobody")

    server.process.kill()
    server.process.start()
    await server.process.wait_ready()

    client = await Client.connect(**server.connect_config)
    assert (await client.get_workflow_handle("AHG-2026-001").describe()).id == "AHG-2026-001"
    await server.process.stop()


async def test_readiness_means_the_search_attributes_too(dev_server: DevServer) -> None:
    assert await temporal_ready(dev_server.connect_config, tuple(SEARCH_ATTRIBUTES))()
    assert not await temporal_ready(dev_server.connect_config, ("AhgNoSuch",))()
    assert not await temporal_ready({"target_host": f"127.0.0.1:{free_port()}", "namespace": "default"})()


async def test_a_queue_that_nobody_serves_has_no_ready_worker(dev_server: DevServer) -> None:
    assert not await worker_ready(dev_server.connect_config, f"queue-{uuid.uuid4()}")()
