"""What passes from one package to another has a type: no bare dictionaries and no ``Any`` in their signatures.

A function, method or alias is held to it if another package than its own imports its module. What is allowed is listed
with its reason.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("activities", "models", "notifications", "ops", "records", "web", "workflows")
ALONE = ("case_check", "casework", "cli", "db", "worker")
"""Modules that stand in no package: each is one of its own."""

_UNTYPED = re.compile(r"\b(?:dict|Dict|Mapping|MutableMapping)\[str, (?:Any|object)\]|\bRowMapping\b")

_REASONS: dict[str, tuple[str, ...]] = {
    "the fields of a command as somebody wrote them, which are parsed there (models.commands.parse)": (
        "casework:Casework.act",
        "models.commands:parse",
        "models.commands:faults_of",
        "models.faults:faults",
        "models.faults:wanted",
        "ops.commands.cases:fields_written",
    ),
    "requests as older versions recorded them": (
        "models.recorded_request:recorded_fields",
        "models.recorded_request:recorded_request",
    ),
    "a draft is kept as it was written: it is parsed when it is submitted": (
        "casework:amend_draft",
        "casework:keep_draft",
        "records.references:change_draft",
        "records.references:read_draft",
        "records.references:store_draft",
    ),
    "the facts of a notice as its row holds them, which are parsed there": ("models.notices.facts:facts_of_row",),
    "the policy's own keys with their values, whatever type each has": (
        "models.policy:policy_with",
        "models.policy_meaning:value_of",
    ),
    "the columns of a row as they are written, by name": (
        "models.search:text_columns",
        "records.from_log:rebuilt",
        "records.from_log:row_faults",
        "records.rows:columns_of",
    ),
    "the JSON of the log, which is hashed or exported": ("models.log:digest", "ops.commands.cases:exported_entry"),
    "what a template sees by name": (
        "notifications.environment:TemplateSet.setting",
        "notifications.wording:context_of",
        "notifications.wording:in_one_line",
    ),
}
ALLOWED = {name for names in _REASONS.values() for name in names}
"""``module:name``."""


def sources() -> dict[str, ast.Module]:
    """The product's modules by their dotted names."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    paths += [ROOT / f"{name}.py" for name in ALONE]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text(encoding="utf-8")
        )
        for path in paths
    }


def imported_elsewhere(modules: dict[str, ast.Module]) -> set[str]:
    """The modules that another package imports, or imports from."""
    found: set[str] = set()
    for name, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                meant = {one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                meant = {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
            else:
                continue
            found |= {one for one in meant if one in modules and one.partition(".")[0] != name.partition(".")[0]}
    return found


def untyped(tree: ast.Module) -> Iterator[str]:
    """The public functions, methods and aliases with an untyped mapping in what they take or answer."""
    aliases = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and _UNTYPED.search(ast.unparse(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    yield from (name for name in aliases if not name.startswith("_"))
    for name, function in functions(tree):
        if any(_bare(note, aliases) for note in annotations(function)):
            yield name


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The public functions of a module, and the public methods of its public classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for part in node.body:
                if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and not re.match(r"_(?!_init_)", part.name):
                    yield f"{node.name}.{part.name}", part


def annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """The types of what a function takes and answers."""
    given = function.args
    for one in (*given.posonlyargs, *given.args, *given.kwonlyargs):
        if one.annotation is not None:
            yield one.annotation
    if function.returns is not None:
        yield function.returns


def _bare(note: ast.expr, aliases: set[str]) -> bool:
    written = ast.unparse(note)
    named = {one.id for one in ast.walk(note) if isinstance(one, ast.Name)}
    return written == "Any" or bool(_UNTYPED.search(written)) or bool(aliases & named)


@cache
def found() -> frozenset[str]:
    """Everything of the kind in the product."""
    modules = sources()
    return frozenset(f"{name}:{one}" for name in imported_elsewhere(modules) for one in untyped(modules[name]))


def test_what_crosses_a_border_has_a_type() -> None:
    assert sorted(found() - ALLOWED) == []


def test_what_is_allowed_is_still_there() -> None:
    assert sorted(ALLOWED - found()) == []
