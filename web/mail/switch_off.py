"""Switching mails off by the link of a mail (RFC 8058): GET shows, POST acts. No account, cookie or form key.

A mail program sends ``List-Unsubscribe=One-Click`` and nothing else: that kind is switched off, in every case. The page
offers less as well. Programs that look through mails open links: only the form acts.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from models.base import N_
from models.mail_preferences import MailChoice, Preferences, Rhythm, Switch
from models.notices import DIGEST, NOTICE_KINDS
from models.posts import Capacity
from notifications.mandatory import can_be_switched_off
from notifications.off_links import OffLink
from notifications.signing import NotOurs
from records import mail_preferences
from records.offices import addressee_of
from web.kit.directory import member_names
from web.kit.render import gettext_of, language_for, render
from web.kit.sessions import client_of
from web.kit.site import Site
from web.kit.visitor import current_site

router = APIRouter(prefix="/my-mails/off", include_in_schema=False)

_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}
_WHY: Mapping[str, str] = {
    "unknown": N_("This link is not one of ours, or it was cut short on its way."),
    "handed_over": N_("The mail with this link went to somebody who does not receive mail for the post now."),
    "mandatory": N_("Mails of this kind cannot be switched off any more."),
    "too_many": N_("Too many links that are not ours came from your address. Please come back later."),
}
_DONE: Mapping[str, str] = {
    "kind": N_("Mails of this kind are switched off, in every case."),
    "kind_in_case": N_("Mails of this kind are switched off in this case."),
    "case": N_("All mails of this case that can be switched off are."),
    "gather": N_("Mails of this kind come in the digest from now on."),
    "digest": N_("Digests are switched off, and what would have come in them."),
}


class _NoGood(Exception):
    """The link is not valid; ``why`` is a key of ``_WHY``."""

    def __init__(self, why: str, status: int = 410, wait: int = 0) -> None:
        super().__init__(why)
        self.why, self.status, self.wait = why, status, wait


class _Opened(NamedTuple):
    link: OffLink
    address: str


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def switch_off_page(request: Request, token: str) -> HTMLResponse:
    """What can be switched off; nothing is changed. 410: the link is not valid; 429: too many invalid links."""
    try:
        opened = await _open(request, token)
    except _NoGood as no_good:
        return _closed(request, no_good)
    return await _page(request, token, opened.link)


@router.post("/{token}")
async def submit_switch_off(request: Request, token: str) -> HTMLResponse:
    """Switch off what the form says; without a known choice, this kind in every case. Sent twice, it is done once.

    Answered with a page and never with a redirection, which programs do not follow (RFC 8058, section 3.1).
    """
    try:
        opened = await _open(request, token)
    except _NoGood as no_good:
        return _closed(request, no_good)
    link, site = opened.link, current_site(request)
    what = str((await request.form()).get("what") or "")
    what = DIGEST if link.kind == DIGEST else what if what in _CHANGES else "kind"

    def changed(wants: Preferences) -> Preferences:
        return _CHANGES[what](wants, link)

    now, by = site.clock(), "the link of a mail"
    await mail_preferences.amend_preferences(site.engine, link.post, opened.address, changed, now=now, by=by)
    return await _page(request, token, link, done=what)


async def _open(request: Request, token: str) -> _Opened:
    site, client = current_site(request), client_of(request)
    now: datetime = site.clock()
    try:
        link = site.off_links.read(token)
    except NotOurs:
        if wait := site.wrong_tokens.wait(client, now):
            raise _NoGood("too_many", 429, wait) from None
        site.wrong_tokens.note(client, now)
        raise _NoGood("unknown") from None
    address = await _address_of(site, link, now)
    if link.kind != DIGEST and not can_be_switched_off(link.kind):
        raise _NoGood("mandatory")
    return _Opened(link, address)


async def _address_of(site: Site, link: OffLink, now: datetime) -> str:
    """The address that the post's mail goes to, if the mail of the link went there."""
    async with site.engine.connect() as connection:
        holder = await addressee_of(connection, link.post, Capacity.HOLDER, now)
    if holder is None or not site.off_links.was_for(link, holder.email):
        raise _NoGood("handed_over")
    return holder.email


def _switched(kind: bool, case: bool, how: MailChoice) -> Callable[[Preferences, OffLink], Preferences]:
    def change(wants: Preferences, link: OffLink) -> Preferences:
        switch = Switch(kind=link.kind if kind else "", case=link.case if case else "", how=how)
        return wants.with_switch(switch)

    return change


_CHANGES: Mapping[str, Callable[[Preferences, OffLink], Preferences]] = {
    "kind": _switched(kind=True, case=False, how=MailChoice.OFF),
    "kind_in_case": _switched(kind=True, case=True, how=MailChoice.OFF),
    "case": _switched(kind=False, case=True, how=MailChoice.OFF),
    "gather": _switched(kind=True, case=False, how=MailChoice.DIGEST),
    DIGEST: lambda wants, _: wants.model_copy(update={"digest": Rhythm.NONE}),
}


def _closed(request: Request, no_good: _NoGood) -> HTMLResponse:
    _ = gettext_of(language_for(request, None))
    headers = {**_HEADERS, "Retry-After": str(no_good.wait)} if no_good.wait else _HEADERS
    return render(request, "mail/link_closed.html", no_good.status, headers=headers, why=_(_WHY[no_good.why]))


async def _page(request: Request, token: str, link: OffLink, *, done: str = "") -> HTMLResponse:
    _ = gettext_of(language_for(request, None))
    kind = NOTICE_KINDS.get(link.kind)
    return render(
        request,
        "mail/switch_off.html",
        headers=_HEADERS,
        link=link,
        token=token,
        digest=link.kind == DIGEST,
        told=_(kind.summary) if kind else "",
        done=_(_DONE[done]) if done else "",
        names=await member_names(current_site(request)),
    )
