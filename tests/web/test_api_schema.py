"""What the OpenAPI document says holds, whatever programs send: no fault of ours, no answer that it does not describe.

``TEST_DEPTH=10`` in the environment sends ten times as much.
"""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ops.catcher import Catcher
from tests.rig import TO_WORK, Rig, rig, working
from tests.web.place import Place
from tests.web.programs import token_for
from tests.web.server import served

DEPTH = int(os.environ.get("TEST_DEPTH", "1"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
POSTS = ("RSO/secretariat", "LK/focal-point", "AU/co-chair", "VN/focal-point")


async def seeded(parts: Rig) -> list[str]:
    """Cases in several stages, and one that has ended."""
    references = []
    for steps in (0, 1, 3, 5, 9):
        await parts.submit(title=f"A case after {steps} steps", confidential={"situation": []})
        for by, do, fields in TO_WORK[:steps]:
            await parts.act(by, do, fields)
        references.append(parts.reference)
    await parts.act("RSO/secretariat", "add_outcome", {"title": "A hotline", "owner": "VN"})
    await parts.submit()
    await parts.act("LK/focal-point", "withdraw")
    return [*references, parts.reference]


@pytest.mark.slow
@pytest.mark.timeout(0)  # bound by its examples
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
async def test_every_answer_is_as_the_document_says(tmp_path: Path, catcher: Catcher, mode: GenerationMode) -> None:
    async with rig(tmp_path / "rig") as parts, working(parts):
        references = await seeded(parts)
        place = Place(parts.settings, parts.engine, catcher, now=datetime.now(UTC))
        tokens = [await token_for(place, post) for post in POSTS]
        async with served(place.app) as address:
            counted = await asyncio.to_thread(_send, address, tokens, references, mode)
    assert counted["sent"] >= 12 * 10 * DEPTH
    if mode is GenerationMode.POSITIVE:
        assert counted["done"] > 0


def _send(address: str, tokens: Sequence[str], references: Sequence[str], mode: GenerationMode) -> dict[str, int]:
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json").exclude(
        path_regex="/feed$"
    )  # it never ends
    counted = {"sent": 0, "done": 0}
    with requests.Session() as session:
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            operation = found.ok()

            @settings(
                max_examples=(80 if operation.method == "post" else 20) * DEPTH,
                deadline=None,
                database=None,
                derandomize=DEPTH == 1,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(
                case=operation.as_strategy(generation_mode=mode),
                reference=st.sampled_from([*references, *references, "AHG-2026-999", ""]),
                token=st.sampled_from(tokens),
            )
            def send(case: Any, reference: str, token: str) -> None:
                if "reference" in (case.path_parameters or {}) and reference:
                    case.path_parameters["reference"] = reference
                # A post that is handed over leaves its token without it.
                assume(not (isinstance(case.body, dict) and "hand_over" in str(case.body)))
                headers = {"Authorization": f"Bearer {token}"}
                answer = case.call(session=session, headers=headers)
                counted["sent"] += 1
                counted["done"] += answer.status_code in (200, 201)
                case.validate_response(answer, checks=CHECKS, headers=headers)

            send()
    return counted
