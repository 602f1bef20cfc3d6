"""The files of the product, parsed once for the checks of this folder."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

PACKAGES = ("activities", "benchmarks", "models", "notifications", "ops", "records", "settings", "web", "workflows")
MODULES = ("case_check", "casework", "cli", "db", "worker")


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the product by its path from the root; tests and migrations are not among them."""
    files = [*(ROOT / f"{name}.py" for name in MODULES)]
    files += [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def defined(tree: ast.Module) -> Iterator[str]:
    """The names that a module defines at its top level: functions, classes and values, not what it imports."""
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Assign():
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def packages() -> Iterator[Path]:
    """The folder of every package of the product that has modules, the innermost included."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("__init__.py")):
            yield file.parent
