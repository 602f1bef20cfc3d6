"""Caught mail in the browser, for a laptop and for rehearsals.

Shown to nobody but this machine, and on it to who has the key that lies in the data folder: mails carry links that act
for their recipients. The address that `ahg up` prints holds the key; the browser keeps it in a cookie. Everything in a
mail is foreign text, so it is escaped, and its HTML part is a page of its own in a sandbox that may load nothing.
"""

import hmac
import re
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from html import escape
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from settings import is_loopback
from web.mail.bare_page import SAFE_HEADERS, page

NAME = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9]{6}\.eml")
SHOWN = 200  # newest mails in the list
HTML_HEADERS = SAFE_HEADERS | {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
}
_COOKIE = "ahg_mail"
_WITHOUT_KEY = (
    "<p>These pages show links to sign in by, so they are for whoever runs the product on this machine. Open the "
    "address that <code>ahg up</code> (<code>make run</code>) printed when it had started: it ends with "
    "<code>/mail?key=</code> and what stands in the file <code>local-key</code> of the data folder. This browser then "
    "keeps the key.</p>"
)
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def only_this_machine(request: Request) -> None:
    """404 unless client and host name are this machine and no proxy stands between.

    The host name too, or any site could point a name of its own at 127.0.0.1 and read the mails.
    """
    client = request.client.host if request.client else ""
    host = request.url.hostname or ""
    if not is_loopback(client) or not is_loopback(host) or any(name in request.headers for name in FORWARDED):
        raise HTTPException(404)


router = APIRouter(prefix="/mail", include_in_schema=False, dependencies=[Depends(only_this_machine)])


def _is_key(request: Request, given: str) -> bool:
    key: str = request.app.state.settings.local_key
    return bool(key) and hmac.compare_digest(given.encode(errors="replace"), key.encode())


def _may_read(request: Request) -> bool:
    return _is_key(request, request.cookies.get(_COOKIE, ""))


def _file(request: Request, name: str) -> Path:
    if not _may_read(request):
        raise HTTPException(404)
    path = Path(request.app.state.settings.mail_dir) / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise HTTPException(404, "there is no such mail")
    return path


MailFile = Annotated[Path, Depends(_file)]


@router.get("")
async def mailbox_page(request: Request, key: str = "") -> Response:
    """The newest mails, newest first. With the key in the address: the browser keeps it, and goes on without.

    403: there is no key, or another one.
    """
    if _is_key(request, key):
        onward = RedirectResponse(router.prefix, 303, headers=SAFE_HEADERS)
        onward.set_cookie(_COOKIE, key, path=router.prefix, httponly=True, samesite="strict")
        return onward
    if not _may_read(request):
        return page("Caught mail", _WITHOUT_KEY, 403)
    folder = Path(request.app.state.settings.mail_dir)
    names = sorted((path.name for path in folder.glob("*.eml") if NAME.fullmatch(path.name)), reverse=True)
    rows = "".join(_row(folder / name) for name in names[:SHOWN])
    head = "<tr><th>Caught (UTC)</th><th>For</th><th>Subject</th></tr>"
    table = f"<table>{head}{rows}</table>" if rows else "<p>None yet.</p>"
    return page("Caught mail", f"<p>{len(names)} mails; none of them was sent to anybody.</p>{table}")


@router.get("/{name}")
async def mailbox_mail_page(path: MailFile) -> HTMLResponse:
    """One mail: its headers, its text, and its HTML part in a sandboxed frame."""
    message = _parse(path)
    headers = "".join(f"<tr><th>{escape(key)}</th><td>{escape(str(value))}</td></tr>" for key, value in message.items())
    parts = [f"<table>{headers}</table>"]
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    if text is not None:
        parts.append(f"<h2>Text</h2><pre>{escape(_content(text))}</pre>")
    if html is not None:
        parts.append(f'<h2>HTML</h2><iframe sandbox title="HTML part" src="/mail/{path.name}/html"></iframe>')
    names = [escape(part.get_filename() or part.get_content_type()) for part in message.iter_attachments()]
    if names:
        parts.append("<h2>Attachments</h2><ul>" + "".join(f"<li>{name}</li>" for name in names) + "</ul>")
    parts.append(f'<p><a href="/mail/{path.name}/raw">As it came</a> · <a href="/mail">All mails</a></p>')
    return page(str(message["Subject"] or "(no subject)"), "".join(parts))


@router.get("/{name}/html")
async def html_part(path: MailFile) -> HTMLResponse:
    """The HTML part as it came, under headers that let it do nothing. 404 when there is none."""
    body = _parse(path).get_body(("html",))
    if body is None:
        raise HTTPException(404, "this mail has no HTML part")
    return HTMLResponse(_content(body), headers=HTML_HEADERS)


@router.get("/{name}/raw")
async def raw(path: MailFile) -> PlainTextResponse:
    """The file, as plain text."""
    return PlainTextResponse(path.read_bytes(), headers=SAFE_HEADERS)


def _parse(path: Path) -> EmailMessage:
    return BytesParser(policy=policy.default.clone(utf8=True)).parsebytes(path.read_bytes())


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a character set that nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else ""


def _row(path: Path) -> str:
    message = _parse(path)
    caught = datetime.strptime(path.name[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    recipients = escape(str(message["X-Catcher-To"] or ""))
    subject = escape(str(message["Subject"] or "(no subject)"))
    link = f'<a href="/mail/{path.name}">{subject}</a>'
    return f"<tr><td>{caught:%d %b %Y %H:%M:%S}</td><td>{recipients}</td><td>{link}</td></tr>"
