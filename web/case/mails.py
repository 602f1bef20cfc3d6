"""The mails of a case on pages: each notice as its reader gets it, and a circulation's mails before they go out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from models.case import Case, Circulation
from models.circulation_preview import Preview, as_proposed, if_released
from models.commands import parse
from models.evidence import mark_of
from models.notices import NOTICE_KINDS, NoticeFacts
from models.policy import Policy
from models.posts import Capacity, Post
from models.refusal import Refused
from models.release import Passage, passages
from notifications.compose import compose
from notifications.correspondents import MailReader, Sender
from notifications.preview import SAMPLE_IDS, SAMPLE_LINKS, MailShown, mail_shown
from notifications.wording import About
from records.notices import LedgerNotice, notice_numbered
from records.offices import addressee_of, offices_of
from records.tree import entry_hashes
from web.case.seen import AtLedger, CaseVisit, visit_case
from web.kit.asked import NumberInPath
from web.kit.forms import FORMS, fields_sent
from web.kit.render import names_in
from web.kit.roles import PolicyProposer
from web.kit.sessions import keyed_form
from web.kit.visitor import current_site
from web.mail.frames import FRAMED, html_of_mail

router = APIRouter(prefix="/cases/{reference}", include_in_schema=False)

Refusing = Annotated[list[str] | None, Query(max_length=60)]
To = Annotated[str, Query(max_length=80)]


async def _mail(
    at: CaseVisit,
    kind: str,
    post: Post,
    capacity: Capacity,
    facts: NoticeFacts,
    due: datetime | None,
    key: str,
    record: str = "",
) -> MailShown | None:
    """The mail of a notice to whoever holds the post now; its links open nothing. None where nobody is written to."""
    site, case = current_site(at.request), at.case
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
    message = compose(
        kind,
        reader=reader,
        about=about,
        facts=facts,
        due=due,
        at=site.clock(),
        key=key,
        record=record,
        sender=Sender(
            site.settings.mail_from, await site.reply_to(), site.settings.public_url, SAMPLE_IDS, SAMPLE_LINKS
        ),
    )
    return mail_shown(message)


def _mail_page(at: CaseVisit, kind: str, post: Post, mail: MailShown, back: str, frame: str) -> HTMLResponse:
    """A mail as its reader gets it. ``back``: the page it belongs to; ``frame``: the address of its HTML."""
    _say, _ = at.words
    heading = _(NOTICE_KINDS[kind].summary)
    return at.page("case/mail.html", headers=FRAMED, mail=mail, heading=heading, post=post, back=back, frame=frame)


# a notice -----------------------------------------------------------------------------------------------------------


async def _of_notice(at: CaseVisit, number: int) -> tuple[LedgerNotice, MailShown]:
    async with current_site(at.request).engine.connect() as connection:
        row = await notice_numbered(connection, at.case.reference, number)
        hashes = await entry_hashes(connection, [row.place] if row else [])
    if row is None or row.kind not in NOTICE_KINDS:
        raise HTTPException(404)
    record = mark_of(*row.place, hashes[row.place]) if row.place in hashes else ""
    mail = await _mail(at, row.kind, row.post, row.capacity, row.facts, row.due, row.key, record)
    if mail is None:
        raise HTTPException(404)
    return row, mail


@router.get("/notices/{number}")
async def notice(at: AtLedger, number: NumberInPath) -> HTMLResponse:
    """One notice as its reader gets it: by the directory as it is now."""
    row, mail = await _of_notice(at, number)
    back = f"/cases/{at.case.reference}/notices"
    return _mail_page(at, row.kind, row.post, mail, back, f"{back}/{number}/html")


@router.get("/notices/{number}/html")
async def notice_html(at: AtLedger, number: NumberInPath) -> HTMLResponse:
    """The HTML of the same mail, under headers that let it do nothing."""
    return html_of_mail((await _of_notice(at, number))[1])


# a circulation ------------------------------------------------------------------------------------------------------


def _variants(case: Case, circulation: Circulation, refusing: Iterable[str]) -> list[tuple[str, Preview]]:
    """For each member that is named: what comes of it if it refuses, beside those that refuse already."""
    against = tuple(refusing)
    return [
        (member, if_released(case, circulation, (*against, member)))
        for member in circulation.names
        if member not in against
    ]


def _previewed(at: CaseVisit, number: int, refusing: Refusing) -> tuple[Circulation, Preview, tuple[str, ...]]:
    """A circulation, what it would send if those that it names and that are ``refusing`` refuse, and who they are."""
    circulation = at.case.circulations.get(number)
    if circulation is None or number not in at.seen.case.circulations:
        raise HTTPException(404)
    against = tuple(member for member in circulation.names if member in set(refusing or ()))
    return circulation, if_released(at.case, circulation, against), against


async def _page(
    at: CaseVisit, circulation: Circulation, preview: Preview, against: tuple[str, ...] = (), **context: Any
) -> HTMLResponse:
    """A circulation with its readers: who would be written to, and where; empty where nobody can be."""
    site, readers = current_site(at.request), []
    async with site.engine.connect() as connection:
        for one in preview.notices:
            addressee = await addressee_of(connection, one.to, one.capacity, site.clock())
            readers.append((one.to, addressee.email if addressee else ""))
    return at.page(
        "case/circulation.html",
        circulation=circulation,
        preview=preview,
        variants=_variants(at.case, circulation, against),
        readers=readers,
        against=against,
        marked=_marked(at.case, preview),
        query=urlencode([("refuse", member) for member in against]),
        **context,
    )


def _marked(case: Case, preview: Preview) -> list[list[Passage]]:
    """Each text of what is told, with its names apart; empty where there are none."""
    told = preview.release
    texts = (told.text, *told.outcomes, *told.recommendations) if preview.circulation.found else ()
    return [passages(case, text, preview.held) for text in texts]


@router.get("/circulations/{number}")
async def circulation_page(at: AtLedger, number: NumberInPath, refuse: Refusing = None) -> HTMLResponse:
    """A circulation before it goes out: consents, the text, the text if one member refuses, each reader's mail."""
    return await _page(at, *_previewed(at, number, refuse), mail=None)


async def _circulated_to(
    at: CaseVisit, number: NumberInPath, wanted: str, refusing: Refusing
) -> tuple[Post, MailShown]:
    preview = _previewed(at, number, refusing)[1]
    told = next((one for one in preview.notices if one.to == wanted), None)
    mail = None
    if told is not None:
        key = f"{at.case.reference}#preview:{told.kind}:{told.to}"
        mail = await _mail(at, told.kind, told.to, told.capacity, told.facts, told.due, key)
    if told is None or mail is None:
        raise HTTPException(404)
    return told.to, mail


@router.get("/circulations/{number}/mail")
async def circulation_mail(at: AtLedger, number: NumberInPath, to: To = "", refuse: Refusing = None) -> HTMLResponse:
    """The exact mail to one reader."""
    post, mail = await _circulated_to(at, number, to, refuse)
    query = urlencode([("to", post), *(("refuse", member) for member in refuse or ())])
    back = f"/cases/{at.case.reference}/circulations/{number}"
    return _mail_page(at, "circulated", post, mail, back, f"{back}/mail/html?{query}")


@router.get("/circulations/{number}/mail/html")
async def circulation_html(at: AtLedger, number: NumberInPath, to: To = "", refuse: Refusing = None) -> HTMLResponse:
    """The HTML of the same mail, under headers that let it do nothing."""
    return html_of_mail((await _circulated_to(at, number, to, refuse))[1])


@router.post("/circulations/preview")
async def circulation_preview(request: Request, reference: str, visitor: PolicyProposer) -> HTMLResponse:
    """The mails that a circulation would send, before it is proposed. Nothing is recorded. 4xx: the rules refuse it."""
    sent = await keyed_form(request, visitor.form_key)
    at = await visit_case(request, visitor, reference)
    fields = fields_sent(FORMS["circulate"], sent, visitor.zone)
    try:
        command = parse("circulate", fields, by=visitor.post, command_id=uuid4().hex)
        proposed = as_proposed(at.case, command, current_site(request).clock())
    except Refused as refused:
        return at.page("case/circulation_refused.html", refused.why.status, refused=refused)
    preview, mail = if_released(at.case, proposed), None
    if preview.notices:
        one = preview.notices[0]
        mail = await _mail(at, one.kind, one.to, one.capacity, one.facts, one.due, "preview")
    return await _page(at, proposed, preview, mail=mail, proposing=True)
