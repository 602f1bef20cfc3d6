"""The directory: members, their offices' calendars, holders and alternates of posts, and the policy in force.

It is data of the deployment: imported from CSV files, never code. ``seed/members.csv`` is the public list and a starting
point only; ``seed/offices.csv`` adds time zones, calendars and the mandates of organisations.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.base import Value
from models.calendars import Calendars, WorkCalendar, WorkingDays
from models.directory_changes import PLACEHOLDERS, DirectoryRoles, ListedMember, check_roles
from models.mail_addresses import check_address
from models.members import Directory, Member
from models.policy import Policy
from models.posts import SECRETARIAT, Post, Role
from models.projection import Row
from models.public_holidays import work_calendar
from models.refusal import Refused
from models.tables import TABLES
from models.tables.directory import AlternateRow, HolderRow, MemberRow
from models.zones import is_zone
from records.office_calendars import with_announced_days
from records.projected import write_rows
from records.rows import fetch_rows

SEED = Path(__file__).parent / "seed"
_MEMBERS, _HOLDERS = TABLES.tables["members"], TABLES.tables["holders"]
_ALTERNATES, _POLICIES = TABLES.tables["alternates"], TABLES.tables["policies"]
_YES = ("yes", "true", "1", "y")
_NO = ("", "no", "false", "0", "n")


class DirectoryError(Exception):
    """A member list cannot be imported; the text names the line and what is wrong with it."""


class Opening(Value):
    """What a new case copies from the deployment when it is submitted."""

    directory: Directory
    calendars: Calendars
    policy: Policy

    @property
    def working_days(self) -> WorkingDays:
        """How a case that is submitted now counts working days."""
        return WorkingDays(self.calendars, self.policy.closes)


class MemberList(Value):
    """The rows of a member list, as they are written, and the roles that all members have with it."""

    rows: tuple[dict[str, Any], ...]
    roles: DirectoryRoles

    def with_roles(self, roles: DirectoryRoles) -> "MemberList":
        """The same members with other roles."""
        chairs, group = roles.co_chairs, roles.steering_group
        marked = (
            {**row, "co_chair": row["code"] in chairs, "steering_group": row["code"] in group} for row in self.rows
        )
        return MemberList(rows=tuple(marked), roles=roles)


# import ------------------------------------------------------------------------------------------------------------


async def seed_if_empty(engine: AsyncEngine) -> int:
    """Fill an empty directory from the seed files; returns how many members were imported (0: there were some)."""
    async with engine.connect() as connection:
        if (await connection.execute(select(func.count()).select_from(_MEMBERS))).scalar_one():
            return 0
    return await import_members(engine, (SEED / "members.csv").read_text(encoding="utf-8"))


async def import_members(engine: AsyncEngine, members_csv: str, offices_csv: str | None = None) -> int:
    """Import a member list without a history, for a directory that is filled the first time. Raises as ``read_list``."""
    async with write_transaction(engine) as connection:
        listed = await read_list(connection, members_csv, offices_csv)
        await write_list(connection, listed)
    return len(listed.rows)


async def read_list(connection: AsyncConnection, members_csv: str, offices_csv: str | None = None) -> MemberList:
    """A member list that adds and updates by code, checked against the directory as it is.

    Raises:
        DirectoryError: a column is lacking, a line is wrong, or the roles of all members would be.
    """
    offices = _offices(offices_csv or (SEED / "offices.csv").read_text(encoding="utf-8"))
    rows = list(_member_rows(members_csv, offices))
    listed = {row["code"]: Member(**{name: row[name] for name in Member.model_fields}) for row in rows}
    after = members_in(await read_members(connection)) | listed
    roles = DirectoryRoles.of(after.values())
    try:
        check_roles(roles, after)
    except Refused as refused:
        raise DirectoryError(refused.sentence) from None
    return MemberList(rows=tuple(rows), roles=roles)


async def write_list(connection: AsyncConnection, listed: MemberList) -> None:
    """Write a member list; posts that have no holder yet get a local address."""
    rows = listed.rows
    await write_rows(connection, (Row(table="members", columns=row) for row in rows))
    held = {post for (post,) in await connection.execute(select(_HOLDERS.c.post))}
    new = [row for row in _holder_rows(rows) if row["post"] not in held]
    await write_rows(connection, (Row(table="holders", columns=row) for row in new))
    await write_rows(connection, (Row(table="alternates", columns=_alternate(row)) for row in new))
    if not (await connection.execute(select(func.count()).select_from(_POLICIES))).scalar_one():
        policy = Policy.default()
        await connection.execute(
            _POLICIES.insert(), {"version": policy.version, "body": policy.model_dump(mode="json")}
        )


def _offices(text: str) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in csv.DictReader(io.StringIO(text))}


def _member_rows(text: str, offices: Mapping[str, Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """The rows of a list's members, each checked by the rules that the pages have."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), strict=True)
    seen: set[str] = set()
    try:
        lacking = {"code", "name", "kind"} - set(reader.fieldnames or ())
        if lacking:
            raise DirectoryError(f"the member list lacks the columns {', '.join(sorted(lacking))}")
        for line, row in enumerate(reader, start=2):
            member = _listed(line, row, offices)
            if member.code in seen:
                raise DirectoryError(f"line {line}: the code {member.code!r} is repeated")
            seen.add(member.code)
            yield {**member.model_dump(mode="json"), "position": line}
    except csv.Error as error:
        raise DirectoryError(f"line {reader.line_num}: {error}") from None


def _listed(line: int, row: Mapping[str, str | None], offices: Mapping[str, Mapping[str, str]]) -> ListedMember:
    if None in row:
        raise DirectoryError(f"line {line}: it has more fields than the first line has columns")
    given = {name: (value or "").strip() for name, value in row.items()}
    code = given["code"]
    office = offices.get(code, {})
    try:
        return ListedMember(
            code=code,
            name=given["name"],
            kind=given["kind"],  # type: ignore[arg-type]
            **{mark: _yes(given.get(mark, ""), mark) for mark in ("co_chair", "steering_group", "ahg_2009")},
            mandate=tuple(filter(None, office.get("mandate", "").split(";"))),
            aliases=tuple(filter(None, (given.get("aliases") or office.get("aliases") or "").split(";"))),
            zone=given.get("zone") or office.get("zone") or "UTC",
            holidays=given.get("holidays") or office.get("holidays") or "",
        )
    except ValidationError as error:
        wrong = "; ".join(f"{one['loc'][0]}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors())
        raise DirectoryError(f"line {line} ({code}): {wrong}") from None
    except ValueError as error:
        raise DirectoryError(f"line {line} ({code}): {error}") from None


def _yes(given: str, column: str) -> bool:
    if given.lower() not in (*_YES, *_NO):
        raise ValueError(f"{column}: {given!r} is neither yes nor no")
    return given.lower() in _YES


def _holder_rows(members: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for member in members:
        roles = [Role.FOCAL_POINT]
        roles += [Role.CO_CHAIR] if member["co_chair"] else []
        roles += [Role.STEERING_GROUP] if member["steering_group"] else []
        for role in roles:
            yield _holder(Post.of(member["code"], role), member["name"])
    yield _holder(SECRETARIAT, "Regional Support Office")


def _holder(post: Post, name: str) -> dict[str, Any]:
    title = post.role.value.replace("-", " ").capitalize()
    address = f"{post.role.value}@{post.member.lower()}.{PLACEHOLDERS}"
    return {"post": str(post), "name": f"{title}, {name}", "email": address, "language": "en"}


def _alternate(holder: Mapping[str, Any]) -> dict[str, Any]:
    email = holder["email"].replace("@", "-alternate@", 1)
    return {"post": holder["post"], "name": f"Alternate: {holder['name']}", "email": email, "until": None}


# reading -----------------------------------------------------------------------------------------------------------


async def read_members(connection: AsyncConnection) -> list[MemberRow]:
    """All members in the order of the list."""
    return await fetch_rows(connection, select(MemberRow).order_by(_MEMBERS.c.position, _MEMBERS.c.code))


def members_in(rows: Iterable[MemberRow]) -> dict[str, Member]:
    """Members by code, without their offices, as cases copy them."""
    fields = Member.model_fields.keys() - {"aliases"}
    return {
        row.code: Member(**{name: getattr(row, name) for name in fields}, aliases=tuple(row.aliases or ()))
        for row in rows
    }


async def all_offices(connection: AsyncConnection) -> tuple[dict[Post, HolderRow], dict[Post, list[AlternateRow]]]:
    """Who holds each post, and who is named as an alternate of each, also those whose time is over."""
    holders = {Post(row.post): row for row in await fetch_rows(connection, select(HolderRow))}
    named: dict[Post, list[AlternateRow]] = {}
    query = select(AlternateRow).order_by(_ALTERNATES.c.post, _ALTERNATES.c.name)
    for row in await fetch_rows(connection, query):
        named.setdefault(Post(row.post), []).append(row)
    return holders, named


async def directory_slips(connection: AsyncConnection) -> list[str]:
    """What stands in the directory and would not be taken today, in sentences: zones and addresses that are none."""
    of_members = {one.code: one.zone for one in await read_members(connection)}
    wrong = {code: zone for code, zone in of_members.items() if not is_zone(zone)}
    slips = [f"{code} has the time zone {zone!r}, which is none: UTC counts" for code, zone in wrong.items()]
    holders, alternates = await all_offices(connection)
    written_to = [(one.post, one.email) for one in holders.values()]
    written_to += [(one.post, one.email) for several in alternates.values() for one in several]
    for post, email in written_to:
        try:
            check_address(email)
        except UnicodeError as error:
            slips.append(f"{post}: {error}")
    return slips


async def names_of(connection: AsyncConnection) -> dict[str, str]:
    """Names of members by code, in the order of the list."""
    rows = await connection.execute(
        select(_MEMBERS.c.code, _MEMBERS.c.name).order_by(_MEMBERS.c.position, _MEMBERS.c.code)
    )
    return {row.code: row.name for row in rows}


async def opening(connection: AsyncConnection, year: int, policy: Policy | None = None) -> Opening:
    """What a case that is submitted in ``year`` copies: members, calendars, and the newest policy (or the given one).

    Raises:
        DirectoryError: the directory is empty.
    """
    rows = await read_members(connection)
    if not rows:
        raise DirectoryError("the directory is empty; import a member list first: ahg directory import FILE")
    offices = {row.code: office_calendar(row.zone, row.holidays, year) for row in rows}
    secretariat = _offices((SEED / "offices.csv").read_text(encoding="utf-8")).get(SECRETARIAT.member)
    if secretariat:
        offices[SECRETARIAT.member] = office_calendar(secretariat["zone"], secretariat["holidays"], year)
    offices = await with_announced_days(connection, offices, year)
    if policy is None:
        newest = select(_POLICIES.c.body).order_by(_POLICIES.c.id.desc()).limit(1)
        policy = Policy.model_validate((await connection.execute(newest)).scalar_one())
    return Opening(directory=Directory(members=members_in(rows)), calendars=Calendars(offices=offices), policy=policy)


_CALENDARS: dict[tuple[str, str, int], WorkCalendar] = {}


def office_calendar(zone: str, holidays: str, year: int) -> WorkCalendar:
    """The working calendar of an office, from that year on (``models.public_holidays.work_calendar``), made once."""
    key = (zone, holidays, year)
    if key not in _CALENDARS:
        _CALENDARS[key] = work_calendar(zone, holidays, year)
    return _CALENDARS[key]


async def zone_of_member(connection: AsyncConnection, member: str) -> str:
    """The time zone (IANA) of a member's office; that of the secretariat for ``RSO``, else UTC."""
    zone = (await connection.execute(select(_MEMBERS.c.zone).where(_MEMBERS.c.code == member))).scalar()
    return zone or seed_hours(member)[0]


def earliest_day(now: datetime) -> date:
    """The day that it still is at ``now`` (aware) where days begin last."""
    return (now.astimezone(UTC) - timedelta(hours=12)).date()


def seed_hours(member: str) -> tuple[str, str]:
    """Time zone (IANA) and holidays that the seed gives an office, member or not (the secretariat is none); else UTC."""
    seed = _seed_offices().get(member, {})
    return seed.get("zone") or "UTC", seed.get("holidays") or ""


@lru_cache(maxsize=1)
def _seed_offices() -> dict[str, dict[str, str]]:
    return _offices((SEED / "offices.csv").read_text(encoding="utf-8"))
