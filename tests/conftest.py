"""The real parts that tests run through: PostgreSQL, SQLite, a Temporal server, a mail catcher, certificates."""

import itertools
import os
import re
import shutil
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import hypothesis
import psycopg
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy.ext.asyncio import AsyncEngine

import db
from ops.catcher import Catcher
from ops.temporal_server import DevServer, start_dev_server
from settings import PREFIX, Settings
from tests.newest_schema import bring_to_newest, newest_file

# The machine's load is no reason to fail: no example has a time limit, and slow ones are not complained of.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

_numbers = itertools.count(1)
_DRAWN = [
    Path(__file__).parent / name for name in ("activities", "ops", "security", "web", "workflows/test_versions.py")
]
"""What runs on one database: it asks the records by statements that ``tests/records`` tries on both."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much is run."""
    parser.addoption("--every-database", action="store_true", help="run each test on both databases")
    parser.addoption(
        "--long", action="store_true", help="run as well what takes a minute and tells what another test tells"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run a test on one database, drawn by its name; tests of the records, of workflows and of whole cases on both."""
    if not config.getoption("long"):
        left_out = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if not item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
    if config.getoption("every_database"):
        return
    asked = [(item, kind) for item in items if (kind := _kind_of(item)) and not _on_both(item)]
    found: dict[str, set[str]] = defaultdict(set)
    for item, kind in asked:
        found[_bare(item)].add(kind)
    gone = {item for item, kind in asked if len(found[_bare(item)]) > 1 and kind != _drawn(_bare(item))}
    items[:] = [item for item in items if item not in gone]
    config.hook.pytest_deselected(items=list(gone))


def _kind_of(item: pytest.Item) -> str | None:
    """The kind of database that a test is to run on: as ``database_url``, or as that of the ``way`` of a worker."""
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    kind = given.get("database_url") or getattr(given.get("way"), "database", None)
    return kind if kind in KINDS else None


def _on_both(item: pytest.Item) -> bool:
    return "place" not in item.fixturenames and not any(map(item.path.is_relative_to, _DRAWN))  # type: ignore[attr-defined]


def _bare(item: pytest.Item) -> str:
    """The name of a test without the kind of its database."""
    return re.sub(r"(warm on |cold on )?(sqlite|postgresql)", "", item.nodeid)


def _drawn(bare: str) -> str:
    return KINDS[crc32(bare.encode()) % 2]


KINDS = ("sqlite", "postgresql")
"""The databases that a test with ``database_url`` runs on."""


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have the product configured; the tests must not see it."""
    for name in list(os.environ):
        if name.upper().startswith((PREFIX, "TEMPORAL_")):
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings on an empty data folder of this test's own."""
    folder = tmp_path / "data"
    folder.mkdir()
    return Settings(data_dir=folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a real PostgreSQL, started once for the whole run (once a worker under pytest-xdist).

    Its folder is not pytest's: that is closed to other users whenever another run begins, and as root PostgreSQL is one.
    """
    from tests.postgres import postgres_in

    with TemporaryDirectory(prefix="ahg-postgresql-", ignore_cleanup_errors=True) as folder:
        server = postgres_in(Path(folder) / "pgdata")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[Callable[..., str]]:
    """Makes a PostgreSQL database on every call, empty or as ``template`` is, and returns its SQLAlchemy address."""
    made: list[str] = []

    def make(template: str = "template1") -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        made.append(name)
        return _address(postgres_server, name)

    yield make
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _address(postgres_server: str, name: str) -> str:
    head, _, query = postgres_server.partition("?")
    address = f"{head.rpartition('/')[0]}/{name}?{query}"
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(scope="session")
def migrated_database(postgres_server: str) -> str:
    """Name of a PostgreSQL database with the newest schema and nothing in it, to make others from."""
    name = f"migrated_{os.getpid()}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    bring_to_newest(_address(postgres_server, name))
    return name


@pytest.fixture
def database_of(request: pytest.FixtureRequest) -> Callable[[str], str | None]:
    """The ``database_url`` of settings for a kind of database: none for SQLite, whose file is in the data folder.

    A database of PostgreSQL has the newest schema; a file of SQLite gets it from whoever opens it.
    """

    def find(kind: str) -> str | None:
        if kind == "sqlite":
            return None
        make: Callable[[str], str] = request.getfixturevalue("postgres_url")
        return make(request.getfixturevalue("migrated_database"))

    return find


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database; the test runs once on each kind. It is empty, but for ``newest_schema``."""
    migrated = "newest_schema" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        if migrated:
            shutil.copyfile(newest_file(), path)
        return f"sqlite+aiosqlite:///{path}"
    make: Callable[..., str] = request.getfixturevalue("postgres_url")
    return make(request.getfixturevalue("migrated_database")) if migrated else make()


@pytest.fixture
def newest_schema() -> None:
    """Whoever takes it finds the newest schema at ``database_url``."""


@pytest_asyncio.fixture
async def engine(newest_schema: None, database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database of each kind, with the newest schema."""
    engine = db.make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def dev_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DevServer]:
    """A real Temporal server on a file, with the product's search attributes.

    One for the whole run: a test uses task queues and workflow ids of its own. A test that kills the server
    starts one for itself.
    """
    folder = tmp_path_factory.mktemp("temporal")
    server = await start_dev_server(Settings(data_dir=folder), folder)
    yield server
    await server.process.stop()


@pytest_asyncio.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[Catcher]:
    """A mail catcher on a free port."""
    async with Catcher(tmp_path / "mail") as catcher:
        yield catcher


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that only a test trusts, for 127.0.0.1, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mx.example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context
