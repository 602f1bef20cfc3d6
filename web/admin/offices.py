"""Changing the directory: who holds a post, who stands in, how an office works, and who co-chairs.

Every form carries its own id and what it showed, as the forms of cases do: a second sending is answered with the first
result, and a stale form is told who changed what.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from models.authentication import standing_of
from models.commands import Delegate, HandOver, Person, parse
from models.directory_changes import DIRECTORY_ROLES, ChangeKind, DirectoryRoles, OfficeSettings
from models.posts import SECRETARIAT, Post, Role
from models.refusal import RefusalKind, Refused
from models.rules.posts import only_its_holder
from notifications.addresses import announced_address
from records import directory_changes as record
from records.announced_changes import AnnouncedChange, announce_person, announce_roles, must_wait
from records.directory import all_offices, read_members
from web.admin.directory import UNSENT, Unsaved, member_page, names_of_all, posts_of_member
from web.admin.history import change_in_words, editor_of, tell_cases
from web.kit.commands import must_prove
from web.kit.render import gettext_of, language_for, render
from web.kit.roles import Secretariat
from web.kit.sessions import keyed_form
from web.kit.visitor import Visitor, current_site

router = APIRouter(prefix="/admin/directory", include_in_schema=False)

Making = Callable[[record.Editor], Awaitable[record.DirectoryChange | AnnouncedChange]]


def _text(sent: FormData, name: str) -> str:
    return str(sent.get(name) or "").strip()


def _lines(sent: FormData, name: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in _text(sent, name).splitlines() if one.strip())


async def _made(
    request: Request, visitor: Visitor, sent: FormData, names: Mapping[str, str], make: Making
) -> record.DirectoryChange | AnnouncedChange | Unsaved:
    """Make or announce what a form asks for; or why it could not be made. A form that is stale gets a new id."""
    try:
        return await make(editor_of(request, visitor, sent))
    except ValidationError as error:
        wrong = "; ".join(one["msg"].removeprefix("Value error, ") for one in error.errors())
        return Unsaved(422, wrong, _text(sent, "_id"))
    except Refused as refused:
        return Unsaved(refused.why.status, refused.sentence, _text(sent, "_id"))
    except record.StaleDirectory as stale:
        return Unsaved(409, _stale(request, visitor, stale, names))


def _way(request: Request, kind: ChangeKind, about: str, make: Making, announce: Making) -> Making:
    """Make a change at once, or announce it, since a Co-Chair may stop it. The same form sent again makes no other."""

    async def made_or_announced(editor: record.Editor) -> record.DirectoryChange | AnnouncedChange:
        async with current_site(request).engine.connect() as connection:
            known = await record.change_of(connection, record.change_id(editor, kind, about))
            waits = known is None and await must_wait(connection, about)
        return known or await (announce if waits else make)(editor)

    return made_or_announced


async def _done(request: Request, made: record.DirectoryChange | AnnouncedChange) -> Response:
    """Tell the running cases and the delivery of a change that is made, and lead to its page."""
    site = current_site(request)
    if isinstance(made, AnnouncedChange):
        site.nudge_delivery()
        return RedirectResponse(announced_address(made.id), 303)
    await tell_cases(site, made)
    site.nudge_delivery()
    return RedirectResponse(f"/admin/directory/changes/{made.id}", 303)


# posts --------------------------------------------------------------------------------------------------------------


async def _post_or_404(request: Request, member: str, role: str) -> tuple[Post, dict[str, str]]:
    """A post of the directory, with the names of members."""
    try:
        post = Post(f"{member}/{role}")
    except ValueError:
        raise HTTPException(404) from None
    async with current_site(request).engine.connect() as connection:
        members = await read_members(connection)
        holders, _alternates = await all_offices(connection)
    own = next((row for row in members if row.code == post.member), None)
    known = post in (SECRETARIAT, Post.of(SECRETARIAT.member, Role.AUDITOR)) or post in holders
    if not known and not (own and post in posts_of_member(own, ())):
        raise HTTPException(404)
    return post, names_of_all(members)


async def _post_page(
    request: Request,
    post: Post,
    names: Mapping[str, str],
    page: str,
    unsaved: Unsaved = UNSENT,
    given: Mapping[str, str] | None = None,
) -> HTMLResponse:
    async with current_site(request).engine.connect() as connection:
        holder = await record.holder_of_post(connection, post)
        alternates = await record.alternates_of_post(connection, post)
        cases = await record.waiting_cases(connection, post)
    shown = holder or {} if page == "holder" else {"alternates": alternates}
    return render(
        request,
        f"admin/{page}.html",
        unsaved.status,
        post=post,
        names=names,
        holder=holder,
        alternates=alternates,
        cases=cases,
        wrong=unsaved.wrong,
        given=given or {},
        form=unsaved.form or uuid4().hex,
        seen=record.directory_fingerprint(shown),
    )


@router.get("/posts/{member}/{role}/holder")
async def holder_page(request: Request, _visitor: Secretariat, member: str, role: str) -> HTMLResponse:
    """The form for handing a post over."""
    post, names = await _post_or_404(request, member, role)
    return await _post_page(request, post, names, "holder")


@router.post("/posts/{member}/{role}/holder")
async def submit_hand_over(request: Request, visitor: Secretariat, member: str, role: str) -> Response:
    """Hand a post over; its tasks stay with it. 409: it changed hands meanwhile; 422: a field is wrong."""
    sent = await keyed_form(request, visitor.form_key)
    post, names = await _post_or_404(request, member, role)
    must_prove(request, visitor, "hand_over", sent)
    engine = current_site(request).engine

    def make(editor: record.Editor) -> Awaitable[record.DirectoryChange]:
        return record.record_hand_over(engine, editor, post, _person("hand_over", post, sent))

    def announce(editor: record.Editor) -> Awaitable[AnnouncedChange]:
        return announce_person(engine, editor, ChangeKind.HANDED_OVER, post, _person("hand_over", post, sent))

    way = _way(request, ChangeKind.HANDED_OVER, post, make, announce)
    return await _changed(request, visitor, sent, post, names, "holder", way)


@router.get("/posts/{member}/{role}/alternate")
async def alternate_page(request: Request, _visitor: Secretariat, member: str, role: str) -> HTMLResponse:
    """The form for naming somebody who stands in."""
    post, names = await _post_or_404(request, member, role)
    return await _post_page(request, post, names, "alternate")


@router.post("/posts/{member}/{role}/alternate")
async def submit_alternate(request: Request, visitor: Secretariat, member: str, role: str) -> Response:
    """Name an alternate. 409: the alternates have changed meanwhile; 422: a field is wrong."""
    sent = await keyed_form(request, visitor.form_key)
    post, names = await _post_or_404(request, member, role)
    must_prove(request, visitor, "delegate", sent)
    engine = current_site(request).engine

    def make(editor: record.Editor) -> Awaitable[record.DirectoryChange]:
        to = _person("delegate", post, sent)
        return record.record_alternate(engine, editor, post, to, _until(post, sent))

    def announce(editor: record.Editor) -> Awaitable[AnnouncedChange]:
        to = _person("delegate", post, sent)
        return announce_person(engine, editor, ChangeKind.DELEGATED, post, to, _until(post, sent))

    way = _way(request, ChangeKind.DELEGATED, post, make, announce)
    return await _changed(request, visitor, sent, post, names, "alternate", way)


@router.post("/posts/{member}/{role}/alternate/end")
async def submit_alternate_end(request: Request, visitor: Secretariat, member: str, role: str) -> Response:
    """End the time of an alternate. 409: the alternates have changed meanwhile."""
    sent = await keyed_form(request, visitor.form_key)
    post, names = await _post_or_404(request, member, role)
    must_prove(request, visitor, "delegate", sent)
    engine = current_site(request).engine

    def make(editor: record.Editor) -> Awaitable[record.DirectoryChange]:
        return record.record_alternate_end(engine, editor, post, _text(sent, "name"))

    return await _changed(request, visitor, sent, post, names, "alternate", make)


async def _changed(
    request: Request, visitor: Visitor, sent: FormData, post: Post, names: Mapping[str, str], page: str, make: Making
) -> Response:
    never = only_its_holder(post, visitor.post, standing_of(visitor.capacity))
    made = Unsaved(403, never, _text(sent, "_id")) if never else await _made(request, visitor, sent, names, make)
    if not isinstance(made, Unsaved):
        return await _done(request, made)
    given = {key: str(value) for key, value in sent.items() if not key.startswith("_")}
    return await _post_page(request, post, names, page, made, given)


def _person(do: str, post: Post, sent: FormData) -> Person:
    """The person in the form, read by the rules of the command ``do``; the mail address is required.

    Raises:
        Refused: a field is wrong, or the mail address is missing.
    """
    to = {name: _text(sent, name) for name in ("name", "email", "language") if _text(sent, name)}
    body = parse(do, {"post": str(post), "to": {"email": "", **to}}, by=SECRETARIAT, command_id="form").body
    if not isinstance(body, HandOver | Delegate):
        raise TypeError(do)
    if not body.to.email:
        raise Refused(RefusalKind.INVALID, "A mail address is needed: whom nobody can write to learns of nothing.")
    return body.to


def _until(post: Post, sent: FormData) -> date | None:
    fields = {"post": str(post), "to": {"name": "Somebody"}, "until": _text(sent, "until") or None}
    body = parse("delegate", fields, by=SECRETARIAT, command_id="form").body
    return body.until if isinstance(body, Delegate) else None


def _stale(request: Request, visitor: Visitor, stale: record.StaleDirectory, names: Mapping[str, str]) -> str:
    """The sentence for a form that is stale: who changed what since it was opened."""
    _ = gettext_of(language_for(request, visitor))
    if stale.newest is None:
        return _("This has changed since you opened the page. Look at what stands now, and send it again.")
    sentence = _("This has changed since you opened the page: %(what)s. Look at what stands now, and send it again.")
    return sentence % {"what": change_in_words(request, visitor, stale.newest, names)}


# offices of members -------------------------------------------------------------------------------------------------


@router.post("/members/{code}")
async def submit_office(request: Request, visitor: Secretariat, code: str) -> Response:
    """Change how an office works, or its member's other names. 409: it has changed meanwhile; 422: a field is wrong."""
    sent = await keyed_form(request, visitor.form_key)
    given = OfficeSettings.model_construct(
        zone=_text(sent, "zone"),
        holidays=_text(sent, "holidays"),
        mandate=_lines(sent, "mandate"),
        aliases=_lines(sent, "aliases"),
    )
    async with current_site(request).engine.connect() as connection:
        names = names_of_all(await read_members(connection))

    def make(editor: record.Editor) -> Awaitable[record.DirectoryChange]:
        office = OfficeSettings.model_validate(given.model_dump())
        return record.record_office(current_site(request).engine, editor, code, office)

    made = await _made(request, visitor, sent, names, make)
    if isinstance(made, Unsaved):
        return await member_page(request, visitor, code, made, given)
    return await _done(request, made)


# who co-chairs ------------------------------------------------------------------------------------------------------


@router.get("/marks")
async def roles_page(request: Request, visitor: Secretariat) -> HTMLResponse:
    """The form for the Co-Chairs and the Steering Group."""
    return await _marks_page(request)


async def _marks_page(request: Request, unsaved: Unsaved = UNSENT, given: DirectoryRoles | None = None) -> HTMLResponse:
    async with current_site(request).engine.connect() as connection:
        members = await read_members(connection)
        now = await record.roles_of(connection)
    return render(
        request,
        "admin/marks.html",
        unsaved.status,
        members=members,
        names=names_of_all(members),
        marks=given or now,
        wrong=unsaved.wrong,
        form=unsaved.form or uuid4().hex,
        seen=record.directory_fingerprint(now),
    )


@router.post("/marks")
async def submit_roles(request: Request, visitor: Secretariat) -> Response:
    """Change the Co-Chairs and the Steering Group for new cases. 409: changed meanwhile; 422: against the rules."""
    sent = await keyed_form(request, visitor.form_key)
    must_prove(request, visitor, "hand_over", sent)
    given = DirectoryRoles(
        co_chairs=tuple(filter(None, map(str, sent.getlist("co_chair")))),
        steering_group=tuple(map(str, sent.getlist("steering_group"))),
    )
    async with current_site(request).engine.connect() as connection:
        names = names_of_all(await read_members(connection))
    engine = current_site(request).engine
    way = _way(
        request,
        ChangeKind.MARKS,
        DIRECTORY_ROLES,
        lambda editor: record.record_roles(engine, editor, given),
        lambda editor: announce_roles(engine, editor, given),
    )
    made = await _made(request, visitor, sent, names, way)
    return await (_marks_page(request, made, given) if isinstance(made, Unsaved) else _done(request, made))
