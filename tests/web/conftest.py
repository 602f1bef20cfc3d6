"""The pages for people, on each database, with a directory and a mail catcher."""

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from ops.catcher import Catcher
from records.directory import seed_if_empty
from settings import Settings, ensure_keys
from tests.web.place import Place


@pytest_asyncio.fixture
async def place(engine: AsyncEngine, settings: Settings, catcher: Catcher) -> Place:
    """The pages on this machine's address, with the directory of the public list."""
    ensure_keys(settings)
    await seed_if_empty(engine)
    return Place(settings.model_copy(update={"smtp_port": catcher.port}), engine, catcher)


@pytest_asyncio.fixture
async def public_place(engine: AsyncEngine, settings: Settings, catcher: Catcher) -> Place:
    """The same as people reach it: over TLS, by a name."""
    ensure_keys(settings)
    await seed_if_empty(engine)
    chosen = {"smtp_port": catcher.port, "public_url": "https://ahg.example.org"}
    return Place(settings.model_copy(update=chosen), engine, catcher)
