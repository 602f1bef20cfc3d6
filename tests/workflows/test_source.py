"""Rules that the workflows' source itself keeps."""

import ast
from pathlib import Path

import pytest

WORKFLOWS = sorted((Path(__file__).parents[2] / "workflows").glob("*.py"))


_TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in WORKFLOWS]
_BASES = {node.name: node for tree in _TREES for node in tree.body if isinstance(node, ast.ClassDef)}


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _workflow_classes() -> list[ast.ClassDef]:
    classes = [node for tree in _TREES for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return [one for one in classes if any("workflow.defn" in ast.unparse(d) for d in one.decorator_list)]


def _bases(of: ast.ClassDef) -> list[ast.ClassDef]:
    """The classes here that a workflow extends; their methods are its own."""
    return [_BASES[base.id] for base in of.bases if isinstance(base, ast.Name) and base.id in _BASES]


def _methods(of: ast.ClassDef, decorator: str = "") -> dict[str, ast.AST]:
    body = [node for one in (*_bases(of), of) for node in one.body]
    functions = [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {
        one.name: one
        for one in functions
        if not decorator or any(decorator in ast.unparse(mark) for mark in one.decorator_list)
    }


def _reached(of: ast.ClassDef, names: set[str]) -> set[str]:
    """The methods that these call, directly or through others."""
    methods, reached = _methods(of), set(names)
    while True:
        more = {
            node.attr
            for name in reached
            for node in ast.walk(methods[name])
            if isinstance(node, ast.Attribute) and node.attr in methods
        }
        if more <= reached:
            return reached
        reached |= more


def _sets(function: ast.AST) -> set[str]:
    return {
        node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }


def test_only_the_deadline_gives_a_timeout_to_wait_condition() -> None:
    timed = {
        path.name
        for path in WORKFLOWS
        for call in _calls(ast.parse(path.read_text(encoding="utf-8")))
        if _called(call).endswith(("wait_condition", "asyncio.wait_for", "asyncio.timeout"))
        and (any(word.arg == "timeout" for word in call.keywords) or "asyncio" in _called(call))
    }

    assert timed - {"client.py"} == {"deadline.py"}  # what a client waits for is in no history


@pytest.mark.parametrize("workflow", _workflow_classes(), ids=lambda one: one.name)
def test_all_state_is_made_in_init_and_run_resets_none_that_updates_set(workflow: ast.ClassDef) -> None:
    methods = _methods(workflow)
    updates = set(_methods(workflow, "workflow.update"))
    set_by_updates = set().union(*(_sets(methods[name]) for name in _reached(workflow, updates)))
    made = _sets(methods["__init__"]).union(*(_sets(_methods(base)["__init__"]) for base in _bases(workflow)))

    assert "__init__" in _methods(workflow, "workflow.init")
    assert set().union(*map(_sets, methods.values())) <= made
    assert not _sets(methods["run"]) & set_by_updates


@pytest.mark.parametrize("workflow", _workflow_classes(), ids=lambda one: one.name)
def test_only_run_continues_as_new(workflow: ast.ClassDef) -> None:
    handlers = {
        name
        for kind in ("workflow.update", "workflow.signal", "workflow.query", ".validator")
        for name in _methods(workflow, kind)
    }
    methods = _methods(workflow)
    continuing = {
        name
        for name, function in methods.items()
        if any(_called(call) == "workflow.continue_as_new" for call in _calls(function))
    }

    assert continuing
    assert continuing <= _reached(workflow, {"run"})
    assert not continuing & _reached(workflow, handlers)
