"""The changes of the directory: by whom, when, what it was before, and which running cases have heard of it."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import uuid4

import structlog
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from models.authentication import Means
from models.base import N_
from models.directory_changes import ChangeKind
from models.posts import SECRETARIAT, Capacity
from models.refusal import Refused
from notifications.texts import line
from notifications.words import Words
from records import directory_changes as record
from records.directory import names_of
from records.directory_changes import DirectoryChange
from web.kit.commands import CaseAway, give_command
from web.kit.csv_files import csv_answer
from web.kit.render import render, words_for_reader, words_of_page
from web.kit.roles import DirectoryReader, Secretariat
from web.kit.sessions import keyed_form
from web.kit.site import Site
from web.kit.visitor import Visitor, current_site

_LOG = structlog.get_logger(__name__)

router = APIRouter(prefix="/admin/directory", include_in_schema=False)

_A_PAGE = 100
_TELL_EVERY_SECONDS = 60.0
_TELL_FOR = timedelta(days=7)
"""So long after a change it is looked whether all cases have heard of it; then its page still shows it."""
_DONE: Mapping[ChangeKind, str] = {
    ChangeKind.HANDED_OVER: N_("%(by)s handed %(about)s over to %(person)s"),
    ChangeKind.DELEGATED: N_("%(by)s named %(person)s as alternate of %(about)s"),
    ChangeKind.RELIEVED: N_("%(by)s ended that %(person)s stands in for %(about)s"),
    ChangeKind.OFFICE: N_("%(by)s changed how the office of %(about)s works"),
    ChangeKind.DAY: N_("%(by)s confirmed an announced day of the office of %(about)s"),
    ChangeKind.MARKS: N_("%(by)s changed who co-chairs or sits on the Steering Group"),
}
_PARTS: Mapping[str, str] = {
    "name": N_("name"),
    "email": N_("mail address"),
    "language": N_("language of mails"),
    "until": N_("until"),
    "zone": N_("time zone"),
    "holidays": N_("public holidays"),
    "mandate": N_("mandate"),
    "aliases": N_("other names"),
    "co_chairs": N_("Co-Chairs"),
    "steering_group": N_("Steering Group"),
    "alternates": N_("alternates"),
    "first": N_("first day"),
    "last": N_("last day"),
    "closed": N_("closed"),
    "why": N_("why"),
}
_HEAD = ("at", "by", "email", "kind", "about", "part", "before", "after", "cases")


def editor_of(request: Request, visitor: Visitor, sent: FormData) -> record.Editor:
    """Who changes something by a form that was sent: ``_id`` names the form, ``_seen`` is what it showed."""
    form, seen = str(sent.get("_id") or "")[:64] or uuid4().hex, str(sent.get("_seen") or "")[:64]
    at = current_site(request).clock()
    return record.Editor(post=visitor.post, email=visitor.email, name=visitor.name, at=at, form=form, seen=seen)


# in words -----------------------------------------------------------------------------------------------------------


def change_in_words(request: Request, visitor: Visitor, made: DirectoryChange, names: Mapping[str, str]) -> str:
    """Who changed what, as the beginning of a sentence."""
    say, _ = words_of_page(request, visitor, names)
    return f"{_sentence(made, say, _)}, {say.moment(made.at)}"


def _sentence(made: DirectoryChange, say: Words, _: Callable[[str], str]) -> str:
    about = say.member(made.about) if made.kind in (ChangeKind.OFFICE, ChangeKind.DAY) else say.post(made.about)
    by = f"{say.post(made.by)} ({line(made.name)})" if made.name else say.post(made.by)
    return _(_DONE[made.kind]) % {"by": by, "about": about, "person": line(_person(made))}


def _person(made: DirectoryChange) -> str:
    if made.kind is ChangeKind.HANDED_OVER or "alternates" not in made.after:
        return str(made.after.get("name", ""))
    return record.moved_alternate(made).name


def _differences(made: DirectoryChange, say: Words, _: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """Of each part that differs: its name, what it was, what it is."""
    before = made.before or {}
    found = []
    for part, now in made.after.items():
        was = before.get(part)
        if part in _PARTS and (was != now or made.before is None):
            known = _spoken(part, was, say) if made.before is not None else _("not known")
            found.append((_(_PARTS[part]), known, _spoken(part, now, say)))
    return found


def _spoken(part: str, value: Any, say: Words) -> str:
    if part in ("co_chairs", "steering_group"):
        return say.members(value or ())
    if part == "alternates":
        until = (f" ({one['until']})" if one.get("until") else "" for one in value or ())
        return "; ".join(f"{one['name']} <{one['email']}>{day}" for one, day in zip(value or (), until, strict=True))
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def shown_changes(
    request: Request, visitor: Visitor, found: list[DirectoryChange], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Changes as a page shows them."""
    say, _ = words_of_page(request, visitor, names)
    return [{"made": one, "sentence": _sentence(one, say, _), "parts": _differences(one, say, _)} for one in found]


# pages --------------------------------------------------------------------------------------------------------------


@router.get("/changes")
async def changes_page(
    request: Request, visitor: DirectoryReader, after: Annotated[str, Query(max_length=80)] = ""
) -> HTMLResponse:
    """All changes of the directory, the newest first, a page at a time; ``after``: the last one that was shown."""
    async with current_site(request).engine.connect() as connection:
        last = await record.change_of(connection, after) if after.isprintable() and after else None
        found = await record.directory_changes(connection, before=last, limit=_A_PAGE + 1)
        names = await names_of(connection)
    more = found[_A_PAGE - 1].id if len(found) > _A_PAGE else ""
    told = shown_changes(request, visitor, found[:_A_PAGE], names)
    return render(request, "admin/changes.html", told=told, names=names, more=more)


@router.get("/changes.csv")
async def changes_csv(request: Request, visitor: DirectoryReader) -> Response:
    """The same as a table: a line for each part that was changed."""
    async with current_site(request).engine.connect() as connection:
        found = await record.directory_changes(connection, limit=None)
        names = await names_of(connection)
    lines = [
        (one.at, one.by, one.email, one.kind.value, one.about, part, before, after, " ".join(one.cases))
        for one in found
        for part, before, after in _differences(one, words_for_reader(visitor, "en", names), str)
    ]
    return csv_answer("directory-changes.csv", _HEAD, lines)


@router.get("/changes/{number}")
async def change_page(request: Request, visitor: DirectoryReader, number: str) -> HTMLResponse:
    """One change: what it was before, and which cases have heard of it."""
    made, names = await _change_or_404(request, number)
    async with current_site(request).engine.connect() as connection:
        heard = sorted(await record.cases_that_heard(connection, made))
        waiting = await record.changes_not_heard(connection, made)
    shown, may = shown_changes(request, visitor, [made], names)[0], visitor.post == SECRETARIAT
    return render(request, "admin/change.html", shown=shown, names=names, heard=heard, waiting=waiting, may_change=may)


async def _change_or_404(request: Request, number: str) -> tuple[DirectoryChange, dict[str, str]]:
    if not (number.isascii() and number.isprintable()):
        raise HTTPException(404)
    async with current_site(request).engine.connect() as connection:
        made = await record.change_of(connection, number)
        names = await names_of(connection)
    if made is None:
        raise HTTPException(404)
    return made, names


# cases hear of it ---------------------------------------------------------------------------------------------------


@router.post("/changes/{number}/tell")
async def submit_tell_cases(request: Request, visitor: Secretariat, number: str) -> Response:
    """Tell the running cases that have not heard of a change yet."""
    await keyed_form(request, visitor.form_key)
    made, _names = await _change_or_404(request, number)
    await tell_cases(current_site(request), made)
    return RedirectResponse(f"/admin/directory/changes/{made.id}", 303)


async def keep_telling_cases(site: Site) -> None:
    """Tell them every minute, for as long as the pages are served, of what the worker has carried out.

    Only pages and command line have the key of commands. A change that every case has answered is told once.
    """
    told: set[str] = set()
    while True:
        try:
            since = site.clock() - _TELL_FOR
            async with site.engine.connect() as connection:
                made = await record.changes_for_cases(connection, since)
            for change in made:
                if change.id not in told and await tell_cases(site, change):
                    told.add(change.id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look is due
            _LOG.warning("whether cases have heard of a change cannot be seen", error=type(error).__name__)
        await asyncio.sleep(_TELL_EVERY_SECONDS)


async def tell_cases(site: Site, made: DirectoryChange) -> bool:
    """Have the running cases that a change concerns hear of it, by the command that a case has for it, each once.

    The change itself stands already. False: a case did not answer; the page of the change shows it, and it is told again.
    """
    async with site.engine.connect() as connection:
        waiting = await record.changes_not_heard(connection, made)
    command, command_id = _as_command(made), record.command_of(made)
    if command is None:
        return True
    all_heard = True
    for reference in waiting:
        try:
            await give_command(
                site,
                *command,
                by=SECRETARIAT,
                command_id=command_id,
                means=Means.DIRECTORY,
                capacity=Capacity.HOLDER,
                heard=True,
                reference=reference,
            )
        except Refused as refused:  # it has ended meanwhile
            _LOG.info("a case takes no such change", case=reference, why=refused.sentence)
        except CaseAway as away:
            all_heard = False
            _LOG.warning("a case has not heard of a change", case=reference, change=made.id, why=str(away))
            if not away.unrecorded:  # nobody answers: the others would not either
                break
    return all_heard


def _as_command(made: DirectoryChange) -> tuple[str, dict[str, Any]] | None:
    if made.kind is ChangeKind.HANDED_OVER:
        to = {part: made.after[part] for part in ("name", "email", "language")}
        return "hand_over", {"post": made.about, "to": to}
    if made.kind is ChangeKind.DELEGATED:
        named = record.moved_alternate(made)
        fields = {"post": made.about, "to": {"name": named.name, "email": named.email}}
        return "delegate", fields | ({"until": named.until} if named.until else {})
    if made.kind is ChangeKind.DAY:
        days = {part: made.after[part] for part in ("first", "last", "closed")}
        return "announce_day", {"office": made.about, **days, "text": made.after.get("why", "")}
    return None
