"""One word, one thing: no public name at the top of a module stands for something else in another module."""

from collections import defaultdict

from tests.house.source import defined, trees

ALLOWED = {
    "app": "Typer's word for a group of commands; each module of commands has its own",
    "main": "Python's word for where a program begins; there are several programs",
    "router": "FastAPI's word for a group of addresses; each module of pages has its own",
}
"""Names that stand in several modules, with the reason."""


def test_no_public_name_stands_for_two_things() -> None:
    found = defaultdict(set)
    for path, tree in trees().items():
        for name in defined(tree):
            if not name.startswith("_"):
                found[name].add(path)
    twice = {name: sorted(paths) for name, paths in found.items() if len(paths) > 1}

    assert {name: paths for name, paths in twice.items() if name not in ALLOWED} == {}
    assert set(ALLOWED) <= set(twice), "an allowed name that stands once needs no reason any more"


def test_no_module_lists_its_names_a_second_time() -> None:
    """What has no leading underscore is public, and what a package imports from its own modules is what it offers."""
    assert [path for path, tree in trees().items() if "__all__" in defined(tree)] == []
