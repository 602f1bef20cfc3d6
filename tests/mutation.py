"""Changes the rules on purpose, one small change at a time, and asks of each whether a test fails for it.

    python -m tests.mutation [--number N] [--seed S] [--again FILE] [--every-test] [MODULE ...]     (or: make mutation)

``MODULE`` is a file or folder of the product; without any, those that hold the procedure. Of all places where something
can be changed ``N`` are drawn with the seed, from each module its part, and at each place one change. It is made in
memory: nothing is written into the work tree. For each the tests of ``tests/models`` are run that come through the
changed line (all of them where it runs at import alone), the quickest first, up to the first that fails. A change is
also found when it cannot be imported, or when the tests take many times the processor that they took without it.

What runs at import is imported anew with its change, and judged first. All others are made in functions that are
imported once (``tests.mutation_in_place``), and judged as they come by lot: a part of them speaks for the whole.

Those that no test found are told as they come and written to ``build/mutation.json``; ``--again`` judges those of such a
file once more, ``--every-test`` by all tests of ``tests/models`` (a minute for each). docs/mutation.md holds the last
result, and why what is left does no harm.
"""

import argparse
import ast
import json
import os
import random
import resource
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, NamedTuple

import coverage
import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from tests.mutation_in_place import Living, changed_functions, living_functions, put_in_place
from tests.mutation_operators import OURS, THEIRS

ROOT = Path(__file__).parent.parent
MODULES = (
    "models/rules",
    "models/ladder.py",
    "models/ladder_subjects.py",
    "models/calendars.py",
    "models/visibility.py",
    "models/release.py",
)
TESTS = "tests/models"
APART = "test_any_commands.py"
"""Plays for most of a minute through nearly every line: it judges only what the other tests let pass."""

_LEFT = ROOT / "build" / "mutation.json"
_PATIENCE = 10
"""Seconds of the processor that a run may take besides five times what its tests took without a change."""


class Mutant(NamedTuple):
    """A change: which operator (``tests.mutation_operators``), at the how manieth place that it knows in the module."""

    path: str
    line: int
    operator: str
    occurrence: int


_COLLECTED = "collected"
"""What runs while tests are collected, after all of the product is imported."""


class Covered(NamedTuple):
    """What the tests come through: tests by file and line, "" for the import; and what each took, in seconds."""

    tests: dict[str, dict[int, set[str]]]
    took: dict[str, float]


# changes -----------------------------------------------------------------------------------------------------------


@cache
def operators() -> dict[str, Any]:
    """The operators by name."""
    return {name: get_operator(f"core/{name}")() for name in THEIRS} | {one.__name__: one() for one in OURS}


def changed(mutant: Mutant) -> str:
    """The module's source with the change."""
    source = (ROOT / mutant.path).read_text(encoding="utf-8")
    return str(mutate_code(source, operators()[mutant.operator], mutant.occurrence))


def _in_a_type(tree: ast.AST) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations stand: they say nothing when the product runs."""
    typed = (getattr(node, name, None) for node in ast.walk(tree) for name in ("annotation", "returns"))
    return [((one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)) for one in typed if one]


def places(path: Path) -> list[list[Mutant]]:
    """What can be changed in a module, by place."""
    source, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
    types, found = _in_a_type(ast.parse(source)), defaultdict(list)
    tree = get_ast(source)
    for operator, one in operators().items():
        at = (span for node in ast_nodes(tree) for span in one.mutation_positions(node))
        for number, (start, end) in enumerate(at):
            if not any(first <= start and end <= last for first, last in types):
                found[start, end].append(Mutant(name, start[0], operator, number))
    return list(found.values())


def sample(modules: Iterable[str], number: int, seed: int) -> list[Mutant]:
    """So many changes, at least one of each module that has any; each module's part is that of its places."""
    drawn = random.Random(seed)  # noqa: S311 a sample is to be drawn again
    files = [file for one in modules for file in sorted((ROOT / one).rglob("*.py")) or [ROOT / one]]
    known = {file: places(file) for file in files}
    every = sum(map(len, known.values()))
    parts = ((here, max(1, round(number * len(here) / every))) for here in known.values() if here)
    return [drawn.choice(place) for here, part in parts for place in drawn.sample(here, min(part, len(here)))]


# runs --------------------------------------------------------------------------------------------------------------


def _apart(run: Callable[[], int], seconds: int = resource.RLIM_INFINITY) -> int:
    """The exit status of a run in a process of its own that says nothing; 0 is well, below 0 the signal that ended it."""
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 70
    try:
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(quiet, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        status = run()
    finally:
        os._exit(status)


def _pytest(paths: Iterable[str], *plugins: object) -> int:
    told = [
        "-x",
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-o",
        "addopts=--import-mode=importlib",
    ]
    return int(pytest.main([*told, "--hypothesis-seed=1", *paths], plugins=list(plugins)))


class _Contexts:
    """Tells coverage which test runs, and notes what each took."""

    def __init__(self, seen: coverage.Coverage) -> None:
        self.seen = seen
        self.took: dict[str, float] = defaultdict(float)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.seen.switch_context(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.took[report.nodeid] += report.duration


def cover(folder: Path) -> Covered:
    """Run the tests once as they are.

    Raises:
        SystemExit: one fails without a change.
    """

    def run() -> int:
        seen = coverage.Coverage(data_file=folder / "seen", source=[str(ROOT / "models")], config_file=False)
        contexts = _Contexts(seen)
        seen.start()
        for file in sorted((ROOT / "models").rglob("*.py")):
            import_module(_module(file))
        seen.switch_context(_COLLECTED)
        status = _pytest([TESTS, f"--ignore={TESTS}/{APART}"], contexts)
        seen.stop()
        seen.save()
        loaded = [name for name, one in sys.modules.items() if not _is_ours(one)]
        (folder / "took").write_text(json.dumps([contexts.took, loaded]))
        return status

    if _apart(run):
        raise SystemExit(f"A test fails without a change: python -m pytest {TESTS}")
    data = coverage.CoverageData(folder / "seen")
    data.read()
    took, loaded = json.loads((folder / "took").read_text())
    for name in loaded:  # what is imported here is not imported again for each change
        with suppress(Exception):
            import_module(name)
    by_file = {Path(file).relative_to(ROOT).as_posix(): data.contexts_by_lineno(file) for file in data.measured_files()}
    tests = {
        file: {line: set(names) - {_COLLECTED} for line, names in lines.items()} for file, lines in by_file.items()
    }
    return Covered(tests, took)


def _is_ours(module: ModuleType) -> bool:
    file = Path(getattr(module, "__file__", None) or "/")
    return file.is_relative_to(ROOT) and "site-packages" not in file.parts


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _met(mutant: Mutant, covered: Covered) -> set[str]:
    """The tests that come through what is changed, and "" where the import does: by its line, else its statement."""
    lines = covered.tests.get(mutant.path, {})
    if found := lines.get(mutant.line):
        return found
    around = [one for one in ast.walk(_tree(mutant.path)) if isinstance(one, ast.stmt)]
    begun = [one for one in around if one.lineno <= mutant.line <= (one.end_lineno or one.lineno)]
    if not begun:
        return {""}
    inner = max(begun, key=lambda one: one.lineno)
    return set[str]().union(*(lines.get(line, ()) for line in range(inner.lineno, mutant.line + 1)))


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def runs_at_import(mutant: Mutant, covered: Covered) -> bool:
    """Whether what is changed runs when its module is imported."""
    file = ROOT / mutant.path
    with suppress(SyntaxError):
        made = changed_functions(str(file), file.read_text(encoding="utf-8"), changed(mutant))
        return made is None or "" in _met(mutant, covered)
    return True


def tests_of(mutant: Mutant, covered: Covered) -> list[str]:
    """The tests that come through what is changed, the quickest first.

    Where it runs at import alone all tests: first those of what it defines (the function below a decorator). What is
    imported as a table, as the rules are, may be read by a test that comes through no line of the module.
    """
    if (found := _met(mutant, covered)) != {""}:
        return sorted(found - {""}, key=lambda test: covered.took.get(test, 0))
    lines = covered.tests.get(mutant.path, {})
    starts = [
        (min([one.lineno, *(d.lineno for d in getattr(one, "decorator_list", []))]), one)
        for one in _tree(mutant.path).body
    ]
    around = [range(start, (one.end_lineno or start) + 1) for start, one in starts]
    near = {test for span in around if mutant.line in span for line in span for test in lines.get(line, ())}
    return sorted(covered.took, key=lambda test: (test not in near, covered.took[test]))


class _Chosen:
    """Runs these tests alone, in this order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.place = {test: number for number, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((one for one in items if one.nodeid in self.place), key=lambda one: self.place[one.nodeid])


class _Changed(MetaPathFinder, SourceLoader):  # type: ignore[misc]  # the library's own two differ
    """Imports one module from a source that is in no file."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = ROOT / path, source
        self.name = _module(self.path)

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        folder = [str(self.path.parent)] if self.path.name == "__init__.py" else None
        found = {"loader": self, "submodule_search_locations": folder}
        return spec_from_file_location(fullname, self.path, **found) if fullname == self.name else None  # type: ignore[arg-type]

    def get_filename(self, fullname: str) -> str:
        return str(self.path)

    def get_data(self, path: str | bytes) -> bytes:
        return self.source.encode()


def _patience(tests: Iterable[str], covered: Covered) -> int:
    return _PATIENCE + int(5 * sum(covered.took[test] for test in tests))


def _end(status: int) -> str:
    return "survived" if status == 0 else "by a test" if status == 1 else "by its length" if status < 0 else "at import"


def judged_anew(mutant: Mutant, covered: Covered, *, by_all: bool) -> str:
    """What became of a change with which its module is imported, and all tests.

    ``by a test``, ``at import``, ``by its length``, or ``survived``.
    """
    chosen = tests_of(mutant, covered)
    files = {test.partition("::")[0] for test in chosen}

    def run() -> int:
        sys.meta_path.insert(0, _Changed(mutant.path, changed(mutant)))
        return _pytest([TESTS]) if by_all else _pytest(sorted(files), _Chosen(chosen))

    return _end(_apart(run, 600 if by_all else _patience(chosen, covered)))


class _InPlace:
    """Imports and collects all tests, and instead of running them judges changes of functions by those that meet each."""

    def __init__(self, mutants: Sequence[Mutant], covered: Covered, tell: Callable[[Mutant, str], None]) -> None:
        self.mutants, self.covered, self.tell = mutants, covered, tell

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        living = living_functions(str(ROOT / "models"))
        items = {one.nodeid: one for one in session.items}
        for mutant in self.mutants:
            chosen = tests_of(mutant, self.covered)
            seconds = _patience(chosen, self.covered)
            run = partial(self._run, mutant, living, [items[test] for test in chosen], session)
            self.tell(mutant, _end(_apart(run, seconds)))
        return True

    def _run(self, mutant: Mutant, living: Living, items: Sequence[pytest.Item], session: pytest.Session) -> int:
        file, after = ROOT / mutant.path, changed(mutant)
        sys.meta_path.insert(0, _Changed(mutant.path, after))  # where a test imports it only when it runs
        put_in_place(str(file), file.read_text(encoding="utf-8"), after, living)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return 1
        return 0


# what is told ------------------------------------------------------------------------------------------------------


def shown(mutant: Mutant) -> Iterator[str]:
    """A change as two lines: what stands there, and what was made of it."""
    before = (ROOT / mutant.path).read_text(encoding="utf-8").splitlines()
    after = changed(mutant).splitlines()
    at = next((n for n, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), mutant.line - 1)
    yield f"{mutant.path}:{at + 1} {mutant.operator}"
    yield f"    - {before[at].strip()}"
    yield f"    + {after[at].strip()}"


def main() -> int:
    """Draw, judge and tell; 1 when more than one in ten was found by no test."""
    asked = argparse.ArgumentParser(prog="make mutation", description="Do the tests find a changed rule?")
    asked.add_argument("modules", nargs="*", default=MODULES, metavar="MODULE")
    asked.add_argument("--number", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--again", type=Path, metavar="FILE")
    asked.add_argument("--every-test", action="store_true")
    told = asked.parse_args()
    again = [Mutant(*one) for one in json.loads(told.again.read_text())] if told.again else None
    mutants = sample(told.modules, told.number, told.seed) if again is None else again
    ends: dict[str, Counter[str]] = defaultdict(Counter)
    left: list[Mutant] = []
    _LEFT.parent.mkdir(exist_ok=True)

    def tell(mutant: Mutant, end: str) -> None:
        ends[mutant.path][end] += 1
        if end == "survived":
            left.append(mutant)
            print(*shown(mutant), sep="\n", flush=True)
        _LEFT.write_text(json.dumps(left))
        number = sum(map(Counter.total, ends.values()))
        print(f"{number} of {len(mutants)}, {len(left)} left", end="\r", file=sys.stderr, flush=True)

    with TemporaryDirectory() as folder:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        covered = cover(Path(folder))
        anew = [one for one in mutants if told.every_test or runs_at_import(one, covered)]
        for mutant in anew:
            tell(mutant, judged_anew(mutant, covered, by_all=told.every_test))
        if rest := [one for one in mutants if one not in anew]:
            random.Random(told.seed).shuffle(rest)  # noqa: S311 see above
            without = ["-s", f"--ignore={TESTS}/{APART}"]
            _pytest([*without, TESTS], _InPlace(rest, covered, tell))
    print("\n| module | changes | found | of these at import | by its length |\n|---|---|---|---|---|")
    for path, by in sorted(ends.items()):
        found = by.total() - by["survived"]
        print(f"| `{path}` | {by.total()} | {found} | {by['at import']} | {by['by its length']} |")
    rate = 1 - len(left) / max(1, len(mutants))
    print(f"\n{len(mutants)} changes, {len(mutants) - len(left)} found: {rate:.1%}")
    return int(rate < 0.9)


if __name__ == "__main__":
    sys.exit(main())
