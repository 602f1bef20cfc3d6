"""The templates of web/ stand in folders named as its rooms, and each of them is used."""

import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "web"
TEMPLATES = WEB / "templates"
_NAMED = re.compile(r'"([\w/]+\.html)"')


def test_templates_stand_in_the_folders_of_rooms() -> None:
    rooms = {file.parent.name for file in WEB.glob("*/__init__.py")}

    assert {file.relative_to(TEMPLATES).parts[0] for file in TEMPLATES.rglob("*.*")} <= rooms


def test_every_template_that_is_named_is_there_and_every_page_is_named() -> None:
    sources = [*WEB.rglob("*.py"), *TEMPLATES.rglob("*.html")]
    named = {name for file in sources for name in _NAMED.findall(file.read_text(encoding="utf-8"))}
    named |= {"link.html", "told.html", "admin/holder.html", "admin/alternate.html"}  # by code
    there = {str(file.relative_to(TEMPLATES)).removeprefix("kit/account_mail/") for file in TEMPLATES.rglob("*.html")}

    assert named == there
