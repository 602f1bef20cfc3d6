"""The web application: puts the pages together. ``web.serve`` serves it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException as RoutingError
from starlette.requests import ClientDisconnect

import db
from background import Background
from settings import Settings, load_settings
from web.account import offers, passkeys, posts
from web.account import page as account_page
from web.admin import history
from web.admin.pages import ADMINISTRATION
from web.api import description, routes
from web.case import audience, command_form, feed, meeting_files, notices, readings, versions
from web.case import mails as case_mails
from web.case import page as case_page
from web.kit import errors, language, problems, statics
from web.kit.body_limit import limit_bodies
from web.kit.request_id import number_requests, numbered_header
from web.kit.security import covered, guard
from web.kit.site import Site
from web.kit.visitor import ProveFirst, SignInFirst
from web.kit.watch import when_asked_to_end
from web.lists import cases, home, search
from web.mail import answer, board, mailbox, my_mails, switch_off
from web.monitoring import checkpoint, health, metrics
from web.monitoring.metrics import route_of
from web.request import attachments, form, version
from web.request.sweeping import sweep_daily
from web.signin import by_mail, openid, second_factor

_LOG = structlog.get_logger(__name__)

_SIGN_IN = (by_mail, openid, second_factor, posts, account_page, passkeys, offers)
_LISTS = (home, cases, search)
_REQUEST = (attachments, form, version)
_CASE = (command_form, answer, case_page, versions, meeting_files, notices, board, feed, language, audience, case_mails)
PAGES = (*_SIGN_IN, *_LISTS, *_REQUEST, *_CASE, readings, my_mails, switch_off, *ADMINISTRATION)
"""What people use; each has a ``router``."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application on these settings; without them, on the environment's. Raises SettingsError."""
    settings = settings or load_settings()
    return application(Site(settings, db.make_engine(settings)))


def application(site: Site) -> FastAPI:
    """The application made of these parts. While it is served: nudges are passed on, cases told, files swept."""

    site.background = Background(
        {
            "nudges": site.nudger.run,
            "files that nothing names": partial(sweep_daily, site),
            "news for cases": partial(history.keep_telling_cases, site),
        }
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            async with site.background:
                with when_asked_to_end(site.watch.end):
                    yield
        finally:
            await site.engine.dispose()

    title, at = "Bali Process Ad Hoc Group", description.ADDRESS
    app = FastAPI(title=title, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=at)
    app.state.site = site
    app.state.settings = site.settings
    app.state.engine = site.engine
    limit_bodies(app, site.settings)
    guard(app, site.settings)
    metrics.set_up_metrics(app)
    number_requests(app)
    app.include_router(health.router)
    app.include_router(checkpoint.router)
    if site.settings.shows_metrics:
        app.include_router(metrics.router)
    app.include_router(statics.router)
    for part in PAGES:
        app.include_router(part.router)
    app.include_router(routes.router)
    description.describe(app)
    if site.settings.shows_mail:
        app.include_router(mailbox.router)
    _answer_errors(app, site.settings)
    return app


def _answer_errors(app: FastAPI, settings: Settings) -> None:
    """What went wrong is said on a page of the house, in the reader's language; to programs as a problem."""
    problems.answer_problems(app)

    @app.exception_handler(SignInFirst)
    async def _sign_in_first(_request: Request, error: SignInFirst) -> Response:
        return RedirectResponse(error.to, 303)

    @app.exception_handler(ProveFirst)
    async def _prove_first(request: Request, error: ProveFirst) -> Response:
        return await second_factor.page_to_prove(request, error.to, error.sent)

    @app.exception_handler(RoutingError)
    async def _refused(request: Request, error: HTTPException) -> Response:
        if errors.for_programs(request):
            return problems.of_status(error.status_code, error.headers)
        return errors.page_of(request, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: RequestValidationError) -> Response:
        if errors.for_programs(request):
            return problems.malformed(error)
        return errors.page_of(request, 404)

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(NoConnection)
    async def _records_away(request: Request, error: Exception) -> Response:
        # Its text may hold the address of the database, or what was asked of it.
        _LOG.error("the records do not answer", route=route_of(request.scope), fault=type(error).__name__)
        again = {"Retry-After": "10"}
        if errors.for_programs(request):
            return problems.of_status(503, again)
        return errors.page_of(request, 503, again)

    @app.exception_handler(DataError)
    async def _unfit(request: Request, _error: Exception) -> Response:
        # As a NUL in a text: no value of the database's. Where it is asked for by name, it is refused before.
        _LOG.warning("what was sent is nothing that the records can hold", route=route_of(request.scope))
        return problems.of_status(422) if errors.for_programs(request) else errors.page_of(request, 400)

    @app.exception_handler(ClientDisconnect)
    async def _gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=400)  # nobody reads it: the rest of the request never came

    @app.exception_handler(Exception)
    async def _broken(request: Request, _error: Exception) -> Response:
        said = problems.of_status(500) if errors.for_programs(request) else errors.page_of(request, 500)
        said.headers.update(numbered_header())
        return covered(said, settings)
