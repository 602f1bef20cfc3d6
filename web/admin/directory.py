"""The directory: members with their offices, posts with who holds them and who stands in."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from models.directory_changes import DIRECTORY_ROLES, OfficeSettings
from models.posts import SECRETARIAT, Post, Role
from models.tables.directory import MemberRow
from models.zones import day_in, is_zone
from records import directory_changes as record
from records.announced_changes import waiting_changes
from records.announced_days import waiting_days
from records.directory import all_offices, read_members, seed_hours
from web.admin.choices import calendars, zones
from web.admin.history import shown_changes
from web.kit.csv_files import csv_answer
from web.kit.render import language_for, render
from web.kit.roles import DirectoryReader
from web.kit.visitor import Visitor, current_site

router = APIRouter(prefix="/admin/directory", include_in_schema=False)

_SHOWN_CHANGES = 30
_OF_A_MEMBER = ("member", "name", "kind", "co_chair", "steering_group", "zone", "holidays", "mandate", "aliases")
_OF_A_POST = ("post", "holder", "email", "language", "alternates")


class Unsaved(NamedTuple):
    """Why a form could not be saved: the status of its page, and the sentence; ``form``: its id, if it may keep it."""

    status: int = 200
    wrong: str = ""
    form: str = ""


UNSENT = Unsaved()
"""The form was not sent yet: there is nothing to say."""


def names_of_all(members: Iterable[MemberRow]) -> dict[str, str]:
    """Names of members by code."""
    return {row.code: row.name for row in members}


def posts_of_member(member: MemberRow, held: Iterable[str]) -> list[Post]:
    """The posts of a member: those that it has by its marks, and those that somebody still holds."""
    code = member.code
    roles = [Role.FOCAL_POINT]
    roles += [Role.CO_CHAIR] if member.co_chair else []
    roles += [Role.STEERING_GROUP] if member.steering_group else []
    own = [Post.of(code, role) for role in roles]
    return [*own, *(Post(one) for one in held if Post(one).member == code and Post(one) not in own)]


_OFFICE_OF_ALL = MemberRow(code=SECRETARIAT.member, name="", kind="secretariat", zone="", mandate=[])


def _posts(member: MemberRow, held: Iterable[str]) -> list[Post]:
    if member.code == SECRETARIAT.member:
        return list(dict.fromkeys((SECRETARIAT, Post.of(SECRETARIAT.member, Role.AUDITOR))))
    return posts_of_member(member, held)


@router.get("")
async def directory_page(request: Request, visitor: DirectoryReader) -> HTMLResponse:
    """Every member and every post, with what is missing."""
    site = current_site(request)
    async with site.engine.connect() as connection:
        members = await read_members(connection)
        holders, alternates = await all_offices(connection)
    rows = [
        {
            "member": member,
            "posts": [(post, holders.get(post), alternates.get(post, [])) for post in _posts(member, holders)],
            "today": _today(request, member),
            "unknown_zone": bool(member.zone) and not is_zone(member.zone),
        }
        for member in (_OFFICE_OF_ALL, *members)
    ]
    return render(
        request, "admin/directory.html", rows=rows, names=names_of_all(members), may_change=visitor.post == SECRETARIAT
    )


@router.get(".csv")
async def directory_csv(request: Request, _visitor: DirectoryReader) -> Response:
    """The directory as a table: a line for each post."""
    site = current_site(request)
    async with site.engine.connect() as connection:
        members = await read_members(connection)
        holders, alternates = await all_offices(connection)
    lines = []
    for member in (_OFFICE_OF_ALL, *members):
        marks = ("yes" if marked else "" for marked in (member.co_chair, member.steering_group))
        office = (member.zone, member.holidays, *map(";".join, (member.mandate or (), member.aliases or ())))
        of_member = (member.code, member.name, member.kind, *marks, *office)
        for post in _posts(member, holders):
            holder = holders.get(post)
            person = (holder.name, holder.email, holder.language) if holder else ("", "", "")
            stand_in = "; ".join(f"{one.name} <{one.email}>" for one in alternates.get(post, []))
            lines.append((*of_member, post, *person, stand_in))
    return csv_answer("directory.csv", (*_OF_A_MEMBER, *_OF_A_POST), lines)


@router.get("/members/{code}")
async def member(request: Request, visitor: DirectoryReader, code: str) -> HTMLResponse:
    """A member: its office, its posts, and what was changed."""
    return await member_page(request, visitor, code)


async def member_page(
    request: Request, visitor: Visitor, code: str, unsaved: Unsaved = UNSENT, given: OfficeSettings | None = None
) -> HTMLResponse:
    """The page of a member; ``unsaved``: why its office could not be changed to what was ``given``."""
    site = current_site(request)
    async with site.engine.connect() as connection:
        members = await read_members(connection)
        holders, alternates = await all_offices(connection)
        found = next((row for row in members if row.code == code), None)
        if code == SECRETARIAT.member:
            found = _OFFICE_OF_ALL
        if found is None:
            raise HTTPException(404)
        posts = _posts(found, holders)
        found_changes = await record.directory_changes(connection, about=(code, *posts), limit=_SHOWN_CHANGES)
        office = await record.office_of(connection, code)
        waiting = await waiting_changes(connection, (*posts, DIRECTORY_ROLES))
        days = await waiting_days(connection, code, site.clock())
    return render(
        request,
        "admin/member.html",
        unsaved.status,
        member=found,
        names=names_of_all(members),
        posts=[(post, holders.get(post), alternates.get(post, [])) for post in posts],
        told=shown_changes(request, visitor, found_changes, names_of_all(members)),
        waiting=waiting,
        days=days,
        office=given or office,
        own_office=office is not None,
        unknown_zone=office is not None and not is_zone(office.zone),
        seen=record.directory_fingerprint(office),
        form=unsaved.form or uuid4().hex,
        zones=zones(),
        calendars=calendars(language_for(request, visitor), office.holidays if office else ""),
        wrong=unsaved.wrong,
        today=_today(request, found),
        may_change=visitor.post == SECRETARIAT,
    )


def _today(request: Request, member: MemberRow) -> date:
    """Which day it is where a member's office is."""
    zone = member.zone or seed_hours(member.code)[0]
    return day_in(zone, current_site(request).clock())
