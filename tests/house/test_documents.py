"""What a document, docstring or comment cites is in the repository: files, modules, and names of the code."""

import ast
import builtins
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import MODULES, PACKAGES, ROOT, defined, trees

_TEXTS = ("*.py", "*.md", "*.html", "*.txt", "*.yaml", "*.toml", "Makefile", "Dockerfile")
_FOLDERS = "|".join((*PACKAGES, "docs", "migrations", "tests"))
_PATH = re.compile(rf"(?<![\w./<-])((?:{_FOLDERS})/[\w./-]*\w|[\w-]+\.md)(?![\w/<*{{-])")
_MODULE = re.compile(rf"``((?:{'|'.join((*PACKAGES, *MODULES))})(?:\.\w+)+)``")
_ELSEWHERE = re.compile(r"\bdesign\.md\b|\bdesign,? section\b|\bissue #?\d", re.IGNORECASE)
"""Documents that are not part of the product: its readers do not have them."""

_ANY = re.compile(r"\b[A-Z]+-[A-Z]+\b")
_NAME = re.compile(r"``([A-Z]\w+)``")
_RAISED = re.compile(r"^ *Raises:\n((?: +\w[^\n]*\n?)+)", re.MULTILINE)
_NO_NAMES = {"EXAMINE": "a command of IMAP"}
"""Words in double backticks that look like a class or a constant and are none."""

GIVEN_NAMES = {"tests/house/test_documents.py"}
"""Files that write such names without citing anything."""


def _texts() -> Iterator[tuple[str, str]]:
    """Every text of the repository by its path; golden mails and catalogues cite nothing."""
    listed = subprocess.run(
        ("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *_TEXTS),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for path in listed.stdout.split():
        if path not in GIVEN_NAMES and "/golden/" not in path and (ROOT / path).exists():
            yield path, (ROOT / path).read_text(encoding="utf-8")


def _is_there(cited: str, path: str) -> bool:
    """Whether a file or folder is there: from the root, from ``docs``, or from the folder of the text that cites it.

    A name in capitals stands for any, as in ``DATE-COMMIT.tar.xz``.
    """
    if _ANY.search(cited):
        return True
    places = (ROOT, ROOT / "docs", (ROOT / path).parent)
    return any((place / cited).exists() for place in places)


def test_every_file_that_is_cited_is_in_the_repository() -> None:
    found = [(path, match[1]) for path, text in _texts() for match in _PATH.finditer(text)]
    missing = [f"{path}: {cited}" for path, cited in found if not _is_there(cited, path)]

    assert len(found) > 100
    assert missing == []


def test_no_document_is_cited_that_readers_of_the_repository_do_not_have() -> None:
    cited = [f"{path}: {match[0]}" for path, text in _texts() for match in _ELSEWHERE.finditer(text)]

    assert cited == []


def test_every_module_that_a_docstring_or_comment_cites_is_there_with_the_name() -> None:
    """``records.ledger`` is a module, ``records.ledger.Batch`` a name in it, or an attribute of such a name."""
    found = [(path, match[1]) for path, text in _texts() if path.endswith(".py") for match in _MODULE.finditer(text)]

    assert len(found) > 20
    assert [f"{path}: {cited}" for path, cited in found if not _names_something(cited)] == []


def _names_something(cited: str) -> bool:
    parts = cited.split(".")
    for length in range(len(parts), 0, -1):
        folder = ROOT.joinpath(*parts[:length])
        file = next((one for one in (folder.with_suffix(".py"), folder / "__init__.py") if one.exists()), None)
        if file is not None:
            return length == len(parts) or parts[length] in _names_in(file)
    return False


def _names_in(file: Path) -> set[str]:
    """The names of a module: what it defines, and what a package offers by importing it."""
    tree = trees()[file.relative_to(ROOT).as_posix()]
    offered = (alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names)
    return {*defined(tree), *(offered if file.name == "__init__.py" else ())}


def test_every_class_or_constant_that_a_docstring_names_is_there() -> None:
    """Names in double backticks, and the errors below ``Raises:``."""
    known = {*dir(builtins), *_NO_NAMES, *(name for tree in trees().values() for name in _words_of(tree))}
    missing = [
        f"{path}: {name}"
        for path in trees()
        for name in _named((ROOT / path).read_text(encoding="utf-8"))
        if name not in known
    ]

    assert missing == []


def _named(text: str) -> Iterator[str]:
    yield from _NAME.findall(text)
    for errors in _RAISED.findall(text):
        yield from re.findall(r"^ +([A-Z]\w+):", errors, re.MULTILINE)


def _words_of(tree: ast.Module) -> Iterator[str]:
    """Every name that a module uses, and what stands in its short strings: values that enumerations and tables hold."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                yield name.rpartition(".")[2]
            case ast.Constant(value=str(words)) if len(words) < 80:
                yield from re.findall(r"\w+", words)
