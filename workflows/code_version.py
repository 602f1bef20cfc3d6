"""Which code of workflows this is: two versions that could do other things with a history have other names."""

import platform
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import models

_PACKAGES = ("temporalio", "pydantic", "pydantic_core", "cryptography", "tzdata")
"""What workflows are run by and import, besides the pure half of this product."""


@cache
def code_version() -> str:
    """The name that histories keep of the code that carried them on; the same on all machines that have the same code.

    It changes with any file of ``workflows`` and ``models``, with Python and with the packages that they import: whoever
    completed the newest task of a history under this name has replayed it, or written it, with this very code.
    """
    digest = sha256()
    for name, content in _parts():
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return f"ahg {version('ahg')} {digest.hexdigest()[:16]}"


def _parts() -> Iterator[tuple[str, bytes]]:
    yield "python", platform.python_version().encode()
    for package in _PACKAGES:
        yield package, version(package).encode()
    for folder in (Path(__file__).parent, Path(models.__file__).parent):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                yield path.relative_to(folder.parent).as_posix(), path.read_bytes()
