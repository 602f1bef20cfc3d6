"""The alerts and the board of docs/monitoring ask for figures that the product gives, and say what is to be done."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from ops.processes import free_port
from tests.rig import rig, working
from tests.waiting import until
from tests.web.place import Place
from tests.web.test_metrics import HERE, LOCAL, key_of
from workflows.client import temporal_client
from workflows.runtime import loop_gauge, make_runtime

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "docs/monitoring"
WHAT_TO_DO = ROOT / "docs/monitoring/alerts.md"
ALERTS = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
PANELS = json.loads((MONITORING / "board.json").read_text(encoding="utf-8"))["panels"]
QUERIES = {
    **{rule["alert"]: rule["expr"] for rule in ALERTS},
    **{f"{panel['title']} {one['refId']}": one["expr"] for panel in PANELS for one in panel["targets"]},
}
_FROM_ELSEWHERE = {"up"}  # Prometheus itself gives it


def selectors(node: Any) -> Iterator[promql_parser.VectorSelector]:
    """What a query asks for."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    for name in ("lhs", "rhs", "expr", "vector_selector", "args"):
        inner = getattr(node, name, None)
        for one in inner if isinstance(inner, list) else [inner]:
            if one is not None and not isinstance(one, str):
                yield from selectors(one)


@pytest.fixture
async def given(place: Place) -> dict[str, list[dict[str, str]]]:
    """The labels of each figure that the product gives, by its name."""
    async with place.browser(HERE, host=LOCAL) as http:
        await http.get("/metrics", headers=key_of(place))  # an answer is counted once it is given
        answer = await http.get("/metrics", headers=key_of(place))
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(answer.text):
        found.setdefault(family.name, [])
        for sample in family.samples:
            found.setdefault(sample.name, []).append(dict(sample.labels))
    return found


@pytest.fixture
async def given_by_worker(tmp_path: Path) -> set[str]:
    """The names of the figures that a worker gives which has had a step to record, and a workflow that failed a task."""
    at = f"127.0.0.1:{free_port()}"
    runtime = make_runtime(at)
    loop_gauge(runtime).set(0, {"loop": "nudges"})
    async with rig(tmp_path / "rig") as parts:
        seen = replace(
            parts,
            client=await temporal_client(parts.settings.temporal_connect_config(), parts.settings.keyring, runtime),
        )
        async with working(seen):
            await parts.submit()
            await parts.client.start_workflow("Nobody", id="nobody", task_queue=parts.settings.task_queue)
            async with httpx.AsyncClient() as http:

                async def told() -> set[str]:
                    answer = await http.get(f"http://{at}/metrics")
                    families = text_string_to_metric_families(answer.text)
                    return {sample.name for family in families for sample in family.samples}

                async def complete() -> bool:
                    return "temporal_workflow_task_execution_failed_total" in await told()

                await until(complete)
                return await told()


async def test_alerts_and_board_ask_for_figures_that_there_are(
    given: dict[str, list[dict[str, str]]], given_by_worker: set[str]
) -> None:
    asked = {str(one.name) for query in QUERIES.values() for one in selectors(promql_parser.parse(query))}
    of_workers = {name for name in asked if name.startswith("temporal_")}

    assert of_workers
    assert of_workers <= given_by_worker
    assert "ahg_loop_restarts" in given_by_worker
    asked -= of_workers
    assert asked - _FROM_ELSEWHERE - {"ahg_stuck_cases"} <= set(given), (
        "without a Temporal it is not known who is stuck"
    )
    assert {
        name for name in given if name.startswith("ahg_") and not name.endswith(("_created", "_sum", "_count"))
    } <= {*asked, *(name.removesuffix("_total").removesuffix("_bucket") for name in asked if name)}


async def test_the_states_that_an_alert_names_are_those_of_notices(given: dict[str, list[dict[str, str]]]) -> None:
    (alert,) = (rule for rule in ALERTS if rule["alert"] == "AhgMailNeedsAPerson")
    named = re.findall(r"[a-z_]+", alert["expr"].split('"')[1])

    assert named
    assert set(named) <= {labels["state"] for labels in given["ahg_notices"]}


def test_every_alert_says_how_bad_it_is_and_what_is_to_be_done() -> None:
    text = WHAT_TO_DO.read_text(encoding="utf-8")
    told = re.findall(r"^## (.+)$", text, re.MULTILINE)

    assert told == [rule["alert"] for rule in ALERTS]
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["runbook"] == f"{WHAT_TO_DO.relative_to(ROOT)}#{rule['alert'].lower()}"
        assert rule["annotations"]["summary"].endswith(".") or "}}" in rule["annotations"]["summary"]
