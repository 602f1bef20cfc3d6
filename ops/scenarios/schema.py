"""The JSON Schema of a scenario file, made from the commands, for editors and other programs.

It is of draft 7, which editors know best. ``reading`` refuses all that the schema refuses; neither knows the rules.
"""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from models.commands import COMMANDS
from ops.scenarios.file import Scenario

_DRAFT_7 = "http://json-schema.org/draft-07/schema#"
_REF = "#/definitions/{model}"
_DATE = r"^\d{4}-\d{2}-\d{2}$"


def scenario_schema() -> dict[str, Any]:
    """The schema, ready for JSON."""
    kinds = [(cls, "validation") for cls in (Scenario, *COMMANDS.values())]
    _, made = models_json_schema(kinds, ref_template=_REF)  # type: ignore[arg-type]
    definitions: dict[str, Any] = _Tidy(made["$defs"]).definitions()
    whole, act, act_for = definitions.pop("Scenario"), definitions["Act"], definitions["ActFor"]
    for named in ("Expected", "ExpectedNotices", "ExpectedGate"):
        definitions[named]["minProperties"] = 1
    act["anyOf"] = [{"required": ["do"]}, {"required": ["expect"]}]
    act["dependencies"] = {"do": ["by"], "with": ["do"], "refused": ["do"]}
    act["allOf"] = [_if_do(do, _fields_in_with(definitions, do)) for do in COMMANDS]
    inside = [do for do in COMMANDS if do != "act_for"]
    act_for["properties"]["command"] = {
        "type": "object",
        "required": ["do"],
        "properties": {"do": {"enum": inside}},
        "allOf": [_if_do(do, _definition(do)) for do in inside],
    }
    return {"$schema": _DRAFT_7, **whole, "definitions": {name: definitions[name] for name in sorted(definitions)}}


def _definition(do: str) -> dict[str, Any]:
    return {"$ref": _REF.format(model=COMMANDS[do].__name__)}


def _if_do(do: str, then: Mapping[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": {"do": {"const": do}}, "required": ["do"]}, "then": then}


def _fields_in_with(definitions: Mapping[str, Any], do: str) -> dict[str, Any]:
    """The schema of an act whose ``with`` has the command's fields; the command itself is named in ``do``."""
    must = ["with"] if definitions[COMMANDS[do].__name__].get("required") else []
    named = {"allOf": [_definition(do)], "properties": {"do": False}}
    return {"properties": {"with": named}, **({"required": must} if must else {})}


class _Tidy:
    """Pydantic's schemas without titles and empty defaults; dates with their pattern; known keys as properties."""

    def __init__(self, made: Mapping[str, Any]) -> None:
        self._made = made

    def definitions(self) -> dict[str, Any]:
        return {name: self._schema(schema) for name, schema in self._made.items()}

    def _schema(self, schema: Any) -> Any:
        if isinstance(schema, list):
            return [self._schema(one) for one in schema]
        if not isinstance(schema, Mapping):
            return schema
        tidied: dict[str, Any] = {
            name: {key: self._schema(one) for key, one in inner.items()}
            if name == "properties"
            else self._schema(inner)
            for name, inner in schema.items()
            if name != "title" and not (name == "default" and (not inner or isinstance(inner, Mapping)))
        }
        if tidied.get("format") == "date":
            tidied["pattern"] = _DATE
        if "description" in tidied:
            tidied["description"] = " ".join(tidied["description"].split()).replace("``", "`")
        if "patternProperties" in tidied:
            tidied["additionalProperties"] = False
        keys: Mapping[str, Any] = schema.get("propertyNames", {})
        words = keys.get("enum") or self._made.get(str(keys.get("$ref")).rpartition("/")[2], {}).get("enum")
        if words:  # editors offer properties, and not the names of properties
            del tidied["propertyNames"]
            each = dict.fromkeys(words, tidied["additionalProperties"])
            return {**tidied, "properties": each, "additionalProperties": False}
        return tidied
