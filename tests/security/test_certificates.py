"""Mutual TLS: certificates of ``ahg certificates`` let the product and Temporal's own program reach a server that asks.

Temporal's development server has no TLS. A front that ends TLS as a cluster's does stands before it: what is passed on is
real, and whoever is refused has sent it nothing.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

import worker
from ops.certificates import VALID_FOR, CertificatesExist, ends_at, make_certificates
from ops.doctor import Finding, examine
from ops.temporal_server import DevServer, find_temporal
from settings import Settings, ensure_keys
from workflows.client import TemporalAway

Front = Callable[[Path], Awaitable[str]]


@pytest_asyncio.fixture
async def front(dev_server: DevServer) -> AsyncIterator[Front]:
    """Opens a front with the server's files of a folder; gives its address."""
    opened: list[asyncio.Server] = []

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", dev_server.port)
        await asyncio.gather(passed(reader, back), passed(there, writer))

    async def begin(folder: Path) -> str:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "temporal_client_ca"))
        tls.load_verify_locations(folder / "temporal_server_ca")
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_cert_chain(folder / "temporal_server_certificate", folder / "temporal_server_key")
        tls.set_alpn_protocols(["h2"])
        opened.append(await asyncio.start_server(both, "127.0.0.1", 0, ssl=tls))
        return f"127.0.0.1:{opened[-1].sockets[0].getsockname()[1]}"

    yield begin
    for one in opened:
        one.close()


def variables(address: str, server: Path, client: Path, who: str = "worker") -> dict[str, str]:
    """What a part is told: the server's authority from one folder, its own certificate from another."""
    return {
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(server / "temporal_server_ca"),
        "TEMPORAL_TLS_SERVER_NAME": "temporal",
        "TEMPORAL_TLS_CLIENT_CERT_PATH": str(client / f"temporal_{who}_certificate"),
        "TEMPORAL_TLS_CLIENT_KEY_PATH": str(client / f"temporal_{who}_key"),
    }


@pytest.fixture
def folders(tmp_path: Path) -> Mapping[str, Path]:
    """Certificates of ours, and such as somebody else makes by the same command."""
    for name in ("ours", "others"):
        make_certificates(tmp_path / name, "temporal", datetime.now(UTC))
    return {name: tmp_path / name for name in ("ours", "others")}


async def test_only_who_has_a_certificate_reaches_temporal(
    settings: Settings, front: Front, folders: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_keys(settings)
    ours, others = folders["ours"], folders["others"]
    chosen = settings.model_copy(update={"temporal_mode": "external"})
    given = variables(await front(ours), ours, ours)
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    client = await worker.connect(chosen)
    assert await client.service_client.check_health()

    for without in (
        {name: value for name, value in given.items() if "CLIENT" not in name},
        variables(given["TEMPORAL_ADDRESS"], ours, others),
        variables(given["TEMPORAL_ADDRESS"], others, ours),  # a server that only claims to be ours
    ):
        for name in given:
            monkeypatch.delenv(name, raising=False)
        for name, value in without.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(TemporalAway):
            await worker.connect(chosen)


async def test_the_program_of_temporal_takes_the_certificates_of_the_operator(
    settings: Settings, front: Front, folders: Mapping[str, Path]
) -> None:
    address = await front(folders["ours"])
    own = variables(address, folders["ours"], folders["ours"], "operator")

    async def list_namespaces(environment: Mapping[str, str]) -> int:
        program = [str(find_temporal(settings)), "operator", "namespace", "list"]
        process = await asyncio.create_subprocess_exec(
            *program, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        return await process.wait()

    assert await list_namespaces(own) == 0
    assert await list_namespaces({name: value for name, value in own.items() if "CLIENT" not in name}) != 0


def test_files_are_their_owners_and_are_never_overwritten(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made = make_certificates(tmp_path / "secrets", "temporal", now)

    assert [path.name for path in made if path.stat().st_mode & 0o077] == []
    before = {path: path.read_bytes() for path in made}
    with pytest.raises(CertificatesExist, match="replace all at once"):
        make_certificates(tmp_path / "secrets", "temporal", now)
    assert {path: path.read_bytes() for path in made} == before


async def test_the_doctor_says_a_month_before_a_certificate_ends(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_keys(settings)
    now = datetime.now(UTC)
    for name, begun in (("new", now), ("old", now - VALID_FOR + timedelta(days=29))):
        make_certificates(tmp_path / name, "temporal", begun)

    async def said(folder: str) -> Finding:
        for name, value in variables("127.0.0.1:9", tmp_path / folder, tmp_path / folder).items():
            monkeypatch.setenv(name, value)
        looked = examine(settings.model_copy(update={"temporal_mode": "external"}))
        return next(one for one in [one async for one in looked] if one.what == "Certificate for Temporal")

    assert (await said("new")).well
    old = await said("old")
    end = ends_at((tmp_path / "old" / "temporal_worker_certificate").read_bytes())
    assert not old.well
    assert f"{end:%Y-%m-%d}" in old.seen
