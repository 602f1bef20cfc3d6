"""The HTML of a mail for a frame on a page: without scripts, forms or anything from elsewhere."""

from fastapi.responses import HTMLResponse

from notifications.preview import MailShown
from web.kit.security import HEADERS

FRAMED = {"Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"}
"""The headers of a page that shows a mail in a frame."""

_ALONE = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
}


def html_of_mail(mail: MailShown) -> HTMLResponse:
    """The HTML of a mail as a page of its own: no script, no form, nothing loaded, framed by our own pages alone."""
    return HTMLResponse(mail.html, headers=_ALONE)
