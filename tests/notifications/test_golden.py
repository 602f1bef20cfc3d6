"""Every kind of notice as its reader sees it, in every language, compared with files that are read before a commit."""

from pathlib import Path

import pytest

from models.notices import OF_NO_CASE
from notifications.catalogues import SOURCE
from notifications.environment import mail_languages
from notifications.preview import reader_of
from notifications.registry import REGISTRY
from tests.notifications.samples import mail, parts

GOLDEN = Path(__file__).parent / "golden"


def _folder(language: str) -> Path:
    return GOLDEN if language == SOURCE else GOLDEN / language


@pytest.mark.parametrize("language", mail_languages())
@pytest.mark.parametrize("kind", [*REGISTRY, *OF_NO_CASE])
def test_a_mail_reads_as_agreed(kind: str, language: str, write_golden: bool) -> None:
    reader = reader_of(kind).model_copy(update={"language": language})
    message = mail(kind, reader=reader)
    text, page = parts(message)
    written = {f"{kind}.txt": f"Subject: {message['Subject']}\n\n{text}", f"{kind}.html": page}
    for name, content in written.items():
        path = _folder(language) / name
        if write_golden:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == content, (
            f"{path.relative_to(GOLDEN)} differs; `make golden` writes it anew"
        )


@pytest.mark.parametrize("language", mail_languages())
def test_no_golden_file_is_left_of_a_kind_that_is_gone(language: str) -> None:
    assert {path.stem for path in _folder(language).iterdir() if path.is_file()} == {*REGISTRY, *OF_NO_CASE}


def test_no_golden_folder_is_left_of_a_language_that_is_gone() -> None:
    assert {path.name for path in GOLDEN.iterdir() if path.is_dir()} == set(mail_languages()) - {SOURCE}
