"""What single modules and the settings import; contracts in pyproject.toml (`make check`) hold the packages."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = {"activities", "cli", "models", "notifications", "ops", "records", "web", "worker", "workflows"}


def imported(name: str) -> set[str]:
    """Top-level names that a module, or those of a package, import anywhere in it."""
    found = set()
    files = sorted((ROOT / name).glob("*.py")) or [ROOT / f"{name}.py"]
    for node in (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize(
    ("name", "forbidden"),
    [
        ("settings", PARTS | {"db"}),
        ("surroundings", PARTS | {"db"}),
        ("log_lines", PARTS | {"db"}),
        ("tracing", PARTS | {"db"}),
        ("db", PARTS),
        ("background", PARTS | {"db", "settings"}),
        ("case_check", {"activities", "cli", "ops", "settings", "web", "worker"}),
        ("cli", {"activities"}),  # it reaches them through the worker
        ("worker", {"cli", "ops", "web"}),
    ],
)
def test_a_single_module_imports_only_what_stands_below_it(name: str, forbidden: set[str]) -> None:
    assert not imported(name) & forbidden
