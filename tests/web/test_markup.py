"""What people write stays text: every text field of every command and of a request, on every page that shows it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from models.agenda import next_act
from models.commands import parse
from models.members import Directory
from models.posts import Post
from models.refusal import Refused
from models.rules import allowed
from ops.scenarios.reading import read_scenario
from tests.web.place import Place
from tests.web.programs import Recorded
from web.kit.forms import FORMS

_FOLDER = Path(__file__).parents[1] / "scenarios"
_RULES = ("correction-of-form-needs-no-new-silence", "an-announced-day-moves-open-deadlines")
"""Scenarios of rules that have texts of commands which no longer scenario has."""
SCENARIOS = [*sorted(_FOLDER.glob("*.yaml")), *(_FOLDER / "rules" / f"{name}.yaml" for name in _RULES)]
MARK = "javascript:zz\"'><xss onclick=1>{{ 7*7 }}%(a)s 100%</textarea></title><!--"
"""Breaks out of a text, an attribute, a text area, a title or a template, if it is let."""

_BROKEN_OUT = re.compile(
    r"javascript:zz[\"']|<xss|</textarea></title>|(?:href|src|action)=[\"']?\s*javascript:|49%\(a\)s"
)
_REFERS = ("title", "outcome", "arrangement", "meeting")
"""Fields by which a thing is called that was named in another command; marked everywhere, they still agree."""

_DECIDES = ("corrects",)
"""Fields that make of a command another one; marked where a scenario fills them."""

_SHORT = 300 - len(MARK)
POSTS = ("AU/co-chair", "RSO/secretariat", "MY/focal-point", "LK/focal-point", "NZ/steering-group")


def marked(value: Any) -> Any:
    """A text with the mark, in lists and tables as well; what only looks like a text field keeps its value."""
    if isinstance(value, str):
        return f"{value[:_SHORT]}{MARK}"
    if isinstance(value, list | tuple):
        return [marked(one) for one in value]
    return value


def texts_of(do: str) -> Iterator[tuple[str, str]]:
    """The fields of a command that take any text, with their kind of field."""
    for field in FORMS[do].fields:
        if field.widget in ("prose", "line", "lines", "person", "figures") or field.name in _REFERS:
            yield field.name, field.widget


def filled(do: str, given: Mapping[str, Any], by: str) -> tuple[dict[str, Any], set[str]]:
    """The fields of a command with every text marked, and the names of those; what the command would refuse stays."""
    fields: dict[str, Any] = parse(do, given, by=by, command_id="x").body.model_dump(mode="json", exclude={"do"})
    fields = {name: value for name, value in fields.items() if value is not None}
    done = set()
    for name, widget in texts_of(do):
        if (do, name) in _NO_TEXT:
            continue
        before = fields.get(name)
        if widget == "person":
            known = before or {"name": "Somebody"}
            new: Any = {"name": marked(known["name"]), "email": known.get("email") or "somebody@example.org"}
        elif widget == "figures":
            new = [{**one, "what": marked(one["what"]), "source": marked(one["source"])} for one in before or ()]
        elif widget == "lines":
            new = marked(list(before or ["one"]))
        elif name in (*_REFERS, *_DECIDES) and not before:
            continue
        else:
            new = marked(before or "")
        try:
            parse(do, {**fields, name: new}, by=by, command_id="x")
        except Refused:
            continue
        fields[name] = new
        done.add(name)
    return fields, done


def acted_for(given: Mapping[str, Any], by: str) -> dict[str, Any]:
    """Acting for a post, with the reason marked; the command inside calls things by their marked names."""
    body = parse("act_for", given, by=by, command_id="x").body.model_dump(mode="json", exclude={"do"})
    inner = body["command"]
    called = {name: marked(inner[name]) for name in _REFERS if inner.get(name)}
    return {**body, "text": MARK, "command": {**inner, **called}}


REQUEST = {
    "situation": MARK,
    "done": MARK,
    "asks": [MARK],
    "since": "2009-10-01",
    "routes": [{"from": marked("LK"), "via": [marked("somewhere")], "to": marked("far"), "by": marked("sea")}],
    "grounds": [
        {"ground": "landing", "number": 3, "sources": [marked("papers")]},
        {"member": marked("place"), "ground": "rescue"},
    ],
    "figures": [{"what": marked("boats"), "number": 3, "as_of": "2009-10-01", "source": marked("papers")}],
    "attachments": [{"name": marked("map"), "sha256": "a" * 64, "size": 3, "kind": "application/pdf"}],
}


_TABLES = ("routes", "figures", "grounds")
"""Tables of a request, of which the lines of a scenario stay: they say who may join it."""


def assert_text(path: str, page: str) -> None:
    """Nothing of the mark has broken out of its place."""
    found = _BROKEN_OUT.search(page)
    assert found is None, f"{path}: {page[max(0, found.start() - 120) : found.end() + 60]}"


class Reader:
    """Reads pages and finds what has broken out of its place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.read = 0
        self.shown = 0

    async def look(self, http: httpx.AsyncClient, path: str) -> None:
        """One page; 404 is as good as any."""
        page = await http.get(path)
        assert page.status_code in (200, 303, 404, 422), f"{path}: {page.status_code}"
        self.read += 1
        self.shown += "&lt;xss" in page.text
        assert_text(path, page.text)

    async def everywhere(self, table: Recorded, posts: Sequence[str] = POSTS) -> None:
        """Every page of a case as each of the posts, and the forms of all that it may do."""
        reference = await table.record(self.place)
        self.place.now = table.now
        for post in posts:
            async with self.place.browser() as http:
                await self.place.as_post(http, post)
                for path in ("/", "/cases", "/board", f"/request/{reference}"):
                    await self.look(http, path)
                for tail in ("", "/versions", "/log", "/notices"):
                    await self.look(http, f"/cases/{reference}{tail}")
                for do in (one for one in allowed(table.case, Post(post)) if one in FORMS):
                    await self.look(http, f"/cases/{reference}/do/{do}?text={quote(MARK)}&outcome={quote(MARK)}")


def named(directory: Directory) -> Directory:
    """The directory with a member whose name is markup."""
    member = directory.members["MY"]
    renamed = member.model_copy(update={"name": marked(member.name)})
    return directory.model_copy(update={"members": {**directory.members, "MY": renamed}})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is written does not depend on it
async def test_every_text_field_of_every_command_stays_text_on_every_page(place: Place) -> None:
    reader, done, stages = Reader(place), set(), set()
    await place.sql("UPDATE members SET name = :name WHERE code = 'MY'", name=marked("Malaysia"))
    await place.sql("UPDATE holders SET name = :name WHERE post LIKE 'MY/%'", name=marked("Somebody"))
    for number, file in enumerate(SCENARIOS, start=1):
        scenario = read_scenario(file)
        table = Recorded(number, policy=scenario.policy_document(), now=scenario.start)
        table.case = table.case.model_copy(update={"directory": named(table.case.directory)})
        draft: Mapping[str, Any] = {}
        for at, act in scenario.in_order(table.case.calendars):
            while (next_ := next_act(table.case)) is not None and next_.at <= at:
                table.until(next_.at)
            table.until(max(at, table.now))
            if act.do == "draft" and not act.refused:
                draft = act.fields
            if act.do in (None, "draft", "adopt") or act.refused:
                continue
            assert act.do is not None
            if act.do in FORMS:
                fields, now_done = filled(act.do, act.fields, str(act.by))
                done |= {(act.do, name) for name in now_done}
            else:
                fields = {**draft, **act.fields}
                if act.do == "act_for":
                    fields = acted_for(act.fields, str(act.by))
                if act.do == "submit":
                    told = {name: (*fields.get(name, ()), *REQUEST.get(name, ())) for name in _TABLES}
                    fields = {**fields, **REQUEST, **told, "title": marked(fields["title"])}
            table.do(str(act.by), act.do, fields)
            if table.case.stage not in stages:
                stages.add(table.case.stage)
                await reader.everywhere(table)
        await reader.everywhere(table, ["RSO/secretariat"])
    wanted = {(do, name) for do in FORMS for name, _ in texts_of(do)}
    assert wanted - done <= {("adopt", "text"), *_NO_TEXT}
    assert reader.shown > reader.read / 4


_NO_TEXT = {("extend", "by"), ("add_arrangement", "every"), ("circulate", "keep"), ("reword", "keep")}
"""Lines of a form that take a span of time, or names that stand in another text, and nothing else."""


async def test_what_an_address_carries_stays_text(place: Place) -> None:
    table = Recorded()
    table.do("LK/focal-point", "submit", {"title": "Boats", "situation": "They leave.", "affected": ["MY"]})
    place.now = table.now
    reference = await table.record(place)
    sent = quote(MARK)
    async with place.browser() as http:
        for path in (f"/sign-in?next=/{sent}", f"/sign-in/{sent}", f"/answer/{sent}", f"/{sent}"):
            await _look_at_any(http, path)
        await place.as_post(http, "RSO/secretariat")
        for path in (
            f"/cases?stage={sent}&urgency={sent}&open={sent}&after={sent}",
            f"/cases/{sent}",
            f"/account/post?next=/{sent}",
            f"/cases/{reference}/do/{sent}",
            f"/cases/{reference}/do/return?for={sent}",
            f"/cases/{reference}/log?after={sent}",
            f"/cases/{reference}/act-for?post={sent}",
            f"/cases/{reference}/notices?after={sent}",
            f"/cases/{reference}?entry={sent}",
            f"/request/new/{sent}",
            f"/second-factor?next=/{sent}",
            f"/static/{sent}",
        ):
            await _look_at_any(http, path)


async def _look_at_any(http: httpx.AsyncClient, path: str) -> None:
    page = await http.get(path)
    assert page.status_code < 500, path
    assert_text(path, page.text)
    assert not re.search(r"[\r\n]", page.headers.get("location", ""))
