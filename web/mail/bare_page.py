"""A bare page, for what needs no template: no scripts, nothing from elsewhere."""

from html import escape

from fastapi.responses import HTMLResponse

SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:start;vertical-align:top}"
    "pre{white-space:pre-wrap}iframe{width:100%;height:40rem;border:1px solid #767676}"
)


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A page. `title` is text and is escaped here; `body` is HTML and must be escaped already."""
    head = f"<meta charset=utf-8><meta name=viewport content='width=device-width'><title>{escape(title)}</title>"
    html = f"<!doctype html><html lang=en>{head}<style>{STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    return HTMLResponse(html, status, SAFE_HEADERS)
