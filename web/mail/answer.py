"""Answering by the link of a mail, without an account: GET shows what is asked, POST answers.

Programs that look through mails open links, and some ask for them in advance: only the form acts.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.asks import ACKNOWLEDGE
from models.authentication import Means
from models.base import N_
from models.case import Circulation, Consent
from models.notices import NOTICE_KINDS
from models.refusal import Refused
from models.release import Release, as_asked
from models.visibility import Sight
from notifications.addresses import case_address
from records import ledger
from web.case.refusals import refusal_for_reader
from web.case.seen import hidden_sections
from web.kit.commands import give_command, page_of_command
from web.kit.forms import FORMS, fields_sent, shown_form, unanswered
from web.kit.render import gettext_of, language_for, names_in, render, words_for_reader
from web.kit.visitor import current_site
from web.mail.opened_link import BadLink, OpenedLink, open_link

router = APIRouter(prefix="/answer", include_in_schema=False)

_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}
"""The address is the proof: it is passed on to nobody."""

_WHY: Mapping[str, str] = {
    "unknown": N_("This link is not one of ours, or it was cut short on its way."),
    "expired": N_("The time of this link is over."),
    "handed_over": N_("The mail with this link went to somebody who does not receive mail for the post now."),
    "sign_in": N_("This is answered by signing in, not by the link of a mail."),
    "moved_on": N_("What this mail asked is not asked any more: it was settled, or asked anew in a later mail."),
}
_ANSWERS: Mapping[str, str] = {
    "accepted": N_("Your member takes part."),
    "observer": N_("Your member takes part as an observer."),
    "declined": N_("Your member has declined."),
    "given": N_("Your member may be named."),
    "refused": N_("Your member will not be named."),
    "acknowledged": N_("It is noted that the message has reached you."),
}


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def answer_page(request: Request, token: str) -> HTMLResponse:
    """What is asked, of which post and until when, with what the post may see of it, and the form. Nothing is changed.

    410: the link is no good, or not any more; the page says why in one sentence.
    """
    try:
        opened = await open_link(current_site(request), token)
    except BadLink as no_good:
        return _no_good(request, no_good)
    return _page(request, token, opened)


@router.post("/{token}")
async def submit_answer(request: Request, token: str) -> Response:
    """Answer, as the post itself. The same form sent twice, or another of the same link, is answered with what stands."""
    site = current_site(request)
    try:
        opened = await open_link(site, token)
    except BadLink as no_good:
        return _no_good(request, no_good)
    link = opened.link
    again = RedirectResponse(f"/answer/{token}", 303, headers=_HEADERS)
    if not opened.answer and link.do != ACKNOWLEDGE:
        sent = await request.form()
        fields = fields_sent(FORMS[link.do], sent, opened.zone)
        missing = unanswered(FORMS[link.do], sent)
        if missing:
            return _page(request, token, opened, fields, missing)
        given = give_command(
            site,
            link.do,
            fields,
            by=link.post,
            command_id=_command_id(opened),
            means=Means.MAIL_LINK,
            reference=link.reference,
        )

        async def refused(refusal: Refused) -> HTMLResponse:
            why = refusal_for_reader(refusal, opened.case, opened.seen, link.do, fields, site.clock())
            return _page(request, token, opened, fields, why)

        response = await page_of_command(
            request,
            given,
            sent=sent.multi_items(),
            refused=refused,
            case=opened.seen.case,
            headers=_HEADERS,
            done=lambda _result: again,
        )
        if response is not again:
            return response
    await ledger.acknowledge(site.engine, link.key, site.clock())
    return again


def _command_id(opened: OpenedLink) -> str:
    """One for each notice: what its link has done is done once, however the token is spelled."""
    link = opened.link
    digest = hashlib.sha256(link.key.encode()).hexdigest()[:32]
    return f"{link.reference}:{link.post}:link:{digest}"


def _no_good(request: Request, no_good: BadLink) -> HTMLResponse:
    _ = gettext_of(language_for(request, None))
    return render(request, "mail/link_closed.html", 410, headers=_HEADERS, why=_(_WHY[no_good.reason]))


def _page(
    request: Request,
    token: str,
    opened: OpenedLink,
    given: Mapping[str, Any] | None = None,
    refused: Refused | None = None,
) -> HTMLResponse:
    language = language_for(request, None)
    link, shown = opened.link, opened.seen.case
    say, _ = words_for_reader(None, language, names_in(shown), zone=opened.zone), gettext_of(language)
    form = FORMS.get(link.do)
    participant = shown.participants.get(link.post.member) if link.do == "respond" else None
    return render(
        request,
        "mail/answer.html",
        refused.why.status if refused else 200,
        headers=_HEADERS,
        opened=opened,
        case=shown,
        say=say,
        form=form,
        token=token,
        refused=refused,
        whole=False,
        fields=shown_form(form, shown, link.post, say, _, given or {}) if form else [],
        told=_(NOTICE_KINDS[opened.kind].summary),
        answered=_(_ANSWERS[opened.answer]) if opened.answer else "",
        participant=participant,
        release=_release(opened),
        hidden=hidden_sections(opened.case, opened.seen) if participant else [],
        home=case_address(link.reference),
    )


def _release(opened: OpenedLink) -> Release | None:
    """What would be told, naming the member and nobody else who has not consented."""
    circulation, member = opened.circulation, opened.link.post.member
    if circulation is None or opened.seen.sight is Sight.CIRCULATED:
        return None
    consents = {**circulation.consents, member: Consent.GIVEN}
    named: Circulation = circulation.model_copy(update={"consents": consents})
    return as_asked(opened.seen.case, named, member)
