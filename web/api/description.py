"""The OpenAPI document of the API: what FastAPI knows of the routes, and what it cannot know."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from models.authentication import needs_proof
from models.commands import COMMANDS
from web.kit.problems import Problem

ADDRESS = "/api/v1/openapi.json"
_VERSION = "1"
_ABOUT = """The procedure of the Bali Process Ad Hoc Group for programs: the same as its pages, under the same rules.

A token made on the account page acts for its post: with the scope `read` it reads, with `write` it does the post's own
work. No token decides at a gate, hands a post over, names an alternate or acts for another post: a person does that on
the pages, with the second factor. Problems are answered as RFC 9457 has it. See docs/api.md."""


def describe(app: FastAPI) -> None:
    """Let the application answer with the document of the API alone; pages are for people."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    whole = get_openapi(title=app.title, version=_VERSION, description=_ABOUT, routes=app.routes)
    schemas = whole.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = Problem.model_json_schema()
    schemas |= _commands()
    paths = whole["paths"]
    for operations in paths.values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "idempotency-key":
                    parameter["required"] = True
                    parameter["schema"].pop("default", None)
    elsewhere = ("submit", "draft")
    given = [_reference(do) for do in COMMANDS if do not in elsewhere and not needs_proof(do)]
    _takes(paths["/api/v1/cases/{reference}/commands"]["post"], {"oneOf": given})
    _takes(paths["/api/v1/cases"]["post"], _reference("submit"))
    _takes(paths["/api/v1/draft"]["put"], _reference("draft"))
    return whole


def _takes(operation: dict[str, Any], schema: dict[str, Any]) -> None:
    operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}


def _reference(do: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/Command.{COMMANDS[do].__name__}"}


def _commands() -> dict[str, Any]:
    """The fields of each command that a program may give, under names that no answer has."""
    may = {do: body for do, body in COMMANDS.items() if not needs_proof(do)}
    _, whole = models_json_schema(
        [(body, "validation") for body in may.values()], ref_template="#/components/schemas/Command.{model}"
    )
    schemas = {f"Command.{name}": schema for name, schema in whole["$defs"].items()}
    for do, body in may.items():
        if do not in ("submit", "draft"):
            schemas[f"Command.{body.__name__}"].setdefault("required", []).insert(0, "do")
    return schemas
