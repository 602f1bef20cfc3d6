"""The addresses of the pages of a case, of a command on it, and of a duty, for links in pages and in mails."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from notifications.texts import line

MY_MAILS = "/my-mails"
"""The page on which a post says what it wants of its mails."""

POLICY = "/admin/policy"
"""Where the policy in force is shown, with what was proposed."""

PROPOSED_POLICY = "/admin/policy#proposal"
"""Where a proposed policy is shown and answered."""

ANNOUNCED = "/post-changes"
"""Where what is announced of a post is shown, with the button that stops it: each under its own id."""

OWN_PAGES = {"submit": "/request", "resubmit": "/request/{}"}
"""Commands whose page is not a form of ``web.kit.forms.FORMS``."""

_FIELD_OF: Mapping[str, str] = {
    "decide": "gate",
    "answer": "gate",
    "verify": "outcome",
    "take_on": "outcome",
    "progress": "outcome",
    "agree": "arrangement",
    "review_arrangement": "arrangement",
    "log_exchange": "arrangement",
    "endorse": "member",
    "object": "member",
    "adopt": "recommendation",
}
"""The field of a command that ``about`` fills in."""

_LONGEST = 600
"""Most characters of an address. A longer one, with a long title in another script, leaves out what it is about."""


def about_field(do: str) -> str:
    """The field of a command that says what it is about; empty where there is none."""
    return _FIELD_OF.get(do, "")


def case_address(reference: str) -> str:
    """The address of a case's page. The reference of a follow-up gives the page of the case that it belongs to."""
    return f"/cases/{quote(line(reference).partition('/')[0], safe='')}"


def command_address(do: str, reference: str) -> str:
    """The page of a command on a case."""
    return OWN_PAGES.get(do, "/cases/{}/do/" + do).format(quote(line(reference), safe=""))


def duty_address(do: str, about: str, reference: str) -> str:
    """The page on which a duty is discharged, with what it is about filled in."""
    page, field = command_address(do, reference), about_field(do)
    whole = f"{page}?{urlencode({field: line(about)})}" if about and field else page
    if whole.endswith("."):
        whole = f"{whole[:-1]}%2E"  # where mail programs find addresses in plain text, a dot at the end is not theirs
    return whole if len(whole) <= _LONGEST else page


OFFERS = "/account/offers"
"""The page of the posts that are offered to who is signed in."""


def announced_address(number: str) -> str:
    """The page of a change that is announced."""
    return f"{ANNOUNCED}/{quote(number, safe='')}"


def days_address(member: str) -> str:
    """Where the announced days of a member's office are entered and confirmed."""
    return f"/admin/directory/members/{quote(member, safe='')}#days"


def off_address(token: str) -> str:
    """The page that switches mails off by the signed link of one of them."""
    return f"{MY_MAILS}/off/{token}"
