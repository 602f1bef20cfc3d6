"""Any kind of notice, as any post would get it: with sample facts, in HTML and as text, in each language."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from models.notices import OF_NO_CASE, summary_of
from models.posts import SECRETARIAT, Post
from notifications.correspondents import MailReader
from notifications.environment import mail_languages
from notifications.preview import MailShown, mail_shown, sample_mail
from notifications.registry import REGISTRY
from notifications.sample_facts import SAMPLE_CASE
from notifications.sample_readers import sample_reader
from records.directory import read_members
from web.admin.directory import names_of_all, posts_of_member
from web.kit.render import gettext_of, language_for, render
from web.kit.roles import Administrator
from web.kit.visitor import Visitor, current_site
from web.mail.frames import FRAMED, html_of_mail

router = APIRouter(prefix="/admin/mails", include_in_schema=False)

Wanted = Annotated[str, Query(max_length=80)]


@router.get("")
async def mail_kinds_page(request: Request, visitor: Administrator) -> HTMLResponse:
    """Every kind of notice."""
    return render(request, "admin/mails.html", kinds=_kinds(request, visitor))


def _kinds(request: Request, visitor: Visitor) -> list[tuple[str, str]]:
    _ = gettext_of(language_for(request, visitor))
    return [(name, _(summary_of(name))) for name in (*REGISTRY, *OF_NO_CASE)]


@router.get("/{kind}")
async def mail_kind_page(
    request: Request, visitor: Administrator, kind: str, post: Wanted = "", language: Wanted = ""
) -> HTMLResponse:
    """A kind of notice for a post (empty: one that may get it) in a language (empty: that of its holder)."""
    shown, reader, names, posts = await _sample(request, kind, post, language)
    query = urlencode({"post": reader.post, "language": reader.language})
    return render(
        request,
        "admin/mail.html",
        kind=kind,
        kinds=_kinds(request, visitor),
        mail=shown,
        reader=reader,
        names=names,
        posts=posts,
        tongues=mail_languages(),
        frame=f"/admin/mails/{kind}/html?{query}",
        headers=FRAMED,
    )


@router.get("/{kind}/html")
async def as_html(
    request: Request, _visitor: Administrator, kind: str, post: Wanted = "", language: Wanted = ""
) -> HTMLResponse:
    """The HTML of the same mail, under headers that let it do nothing."""
    return html_of_mail((await _sample(request, kind, post, language))[0])


async def _sample(
    request: Request, kind: str, wanted: str, language: str
) -> tuple[MailShown, MailReader, dict[str, str], list[Post]]:
    if kind not in (*REGISTRY, *OF_NO_CASE):
        raise HTTPException(404)
    site = current_site(request)
    async with site.engine.connect() as connection:
        members = await read_members(connection)
        posts = [SECRETARIAT, *(post for row in members for post in posts_of_member(row, ()))]
        post = next((one for one in posts if one == wanted), None)
        reader = await sample_reader(connection, kind, post=post, language=language, now=site.clock())
    settings, names = site.settings, names_of_all(members)
    message = sample_mail(
        kind,
        reader=reader,
        about=SAMPLE_CASE.model_copy(update={"names": names}),
        mail_from=settings.mail_from,
        reply_to=await site.reply_to(),
        public_url=settings.public_url,
    )
    return mail_shown(message), reader, names, posts
