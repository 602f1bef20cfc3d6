"""The docstring of each package is a map: it names every module and folder in it. What it imports it offers."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT, defined, packages, trees


def _docstring(folder: Path) -> str:
    return ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""


def _rooms(folder: Path) -> set[str]:
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__", "__main__"}
    return modules | {file.parent.name for file in folder.glob("*/__init__.py")}


@pytest.mark.parametrize("folder", packages(), ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_the_map_of_a_package_names_all_that_is_in_it(folder: Path) -> None:
    named = set(re.findall(r"``([a-z_0-9]+)``", _docstring(folder)))

    assert _rooms(folder) - named == set()


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each ``from package import name`` of a module: the package, and the name there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def _taken(files: Iterable[ast.Module]) -> Iterator[tuple[str, str]]:
    """What is imported from a package; and every attribute, of whatever it is (a package, perhaps)."""
    for tree in files:
        yield from _imports(tree)
        yield from (("", node.attr) for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def test_a_package_offers_what_its_modules_define_and_what_somebody_takes() -> None:
    """Whatever else it imports for itself is taken from where it stands; what nobody takes it does not import."""
    tests = (ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "tests").rglob("*.py"))
    taken, strange, idle = set(_taken((*trees().values(), *tests))), {}, {}
    for folder in packages():
        package, tree = ".".join(folder.relative_to(ROOT).parts), trees()[f"{folder.relative_to(ROOT)}/__init__.py"]
        offered = {name for module, name in _imports(tree) if module.startswith(f"{package}.")}
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        own = offered | set(defined(tree)) | _rooms(folder)
        strange[package] = {name for module, name in taken if module == package} - own
        idle[package] = {name for name in offered - used if not {(package, name), ("", name)} & taken}

    assert {package: names for package, names in strange.items() if names} == {}
    assert {package: names for package, names in idle.items() if names} == {}
