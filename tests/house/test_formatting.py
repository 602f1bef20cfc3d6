"""The formatter is switched off nowhere without a reason, and in few places."""

import re
import subprocess

from tests.house.source import ROOT

MOST = 20
_OFF = re.compile(r"#\s*(?:fmt|yapf):\s*(?:skip|off)\b(?P<reason>.*)")


def test_the_formatter_is_switched_off_only_with_a_reason_and_rarely() -> None:
    listed = subprocess.run(
        ("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [ROOT / name for name in listed.stdout.split()]
    found = [
        (file.relative_to(ROOT).as_posix(), match["reason"].strip(" -"))
        for file in files
        if file.exists() and file != ROOT / "tests" / "house" / "test_formatting.py"
        for match in _OFF.finditer(file.read_text(encoding="utf-8"))
    ]

    assert [path for path, reason in found if not reason] == []
    assert len(found) < MOST
