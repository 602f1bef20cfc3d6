"""The second factor: enrolled once, shown in each session of a post that needs it, and at the moment of a decision."""

from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.datastructures import FormData

from models.base import N_
from records import second_factor, sessions
from records.second_factor import CodeResult, Proof
from records.sessions import Session
from web.account.posts import way_on
from web.kit.account_mail import AccountEvent, tell_account
from web.kit.directory import held_by
from web.kit.errors import page_saying
from web.kit.render import gettext_of, language_for, render
from web.kit.sealing import Unreadable, open_secret, seal_secret
from web.kit.sessions import Current, cookie_of, current_session, give_cookie, keyed_form, onward, take_cookie
from web.kit.site import Site
from web.kit.trace import trace
from web.kit.visitor import current_site
from web.signin.one_time_codes import new_secret, qr_code, step_of_code

router = APIRouter(include_in_schema=False)


@router.get("/second-factor")
async def second_factor_page(
    request: Request,
    session: Current,
    next_: Annotated[str, Query(alias="next")] = "",
    post: Annotated[str, Query()] = "",
) -> Response:
    """Ask for a code; of an account that has no second factor yet, enrol one. ``post``: the one that acts then."""
    site = current_site(request)
    if session.strong:
        return RedirectResponse(onward(next_) or "/", 303)
    given = FormData({"next": next_, "post": post})
    if await second_factor.sealed_secret(site.engine, session.email):
        return _ask(request, session, given)
    return _offer(request, session, given, new_secret())


def _page(
    request: Request, session: Session, template: str, given: FormData, wrong: str, status: int, **context: Any
) -> Response:
    """A form for a code; ``given``: the page and the post to go on to. ``wrong``: why the last code was not taken."""
    then: dict[str, Any] = {"post": str(given.get("post") or ""), "onward": onward(given.get("next"))}
    return render(request, template, status, wrong=wrong, form_key=session.form_key, **then, **context)


def _ask(request: Request, session: Session, given: FormData, wrong: str = "", status: int = 200) -> Response:
    return _page(request, session, "signin/second_factor.html", given, wrong, status)


def _offer(
    request: Request, session: Session, given: FormData, secret: str, wrong: str = "", status: int = 200
) -> Response:
    shown = _offered_as(request, session, secret)
    return _page(request, session, "signin/enrol.html", given, wrong, status, **shown)


def _offered_as(request: Request, session: Session, secret: str) -> dict[str, Any]:
    """A new secret as a page shows it."""
    # The page carries the secret until a code proves that the app has it: sealed, for this session alone.
    sealed = seal_secret(current_site(request).settings.keyring, secret, _offered(session))
    qr = Markup(qr_code(secret, session.email))  # noqa: S704 - made by us, of Base32 and a quoted address
    written = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"sealed": sealed, "email": session.email, "secret": written, "qr": qr}


def _offered(session: Session) -> str:
    return f"offered:{session.number}"


def _kept(email: str) -> str:
    return f"second factor:{email}"


@router.post("/second-factor/enrol")
async def submit_enrolment(request: Request, session: Current) -> Response:
    """Save the secret that the page offered if the code fits it. 422: the code is wrong; the secret stays the same."""
    site = current_site(request)
    sent = await keyed_form(request, session.form_key)
    keyring, now = site.settings.keyring, site.clock()
    try:
        secret = open_secret(keyring, str(sent.get("sealed") or ""), _offered(session))
    except Unreadable:
        return _again(sent)
    step = step_of_code(secret, str(sent.get("code") or ""), now)
    if step is None:
        return _offer(request, session, sent, secret, _wrong(request), 422)
    sealed = seal_secret(keyring, secret, _kept(session.email))
    proof = await second_factor.enrol(site.engine, cookie_of(request), sealed, step, now)
    if proof is None:  # enrolled in another session meanwhile
        return _again(sent)
    return _set_up(request, session, proof, await _judged(request, session, sent, proof))


def _set_up(request: Request, session: Session, proof: Proof, answer: Response) -> Response:
    """The answer to a second factor that was set up just now: its owner hears of it."""
    trace(request, "second factor: set up", session.email)
    if proof.shown is CodeResult.RIGHT:
        site = current_site(request)
        answer.background = BackgroundTask(tell_account, site, request, session.email, AccountEvent.SECOND_FACTOR)
    return answer


@router.post("/second-factor")
async def submit_code(request: Request, session: Current) -> Response:
    """Check a code. 422: it is wrong or was used before; the fifth wrong one ends the session."""
    site = current_site(request)
    sent = await keyed_form(request, session.form_key)
    keyring, now = site.settings.keyring, site.clock()

    def step_of(sealed: str) -> int | None:
        secret = open_secret(keyring, sealed, _kept(session.email))
        return step_of_code(secret, str(sent.get("code") or ""), now)

    try:
        proof = await second_factor.show_code(site.engine, cookie_of(request), step_of, now)
    except Unreadable:
        _ = gettext_of(language_for(request, None))
        words = _("Your second factor cannot be read any more. Ask the secretariat to reset it.")
        return _ask(request, session, sent, words, 503)
    trace(request, f"second factor: {proof.shown.value}", session.email)
    if proof.shown is CodeResult.RIGHT:
        await _reseal(site, session.email)
    return await _judged(request, session, sent, proof)


# at the moment of a command -----------------------------------------------------------------------------------------

_OURS = ("_code", "_sealed", "_to")


async def page_to_prove(request: Request, to: str, sent: Iterable[tuple[str, str]]) -> Response:
    """Ask for a code, or enrol, before a form is taken: 403, with what was sent, which is then sent again to ``to``."""
    session = await current_session(request)
    enrolled = await second_factor.sealed_secret(current_site(request).engine, session.email)
    return _prove(request, session, to, sent, "" if enrolled else new_secret())


def _prove(
    request: Request,
    session: Session,
    to: str,
    sent: Iterable[tuple[str, str]],
    secret: str = "",
    wrong: str = "",
    status: int = 403,
) -> Response:
    """The form of ``sent`` once more, with a place for a code; ``secret``: one to be enrolled."""
    kept = [(name, value) for name, value in sent if name not in _OURS]
    shown = _offered_as(request, session, secret) if secret else {}
    context = {"to": to, "sent": kept, "wrong": wrong, "sealed": "", **shown}
    return render(request, "signin/prove.html", status, form_key=session.form_key, **context)


@router.post("/second-factor/again")
async def submit_proof(request: Request, session: Current) -> Response:
    """Check the code that a form was held up for, and have the browser send the form again (307) where it belongs."""
    site = current_site(request)
    sent = await keyed_form(request, session.form_key)
    fields = [(name, str(value)) for name, value in sent.multi_items()]
    to, code, keyring, now = onward(sent.get("_to")), str(sent.get("_code") or ""), site.settings.keyring, site.clock()
    if not to:
        raise HTTPException(400)
    sealed, secret = str(sent.get("_sealed") or ""), ""
    try:
        if sealed:
            secret = open_secret(keyring, sealed, _offered(session))
            step = step_of_code(secret, code, now)
            if step is None:
                return _prove(request, session, to, fields, secret, _wrong(request), 422)
            new = seal_secret(keyring, secret, _kept(session.email))
            proof = await second_factor.enrol(site.engine, cookie_of(request), new, step, now)
        else:

            def step_of(held: str) -> int | None:
                return step_of_code(open_secret(keyring, held, _kept(session.email)), code, now)

            proof = await second_factor.show_code(site.engine, cookie_of(request), step_of, now)
    except Unreadable:
        return await page_to_prove(request, to, fields)
    if proof is None:  # enrolled in another session meanwhile
        return await page_to_prove(request, to, fields)
    if not sealed:
        trace(request, f"second factor: {proof.shown.value}", session.email)
    if proof.shown is CodeResult.RIGHT:
        if not sealed:
            await _reseal(site, session.email)
        response = RedirectResponse(to, 307)
        give_cookie(response, site, proof.token)
        return _set_up(request, session, proof, response) if sealed else response
    if proof.shown is CodeResult.WRONG:
        return _prove(request, session, to, fields, "", _wrong(request), 422)
    return _shut(request, session, proof)


async def _reseal(site: Site, email: str) -> None:
    """Seal the secret anew when another key of the ring is the first one now, so that the old key can go."""
    keyring = site.settings.keyring
    sealed = await second_factor.sealed_secret(site.engine, email)
    if not sealed.startswith(f"{next(iter(keyring))}:"):
        new = seal_secret(keyring, open_secret(keyring, sealed, _kept(email)), _kept(email))
        await second_factor.replace_secret(site.engine, email, sealed, new)


async def _judged(request: Request, session: Session, sent: FormData, proof: Proof) -> Response:
    site = current_site(request)
    if proof.shown is CodeResult.RIGHT:
        response = RedirectResponse(await _then(site, session, sent), 303)
        give_cookie(response, site, proof.token)
        return response
    if proof.shown is CodeResult.WRONG:
        return _ask(request, session, sent, _wrong(request), 422)
    return _shut(request, session, proof)


def _shut(request: Request, session: Session, proof: Proof) -> Response:
    """The page for an account that takes no more codes, or for a session that is over; its owner is told of that."""
    if proof.shown is CodeResult.LOCKED:
        words = N_("Too many wrong codes were given for this account. Ask the secretariat to reset it.")
        return page_saying(request, 403, N_("This was not done"), words)
    words = N_("Too many wrong codes were given. Sign in again, and take the code that the app shows then.")
    over = page_saying(request, 403, N_("You are signed out"), words)
    site = current_site(request)
    take_cookie(over, site)
    over.background = BackgroundTask(tell_account, site, request, session.email, AccountEvent.WRONG_CODES)
    return over


async def _then(site: Site, session: Session, sent: FormData) -> str:
    """Make the wanted post the one that acts, and give the address to continue at."""
    wanted = onward(sent.get("next"))
    chosen = next((one for one in await held_by(site, session.email) if one == sent.get("post")), None)
    if chosen is None:
        return await way_on(site, session.email, wanted, strong=True)
    await sessions.choose_post(site.engine, session.number, chosen)
    return wanted or "/"


def _again(sent: FormData) -> Response:
    given = {"next": onward(sent.get("next")), "post": str(sent.get("post") or "")[:64]}
    kept = {name: value for name, value in given.items() if value}
    return RedirectResponse("/second-factor" + (f"?{urlencode(kept)}" if kept else ""), 303)


def _wrong(request: Request) -> str:
    _ = gettext_of(language_for(request, None))
    return _("This code is not right, or it was used before. Take the code that the app shows now.")
