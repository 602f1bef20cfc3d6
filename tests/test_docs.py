"""The documents say what is so: settings, commands, notices, files, and the check of an exported log."""

import json
import re
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from models.projection import step_of
from ops.commands.cases import exported_entry
from ops.scenarios.expected import Expected
from ops.scenarios.reading import checked as checked_scenario
from settings import PREFIX, SECRETS, Settings
from tests.reference import MADE_OF_CODE, page
from tests.tabletop import REQUEST, Tabletop

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS += sorted((ROOT / "docs").rglob("*.md"))
RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")


def rows() -> list[str]:
    """The table of settings as docs/running.md must have it."""
    table = []
    for name, field in Settings.model_fields.items():
        assert not field.is_required(), f"{name} has no default: `make run` must need no setting"
        default = None if field.default is PydanticUndefined else field.default  # made from others: see meaning
        shown = "" if default is None else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        meaning = " ".join((field.description or "").split())
        assert meaning, f"{name} has no docstring"
        table.append(f"| `{PREFIX}{name.upper()}` | {shown} | {meaning} |")
    return table


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    missing = [row for row in rows() if row not in RUNNING]

    assert not missing, "put these lines into docs/running.md:\n" + "\n".join(missing)


def test_the_documents_name_no_setting_that_does_not_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {"AHG_VERSION"}  # the image's tag
    known |= {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}

    named = set(re.findall(r"\bAHG_[A-Z_]+\b", RUNNING))

    assert named <= known


def test_every_make_target_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None

    explained = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))

    assert explained == set(phony[1].split())


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{document.name}: {target}"
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]

    assert broken == []


def test_the_lock_files_hold_hashes_and_no_addresses() -> None:
    pins = {}
    for name in (file.name for file in ROOT.glob("requirements*.lock")):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        pins[name] = set(re.findall(r"^([a-z0-9-]+==[^ ]+)", text, re.MULTILINE))
        assert text.count("--hash=sha256:") >= len(pins[name])

    assert pins["requirements-run.lock"] < pins["requirements.lock"]


# what the code tells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MADE_OF_CODE)
def test_a_page_that_the_code_tells_is_not_stale(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")

    assert written == page(name), "run: python -m tests.reference"


def test_every_file_and_every_name_in_it_that_a_document_points_to_exists() -> None:
    """``path/file.py`` must be a file; after ``path/file.py:name``, the file must define the name."""
    missing = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for path, name in re.findall(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|csv|yaml|toml))(?::([\w.]+))?`", text):
            file = ROOT / path
            if not file.exists():
                missing.append(f"{document.name}: {path}")
                continue
            *_, last = name.split(".")
            defined = rf"^\s*(?:(?:async )?def|class) {last}\b|^\s*(?:self\.)?{last}\b.*=|^\s*{last}: "
            if last and not re.search(defined, file.read_text(encoding="utf-8"), re.MULTILINE):
                missing.append(f"{document.name}: {path}:{name}")

    assert missing == []


def test_the_map_names_every_folder_and_module_of_the_product() -> None:
    product = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    folders = product["setuptools"]["packages"]["find"]["include"]
    modules = product["setuptools"]["py-modules"]
    names = [f"`{folder.rstrip('*')}/`" for folder in folders] + [f"`{module}.py`" for module in modules]
    text = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")

    assert [name for name in names if f"| {name} |" not in text] == []


def test_every_decision_is_a_record_with_context_decision_and_consequences() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    for number, record in enumerate(records, start=1):
        text = record.read_text(encoding="utf-8")
        assert record.name.startswith(f"{number:04d}-")
        assert text.startswith(f"# {number}. ")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{record.name} lacks {part}"


# scenarios --------------------------------------------------------------------------------------------------

SCENARIOS = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_every_expectation_is_documented() -> None:
    assert [name for name in Expected.model_fields if f"| `{name}` |" not in SCENARIOS] == []


def test_the_scenario_in_the_documents_can_be_read() -> None:
    block = re.search(r"```yaml\n(.+?)```", SCENARIOS, re.DOTALL)
    assert block is not None

    scenario, problems = checked_scenario(block[1])

    assert problems == []
    assert scenario is not None
    assert scenario.policy_document().routine.gate == "3wd"


# the log ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported() -> list[str]:
    """The exported log of a case with clock acts, a telephoned answer and text in several scripts."""
    table = Tabletop()
    table.do("MY/focal-point", "submit", {**REQUEST, "title": "Perahu di selat \u2028 เรือ 😀"})
    table.wait(timedelta(days=4))
    table.do("RSO/secretariat", "accept")
    table.do("AU/co-chair", "decide", {"gate": "activation", "position": "approve"})
    table.do(
        "RSO/secretariat",
        "act_for",
        {
            "post": "ID/co-chair",
            "how": "telephone",
            "text": "no connection",
            "command": {"do": "decide", "gate": "activation", "position": "approve"},
        },
    )
    table.do("RSO/secretariat", "propose", {"members": ["NZ"]})
    return [json.dumps(exported_entry(entry), ensure_ascii=False) for entry in table.entries]


def checked(lines: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """What the program in docs/log.md says of a file with these lines."""
    block = re.search(r"```python\n(.+?)```", (ROOT / "docs" / "log.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    program, file = folder / "verify.py", folder / "case.jsonl"
    program.write_text(block[1], encoding="utf-8")
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    command = [sys.executable, "-I", str(program), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_program_in_the_documents_accepts_a_log(exported: list[str], tmp_path: Path) -> None:
    result = checked(exported, tmp_path)

    assert result.returncode == 0, result.stderr
    newest = json.loads(exported[-1])["hash"]
    assert result.stdout.strip().endswith(newest)
    assert result.stdout.startswith(f"{len(exported)} entries")


def _changed(line: str, **fields: object) -> str:
    return json.dumps({**json.loads(line), **fields}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("a post", 4),
        ("an event", 4),
        ("a moment", 4),
        ("how it was told", 4),
        ("left out", 4),
        ("moved", 4),
        ("put in", 5),
        ("begins late", 1),
    ],
)
def test_the_program_in_the_documents_finds_what_was_tampered_with(
    exported: list[str], tmp_path: Path, tampering: str, broken: int
) -> None:
    lines, fourth = list(exported), exported[3]
    match tampering:
        case "a post":
            lines[3] = _changed(fourth, by="AU/co-chair")
        case "an event":
            lines[3] = _changed(fourth, event={**json.loads(fourth)["event"], "more": ""})
        case "a moment":
            lines[3] = _changed(fourth, at="2026-03-02T03:00:00.000001+00:00")
        case "how it was told":
            lines[3] = _changed(fourth, acted_for={"by": "RSO/secretariat", "how": "", "why": ""})
        case "left out":
            del lines[3]
        case "moved":
            lines[3], lines[4] = lines[4], lines[3]
        case "put in":
            lines.insert(4, fourth)
        case _:
            del lines[0]

    result = checked(lines, tmp_path)

    assert result.returncode == 1
    assert f"entry {broken} does not follow" in result.stderr


# what docs/follow-a-decide.md tells -------------------------------------------------------------------------


def test_the_decide_that_is_followed_has_the_entries_and_notices_that_are_told() -> None:
    text = (ROOT / "docs" / "follow-a-decide.md").read_text(encoding="utf-8")
    block = re.search(r"^    position_taken,[^\n]*\n    [^\n]*$", text, re.MULTILINE)
    assert block is not None
    table = Tabletop()
    table.do("MY/focal-point", "submit", REQUEST)
    table.do("RSO/secretariat", "accept")
    table.do("AU/co-chair", "decide", {"gate": "activation", "position": "approve"})

    taken = table.do("ID/co-chair", "decide", {"gate": "activation", "position": "approve"})

    assert re.split(r",\s+", block[0].strip()) == [entry.type for entry in taken.entries]
    step = step_of(taken)
    assert {row.table for row in step.rows} == {"cases", "gates", "participants", "duties", "case_marks"}
    assert len(step.notices) == 12
    assert f"entry {taken.after.seq}: {taken.after.stage.value}" in text
