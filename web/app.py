"""The web application: puts the pages together. Run by ``uvicorn --factory web.app:create_app``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

import db
from settings import Settings, load_settings
from web import health, mailbox
from web.page import page


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application on these settings; without them, on the environment's. Raises SettingsError."""
    settings = settings or load_settings()
    engine = db.make_engine(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(title="Bali Process Ad Hoc Group", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.engine = engine
    app.include_router(health.router)
    if settings.catches_mail:
        app.include_router(mailbox.router)

    @app.get("/", include_in_schema=False)
    async def start() -> HTMLResponse:
        mail = '<li><a href="/mail">Caught mail</a></li>' if settings.catches_mail else ""
        return page(
            "Bali Process Ad Hoc Group",
            "<p>From a member's request to the report of the group: which step a case is in, whose turn "
            f'it is, and by when.</p><ul>{mail}<li><a href="/readyz">State of the parts</a></li></ul>',
        )

    return app
