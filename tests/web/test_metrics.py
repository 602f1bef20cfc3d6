"""Metrics: figures for who may have them, and nothing that names a case or a person."""

from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import create_async_engine

from ops.catcher import Catcher
from settings import Settings, ensure_keys, ensure_local_key
from tests.web.place import Place
from tests.web.programs import program
from tests.web.whole_case import played

HERE = "127.0.0.1"
LOCAL = "http://127.0.0.1:8000"


def figures(text: str) -> dict[tuple[str, ...], float]:
    """Samples by name and label values."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def key_of(place: Place) -> dict[str, str]:
    """What whoever runs the product on a laptop shows in the place of a token."""
    ensure_local_key(place.settings)
    return {"Authorization": f"Bearer {place.settings.local_key}"}


async def read(place: Place) -> dict[tuple[str, ...], float]:
    """The figures as this machine reads them."""
    async with place.browser(HERE, host=LOCAL) as http:
        answer = await http.get("/metrics", headers=key_of(place))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    return figures(answer.text)


async def test_answers_are_counted_by_route_and_never_by_what_was_asked_for(place: Place) -> None:
    table = played()
    reference = await table.record(place)
    async with place.browser() as http, await program(place, "AU/co-chair") as api:
        await http.get("/healthz")
        await http.get("/a-page-that-is-not-there")
        await http.get(f"/cases/{reference}")
        await http.request("BREW", "/cases")
        await api.get(f"/cases/{reference}")
        await api.get("/cases/AHG-2026-999")
    async with place.browser(HERE, host=LOCAL) as http:
        text = (await http.get("/metrics", headers=key_of(place))).text
    found = figures(text)
    assert found["ahg_http_requests_total", "GET", "/healthz", "200"] == 1
    assert found["ahg_http_requests_total", "GET", "unmatched", "404"] == 1
    assert found["ahg_http_requests_total", "GET", "/cases/{reference}", "303"] == 1
    assert found["ahg_http_requests_total", "GET", "/api/v1/cases/{reference}", "200"] == 1
    assert found["ahg_http_requests_total", "GET", "/api/v1/cases/{reference}", "404"] == 1
    assert found["ahg_http_request_seconds_count", "GET", "/api/v1/cases/{reference}"] == 2
    assert [key for key in found if "BREW" in key] == []
    for word in ("AHG-2026", "not-there", "Boats", "hotline", "co-chair", "AU/"):
        assert word not in text


async def test_cases_and_notices_are_counted(place: Place) -> None:
    assert (await read(place))["ahg_open_cases", "operational"] == 0
    await played().record(place)
    found = await read(place)
    assert found["ahg_open_cases", "operational"] == 1
    assert found["ahg_open_cases", "submitted"] == 0
    assert ("ahg_open_cases", "closed") not in found
    (queued,) = await place.rows("SELECT count(*) AS number FROM notices WHERE state = 'queued'")
    assert found["ahg_notices", "queued"] == queued["number"] > 0
    assert found["ahg_notices", "sent"] == 0
    assert found["ahg_feeds_open",] == 0
    assert found["ahg_records_up",] == 1


@pytest.mark.parametrize(
    ("peer", "host", "headers"),
    [
        ("203.0.113.7", LOCAL, {}),
        (HERE, LOCAL, {}),  # a proxy that says nothing of whom it speaks for, and any other program on the machine
        (HERE, LOCAL, {"X-Forwarded-For": "203.0.113.7"}),
        (HERE, LOCAL, {"Forwarded": "for=203.0.113.7"}),
        (HERE, "https://ahg.example.org", {}),
        (HERE, LOCAL, {"Via": "1.1 proxy"}),
    ],
)
async def test_where_others_reach_the_pages_there_are_no_metrics_without_a_token(
    public_place: Place, peer: str, host: str, headers: dict[str, str]
) -> None:
    async with public_place.browser(peer, host=host) as http:
        answer = await http.get("/metrics", headers=headers)
        absent = await http.get("/nothing", headers=headers)
    assert answer.status_code == 404
    assert answer.text.replace("/metrics", "/nothing") == absent.text


async def test_another_user_of_the_machine_reads_no_figures(place: Place) -> None:
    async with place.browser(HERE, host=LOCAL) as http:
        assert (await http.get("/metrics")).status_code == 404
        key = key_of(place)
        for sent in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer wrong"}):
            assert (await http.get("/metrics", headers=sent)).status_code == 404
        assert (await http.get("/metrics", headers={**key, "X-Forwarded-For": "203.0.113.7"})).status_code == 404


async def test_with_a_token_it_is_for_who_has_it(place: Place) -> None:
    chosen = place.settings.model_copy(update={"metrics_token": SecretStr("a-long-secret")})
    other = Place(chosen, place.engine, place.catcher)
    async with other.browser("203.0.113.7") as far, other.browser(HERE, host=LOCAL) as near:
        right = await far.get("/metrics", headers={"Authorization": "Bearer a-long-secret"})
        assert right.status_code == 200
        for written in ("Bearer a-long-secre", "Basic a-long-secret", "Bearer é", ""):
            sent = [(b"Authorization", written.encode())]
            assert (await far.get("/metrics", headers=sent)).status_code == 404
        assert (await near.get("/metrics")).status_code == 404


async def test_without_the_database_there_are_still_the_figures_of_the_process(
    tmp_path: Path, settings: Settings, catcher: Catcher
) -> None:
    ensure_keys(settings)
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    place = Place(settings, engine, catcher)
    found = await read(place)
    assert found["ahg_records_up",] == 0
    assert not [key for key in found if key[0] in ("ahg_open_cases", "ahg_notices")]


async def test_a_fault_of_ours_is_counted(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("web.api.reading.lists.follow_ups_of", broken)
    transport = httpx.ASGITransport(place.app, raise_app_exceptions=False)
    async with await program(place, "MY/focal-point") as api:
        headers = dict(api.headers)
    async with httpx.AsyncClient(transport=transport, base_url=place.settings.public_url, headers=headers) as http:
        assert (await http.get("/api/v1/follow-ups")).status_code == 500
    assert (await read(place))["ahg_http_requests_total", "GET", "/api/v1/follow-ups", "500"] == 1
