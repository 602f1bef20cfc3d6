"""Every setting and every make target is documented, with its real default."""

import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")


def rows() -> list[str]:
    """The table of settings as docs/running.md must have it."""
    table = []
    for name, field in Settings.model_fields.items():
        assert not field.is_required(), f"{name} has no default: `make run` must need no setting"
        default = (
            None if field.default is PydanticUndefined else field.default
        )  # made from others: see meaning
        shown = (
            "" if default is None else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        )
        table.append(f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |")
    return table


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    missing = [row for row in rows() if row not in RUNNING]

    assert not missing, "put these lines into docs/running.md:\n" + "\n".join(missing)


def test_the_documents_name_no_setting_that_does_not_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {"AHG_VERSION"}  # the image's tag

    named = set(re.findall(r"\bAHG_[A-Z_]+\b", RUNNING))

    assert named <= known


def test_every_make_target_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None

    explained = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))

    assert explained == set(phony[1].split())


def test_links_between_documents_lead_somewhere() -> None:
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    pages += (ROOT / "docs").rglob("*.md")
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_the_lock_files_hold_hashes_and_no_addresses() -> None:
    pins = {}
    for name in ("requirements.lock", "requirements-run.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        pins[name] = set(re.findall(r"^([a-z0-9-]+==[^ ]+)", text, re.MULTILINE))
        assert text.count("--hash=sha256:") >= len(pins[name])

    assert pins["requirements-run.lock"] < pins["requirements.lock"]
