"""The mails of a case on pages: each notice as its reader gets it, and a circulation's mails before they go out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from models.case import Case, Circulation
from models.circulation_preview import Preview, if_released
from models.commands import parse
from models.notices import NOTICE_KINDS, NoticeFacts
from models.policy import Policy
from models.posts import Capacity, Post
from models.refusal import Refused
from models.release import Release
from models.rules import apply_command
from models.visibility import Seen
from notifications.compose import compose
from notifications.correspondents import MailReader, Sender
from notifications.preview import SAMPLE_LINKS, MailShown, mail_shown
from notifications.wording import About
from records.notices import LedgerNotice, notice_numbered
from records.offices import addressee_of, offices_of
from web.case.seen import names_in, seen_or_404
from web.kit.forms import FORMS, fields_sent
from web.kit.render import gettext_of, language_for, render
from web.kit.roles import LedgerReader, PolicyProposer
from web.kit.sessions import keyed_form
from web.kit.visitor import Visitor, current_site
from web.mail.frames import FRAMED, html_of_mail

router = APIRouter(prefix="/cases/{reference}", include_in_schema=False)

Refusing = Annotated[list[str] | None, Query(max_length=60)]


async def _mail(
    request: Request,
    case: Case,
    kind: str,
    post: Post,
    capacity: Capacity,
    facts: NoticeFacts,
    due: datetime | None,
    key: str,
) -> MailShown | None:
    """The mail of a notice to whoever holds the post now; its links open nothing. None where nobody is written to."""
    site = current_site(request)
    async with site.engine.connect() as connection:
        office = (await offices_of(connection, {post}, site.clock()))[post]
    addressee = office.reads(capacity)
    if addressee is None:
        return None
    reader = MailReader(
        name=addressee.name,
        address=addressee.email,
        post=post,
        language=addressee.language,
        zone=office.zone,
        capacity=office.as_what(capacity),
    )
    about = About(
        reference=case.reference,
        title=case.request.title,
        stage=case.stage.words,
        names=names_in(case),
        default_policy=case.policy == Policy.default(),
        answers_by_link=case.policy.answers_by_link,
    )
    settings = site.settings
    return mail_shown(
        compose(
            kind,
            reader=reader,
            about=about,
            facts=facts,
            due=due,
            at=site.clock(),
            key=key,
            sender=Sender(settings.mail_from, await site.reply_to(), settings.public_url, SAMPLE_LINKS),
        )
    )


# a notice -----------------------------------------------------------------------------------------------------------


async def _of_notice(
    request: Request, visitor: Visitor, reference: str, number: int
) -> tuple[Seen, LedgerNotice, MailShown]:
    case, seen = await seen_or_404(request, reference, visitor.post)
    async with current_site(request).engine.connect() as connection:
        row = await notice_numbered(connection, reference, number)
    if row is None or row.kind not in NOTICE_KINDS:
        raise HTTPException(404)
    mail = await _mail(request, case, row.kind, row.post, row.capacity, row.facts, row.due, row.key)
    if mail is None:
        raise HTTPException(404)
    return seen, row, mail


@router.get("/notices/{number}")
async def notice(request: Request, reference: str, visitor: LedgerReader, number: int) -> HTMLResponse:
    """One notice as its reader gets it: by the directory as it is now."""
    seen, row, mail = await _of_notice(request, visitor, reference, number)
    summary = NOTICE_KINDS[row.kind].summary
    _ = gettext_of(language_for(request, visitor))
    return render(
        request,
        "case/mail.html",
        case=seen.case,
        names=names_in(seen.case),
        mail=mail,
        heading=_(summary),
        post=row.post,
        back=f"/cases/{reference}/notices",
        frame=f"/cases/{reference}/notices/{number}/html",
        headers=FRAMED,
    )


@router.get("/notices/{number}/html")
async def notice_html(request: Request, reference: str, visitor: LedgerReader, number: int) -> HTMLResponse:
    """The HTML of the same mail, under headers that let it do nothing."""
    return html_of_mail((await _of_notice(request, visitor, reference, number))[2])


# a circulation ------------------------------------------------------------------------------------------------------


def _variants(case: Case, circulation: Circulation, refusing: Iterable[str]) -> list[tuple[str, Release]]:
    """For each member that is named: the text if it refuses, beside those that refuse already."""
    against = tuple(refusing)
    return [
        (member, if_released(case, circulation, (*against, member)).release)
        for member in circulation.names
        if member not in against
    ]


async def _circulation(
    request: Request, visitor: Visitor, reference: str, number: int, refusing: Iterable[str]
) -> tuple[Case, Seen, Circulation, Preview, tuple[str, ...]]:
    case, seen = await seen_or_404(request, reference, visitor.post)
    circulation = case.circulations.get(number)
    if circulation is None or number not in seen.case.circulations:
        raise HTTPException(404)
    against = tuple(member for member in circulation.names if member in set(refusing))
    return case, seen, circulation, if_released(case, circulation, against), against


async def _readers(request: Request, preview: Preview) -> list[tuple[Post, str]]:
    """Who would be written to, and where; empty where nobody can be."""
    site = current_site(request)
    found = []
    async with site.engine.connect() as connection:
        for one in preview.notices:
            addressee = await addressee_of(connection, one.to, one.capacity, site.clock())
            found.append((one.to, addressee.email if addressee else ""))
    return found


@router.get("/circulations/{number}")
async def circulation_page(
    request: Request, reference: str, visitor: LedgerReader, number: int, refuse: Refusing = None
) -> HTMLResponse:
    """A circulation before it goes out: consents, the text, the text if one member refuses, each reader's mail."""
    case, seen, circulation, preview, against = await _circulation(request, visitor, reference, number, refuse or ())
    query = urlencode([("refuse", member) for member in against])
    return render(
        request,
        "case/circulation.html",
        case=seen.case,
        names=names_in(case),
        circulation=circulation,
        preview=preview,
        variants=_variants(case, circulation, against),
        readers=await _readers(request, preview),
        against=against,
        query=query,
        mail=None,
    )


async def _circulated_to(
    request: Request, visitor: Visitor, reference: str, number: int, wanted: str, refusing: Iterable[str]
) -> tuple[Seen, Post, MailShown]:
    case, seen, _circ, preview, _against = await _circulation(request, visitor, reference, number, refusing)
    told = next((one for one in preview.notices if one.to == wanted), None)
    mail = None
    if told is not None:
        key = f"{reference}#preview:{told.kind}:{told.to}"
        mail = await _mail(request, case, told.kind, told.to, told.capacity, told.facts, told.due, key)
    if told is None or mail is None:
        raise HTTPException(404)
    return seen, told.to, mail


@router.get("/circulations/{number}/mail")
async def circulation_mail(
    request: Request,
    reference: str,
    visitor: LedgerReader,
    number: int,
    to: Annotated[str, Query(max_length=80)] = "",
    refuse: Refusing = None,
) -> HTMLResponse:
    """The exact mail to one reader."""
    seen, post, mail = await _circulated_to(request, visitor, reference, number, to, refuse or ())
    query = urlencode([("to", post), *(("refuse", member) for member in refuse or ())])
    _ = gettext_of(language_for(request, visitor))
    at, told = f"/cases/{reference}/circulations/{number}", NOTICE_KINDS["circulated"].summary
    return render(
        request,
        "case/mail.html",
        case=seen.case,
        names=names_in(seen.case),
        mail=mail,
        post=post,
        heading=_(told),
        back=at,
        frame=f"{at}/mail/html?{query}",
        headers=FRAMED,
    )


@router.get("/circulations/{number}/mail/html")
async def circulation_html(
    request: Request,
    reference: str,
    visitor: LedgerReader,
    number: int,
    to: Annotated[str, Query(max_length=80)] = "",
    refuse: Refusing = None,
) -> HTMLResponse:
    """The HTML of the same mail, under headers that let it do nothing."""
    return html_of_mail((await _circulated_to(request, visitor, reference, number, to, refuse or ()))[2])


@router.post("/circulations/preview")
async def circulation_preview(request: Request, reference: str, visitor: PolicyProposer) -> HTMLResponse:
    """The mails that a circulation would send, before it is proposed. Nothing is recorded. 4xx: the rules refuse it."""
    sent = await keyed_form(request, visitor.form_key)
    case, seen = await seen_or_404(request, reference, visitor.post)
    fields = fields_sent(FORMS["circulate"], sent, visitor.zone)
    now = current_site(request).clock()
    try:
        command = parse("circulate", fields, by=visitor.post, command_id=uuid4().hex)
        proposed = apply_command(case, command, now).after.circulation
    except Refused as refused:
        return render(
            request,
            "case/circulation_refused.html",
            refused.why.status,
            refused=refused,
            case=seen.case,
            names=names_in(case),
        )
    if proposed is None:
        raise HTTPException(404)
    preview = if_released(case, proposed)
    mail = None
    if preview.notices:
        one = preview.notices[0]
        mail = await _mail(request, case, one.kind, one.to, one.capacity, one.facts, one.due, "preview")
    return render(
        request,
        "case/circulation.html",
        case=seen.case,
        names=names_in(case),
        circulation=proposed,
        preview=preview,
        variants=_variants(case, proposed, ()),
        readers=await _readers(request, preview),
        against=(),
        query="",
        mail=mail,
        proposing=True,
    )
