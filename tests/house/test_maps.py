"""The docstring of each package is a map: it names every module and folder in it, and what it lists it has."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, packages


def _docstring(folder: Path) -> str:
    return ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""


def _rooms(folder: Path) -> set[str]:
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__", "__main__"}
    return modules | {file.parent.name for file in folder.glob("*/__init__.py")}


@pytest.mark.parametrize("folder", packages(), ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_the_map_of_a_package_names_all_that_is_in_it(folder: Path) -> None:
    named = set(re.findall(r"``([a-z_0-9]+)``", _docstring(folder)))

    assert _rooms(folder) - named == set()


@pytest.mark.parametrize("folder", packages(), ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_a_package_offers_what_it_imports(folder: Path) -> None:
    """Names in ``__all__`` are imported or defined there."""
    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    listed = {
        ast.literal_eval(one)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "__all__"
        and isinstance(node.value, ast.List)
        for one in node.value.elts
    }
    there = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    }
    there |= {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    there |= {ast.unparse(target) for node in tree.body if isinstance(node, ast.Assign) for target in node.targets}
    there |= {ast.unparse(node.target) for node in tree.body if isinstance(node, ast.AnnAssign)}

    assert listed - there == set()
