"""Pages that say what went wrong, and no more than the reader may know."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import HTMLResponse

from models.base import N_
from web.kit.render import gettext_of, language_for, render

_SAID: dict[int, tuple[str, str]] = {
    400: (N_("This cannot be read"), N_("What was sent is not whole. Open the page again.")),
    403: (N_("This was not done"), N_("The form is not one of this session, or it is too old. Open the page again.")),
    404: (N_("Page not found"), N_("Either there is no such page, or your post does not see it.")),
    405: (N_("Page not found"), N_("This address cannot be used in this way.")),
    413: (N_("Too large"), N_("What was sent is larger than these pages take.")),
    429: (N_("Too many requests"), N_("Wait a little before you try again.")),
    500: (
        N_("There is a problem with the service"),
        N_("The fault is ours, and nothing was lost. Try again, or tell the secretariat."),
    ),
    503: (N_("The service is not available"), N_("A part of the product does not answer. Try again in a moment.")),
}


def for_programs(request: Request) -> bool:
    """Whether a program asks, which is answered in its own way."""
    return request.url.path.startswith("/api/")


def page_saying(
    request: Request, status: int, heading: str, words: str, headers: Mapping[str, str] | None = None, **facts: str
) -> HTMLResponse:
    """A page with a heading and a sentence, which it translates; ``facts``: what the sentence names."""
    _ = gettext_of(language_for(request, getattr(request.state, "visitor", None)))
    said = _(words) % facts if facts else _(words)
    return render(request, "kit/error.html", status, headers=headers, heading=_(heading), words=said)


def page_of(request: Request, status: int, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """The page for a status."""
    heading, words = _SAID.get(status, _SAID[500 if status >= 500 else 404])
    return page_saying(request, status, heading, words, headers)
