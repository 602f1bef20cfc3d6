"""``ahg simulate``: everything that a scenario needs to be played on a real Temporal server with skipped time."""

import re
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

from pydantic import SecretStr
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

import worker
from models.command_signing import CommandSigner
from ops.catcher import Catcher
from ops.prepare import fresh_records
from ops.scenarios.file import Scenario
from ops.scenarios.on_server import Simulation
from ops.temporal_server import SEARCH_ATTRIBUTES, find_test_server
from settings import Settings
from workflows.client import CaseClient
from workflows.payloads import data_converter


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
    """Runs all that a simulation needs while the context is open: server, records, worker, mail catcher.

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
            async with fresh_records(settings) as engine, await _skipping_server(settings) as env:
                shift = scenario.start.astimezone(UTC) - await env.get_current_time()
                desk = CaseClient(
                    env.client,
                    settings.task_queue,
                    signer=CommandSigner(settings.command_seed),
                    history_limit=history_limit,
                    shift=shift,
                )
                play = Simulation(scenario, env, engine, desk, catcher, said, settings)
                options = worker.Options(
                    max_cached_workflows=cached, clock=lambda: play.now, at_once=True, sandboxed=True
                )
                async with worker.running(settings, env.client, engine, options):
                    yield play


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
