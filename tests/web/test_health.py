"""Liveness and readiness."""

import httpx
from pydantic import SecretStr

from ops.processes import free_port
from ops.temporal_server import DevServer
from settings import Settings
from web.app import create_app

TOKEN = SecretStr("a-token-of-who-watches")
WATCHES = {"Authorization": f"Bearer {TOKEN.get_secret_value()}"}


def client(settings: Settings) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(settings))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


async def test_it_is_ready_when_database_and_temporal_answer(settings: Settings, dev_server: DevServer) -> None:
    async with client(settings.model_copy(update={"temporal_port": dev_server.port})) as http:
        answer = await http.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


async def test_what_does_not_answer_is_named_and_liveness_stays(settings: Settings) -> None:
    url = f"postgresql+psycopg://ahg:hunter2@127.0.0.1:{free_port()}/ahg"
    broken = settings.model_copy(update={"temporal_port": free_port(), "database_url": url, "metrics_token": TOKEN})
    async with client(broken) as http:
        answer = await http.get("/readyz")
        figures = await http.get("/metrics", headers=WATCHES)
        alive = await http.get("/healthz")

    assert answer.status_code == 503
    assert set(answer.json()["reasons"]) == {"database", "temporal"}
    assert "hunter2" not in answer.text
    assert "\nahg_workers_up 0.0\n" in figures.text
    assert "ahg_stuck_cases" not in figures.text, "it is not known"
    assert alive.status_code == 200


async def test_probes_ask_at_the_address_of_a_container_and_nothing_else_is_there(settings: Settings) -> None:
    watched = settings.model_copy(update={"metrics_token": TOKEN})
    async with client(watched) as http:
        host = {"Host": "10.1.2.3:8000"}
        found = [
            (await http.get(path, headers={**host, **WATCHES})).status_code for path in ("/healthz", "/metrics", "/")
        ]
        without = await http.get("/metrics", headers=host)

    assert (found, without.status_code) == ([200, 200, 421], 404)
