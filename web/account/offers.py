"""Posts that are offered to the person who is signed in, who takes them over: with the second factor, or a passkey."""

from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from casework import CommandResult
from models.authentication import Means, Standing, means_of_session
from models.case import Case
from models.commands import Command, parse
from models.passkeys import statement_of
from models.posts import Post
from models.refusal import Refused
from models.tables.cases import OfferRow
from notifications.addresses import OFFERS
from records.offers import offer_to, offers_to
from records.passkeys import Passkey, note_use, passkeys_of
from records.sessions import Session
from web.kit.commands import done_before, give_command, page_of_command
from web.kit.directory import member_names
from web.kit.passkey_touch import ANSWER, OTHERWISE, question, site_name, touch_in
from web.kit.render import render
from web.kit.sessions import current_session, keyed_form
from web.kit.visitor import ProveFirst, SignInFirst, current_site

router = APIRouter(prefix=OFFERS, include_in_schema=False)


async def _session(request: Request) -> Session:
    """The session of a request, of a person who may hold no post. Raises SignInFirst, which leads back here."""
    try:
        return await current_session(request)
    except SignInFirst:
        raise SignInFirst(f"/sign-in?next={OFFERS}") from None


@router.get("")
async def offers_page(request: Request) -> HTMLResponse:
    """What is offered to the address of the session."""
    return await _page(request, await _session(request))


async def _page(request: Request, session: Session, refused: Refused | None = None) -> HTMLResponse:
    site = current_site(request)
    async with site.engine.connect() as connection:
        offers = await offers_to(connection, session.email)
    return render(
        request,
        "account/offers.html",
        refused.why.status if refused else 200,
        form_key=session.form_key,
        names=await member_names(site),
        offers=offers,
        here=OFFERS,
        form=uuid4().hex,
        refused=refused,
    )


@router.post("")
async def submit_take_over(request: Request) -> Response:
    """Take a post over. 404: it is not offered to this address, or no more; 403: the second factor is asked for first."""
    session = await _session(request)
    sent = await keyed_form(request, session.form_key)
    site = current_site(request)
    async with site.engine.connect() as connection:
        offer = await offer_to(connection, session.email, str(sent.get("reference")), str(sent.get("post")))
        known = await passkeys_of(connection, session.email) if site_name(site) and OTHERWISE not in sent else []
    case = await site.files.read(offer.reference) if offer else None
    if offer is None or case is None:
        raise HTTPException(404)
    own_id = f"{offer.reference}:{session.email}:{str(sent.get('_id') or '')[:64] or uuid4().hex}"
    command = parse("take_over", {"email": offer.email}, by=offer.post, command_id=own_id)
    if known and not sent.get(ANSWER):
        return _signing(request, session, case, command, known, sent)
    means = means_of_session(session.strong_at, site.clock())
    if not known and means is not Means.SECOND_FACTOR:
        raise ProveFirst(request.url.path, [(name, str(value)) for name, value in sent.multi_items()])

    async def refused(refusal: Refused) -> Response:
        return await _page(request, session, refusal)

    given = _given(request, case, offer, command, known, sent, means)
    done = RedirectResponse("/account/post", 303)
    kept = sent.multi_items()
    return await page_of_command(request, given, sent=kept, refused=refused, case=None, done=lambda _result: done)


async def _given(
    request: Request, case: Case, offer: OfferRow, command: Command, known: list[Passkey], sent: FormData, means: Means
) -> CommandResult:
    site = current_site(request)
    if known and (before := await done_before(site, offer.reference, command.id)) is not None:
        return before
    signed = touch_in(site, case, command, known, sent) if known else None
    result = await give_command(
        site,
        "take_over",
        {"email": offer.email},
        by=Post(offer.post),
        command_id=command.id,
        means=Means.PASSKEY if signed else means,
        touch=signed.touch if signed else None,
        standing=Standing.NAMED,
        reference=offer.reference,
    )
    if signed is not None:
        await note_use(site.engine, signed.touch.credential, signed.counted, site.clock())
    site.nudge_delivery()
    return result


def _signing(
    request: Request, session: Session, case: Case, command: Command, known: list[Passkey], sent: FormData
) -> Response:
    options = question(current_site(request), statement_of(case, command), known)
    kept = [(name, str(value)) for name, value in sent.multi_items() if name not in (ANSWER, OTHERWISE)]
    return render(
        request,
        "case/signing.html",
        form_key=session.form_key,
        case=case,
        command=command,
        gate=None,
        kept=kept,
        options=options,
        here=OFFERS,
        offer=case.offers.get(command.by),
    )
