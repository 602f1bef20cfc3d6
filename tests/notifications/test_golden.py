"""Every kind of notice as its reader sees it, compared with files that are read before they are committed."""

from pathlib import Path

import pytest

from notifications.registry import REGISTRY
from tests.notifications.samples import mail, parts

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("kind", REGISTRY)
def test_a_mail_reads_as_agreed(kind: str, write_golden: bool) -> None:
    message = mail(kind)
    text, page = parts(message)
    written = {
        GOLDEN / f"{kind}.txt": f"Subject: {message['Subject']}\n\n{text}",
        GOLDEN / f"{kind}.html": page,
    }
    for path, content in written.items():
        if write_golden:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == content, (
            f"{path.name} differs; `make golden` writes it anew"
        )


def test_no_golden_file_is_left_of_a_kind_that_is_gone() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(REGISTRY)
