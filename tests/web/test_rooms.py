"""The rooms of web/: each says what stands in it, and its templates stand in a folder of its name."""

import ast
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
ROOMS = sorted(file.parent for file in WEB.rglob("__init__.py"))
TEMPLATES = WEB / "templates"
_NAMED = re.compile(r'"([\w/]+\.html)"')


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(WEB.parent)))
def test_a_room_names_every_module_in_it(room: Path) -> None:
    said = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""
    there = {file.stem for file in room.glob("*.py")} - {"__init__"}
    there |= {inner.name for inner in ROOMS if inner.parent == room}

    assert [name for name in sorted(there) if f"``{name}``" not in said] == []


def test_templates_stand_in_the_folders_of_rooms() -> None:
    rooms = {room.name for room in ROOMS if room.parent == WEB}

    assert {file.relative_to(TEMPLATES).parts[0] for file in TEMPLATES.rglob("*.*")} <= rooms


def test_every_template_that_is_named_is_there_and_every_page_is_named() -> None:
    sources = [*WEB.rglob("*.py"), *TEMPLATES.rglob("*.html")]
    named = {name for file in sources for name in _NAMED.findall(file.read_text(encoding="utf-8"))}
    named |= {"body.html", "admin/holder.html", "admin/alternate.html"}  # by the mail with a link; by web.admin.offices
    there = {str(file.relative_to(TEMPLATES)).removeprefix("signin/link_mail/") for file in TEMPLATES.rglob("*.html")}

    assert named == there
