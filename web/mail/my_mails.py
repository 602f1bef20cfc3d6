"""Mail settings: when and how the post that acts is written to, and which mails it cannot switch off, and why."""

from collections.abc import Callable, Iterable, Mapping
from datetime import time
from typing import Any, NamedTuple

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from models.base import N_
from models.mail_addresses import folded
from models.mail_preferences import MailChoice, Preferences, Rhythm, Switch
from models.notices import NOTICE_KINDS
from models.posts import Capacity, Post
from models.visibility import as_seen
from notifications.environment import mail_translations
from notifications.mandatory import can_be_switched_off, why_mandatory
from notifications.registry import REGISTRY, Pace
from records import lists, mail_preferences
from records.directory import zone_of_member
from records.mail_preferences import KeptPreferences, StalePreferences
from records.offices import addressee_of
from web.kit.directory import member_names
from web.kit.render import gettext_of, language_for, render
from web.kit.sessions import keyed_form
from web.kit.site import Site
from web.kit.visitor import SignedIn, Visitor, current_site

router = APIRouter(prefix="/my-mails", include_in_schema=False)

_ANY = "*"
"""What stands for every kind, or every case, in a row of the form."""

_NEW_ROWS = 3
_OFFERED_CASES = 100

_WRONG: Mapping[str, str] = {
    "time": N_("A time is written as 08:00."),
    "quiet": N_("The digest would come in the quiet hours. Change one of the two."),
    "case": N_("There is no case %(case)s that your post sees."),
    "kind": N_("Mails of the kind that you have chosen cannot be switched off."),
    "twice": N_("Two rows mean the same mails, or there are too many of them."),
    "word": N_("Something was sent that this form does not offer."),
}


class _Wrong(Exception):
    """The form cannot be saved; ``why`` is a key of ``_WRONG``."""

    def __init__(self, why: str, **said: str) -> None:
        super().__init__(why)
        self.why, self.said = why, said


class _Row(NamedTuple):
    """A row of the form about cases; its texts are empty in a new row."""

    case: str = ""
    kind: str = ""
    how: str = ""


@router.get("")
async def my_mails_page(request: Request, visitor: SignedIn) -> HTMLResponse:
    """The preferences of the post that acts."""
    return await _page(request, visitor)


@router.post("")
async def submit_my_mails(request: Request, visitor: SignedIn) -> Response:
    """Save the preferences. 403: the post's mail goes to somebody else; 409: changed meanwhile; 422: a field is wrong."""
    sent = await keyed_form(request, visitor.form_key)
    site = current_site(request)
    address = await _address_of(site, visitor.post)
    if folded(address) != folded(visitor.email):
        raise HTTPException(403)
    _ = gettext_of(language_for(request, visitor))
    try:
        wants, seen = await _read(site, visitor.post, sent), _number(sent.get("_seen"))
        await mail_preferences.keep_preferences(
            site.engine, visitor.post, address, wants, seen=seen, now=site.clock(), by=visitor.email
        )
    except _Wrong as wrong:
        return await _page(request, visitor, 422, given=sent, wrong=_(_WRONG[wrong.why]) % wrong.said)
    except StalePreferences as stale:
        return await _page(request, visitor, 409, stale=stale.now)
    site.nudge_delivery()
    return RedirectResponse("/my-mails?kept=yes", 303)


async def _address_of(site: Site, post: Post) -> str:
    async with site.engine.connect() as connection:
        holder = await addressee_of(connection, post, Capacity.HOLDER, site.clock())
    return holder.email if holder else ""


# reading the form ---------------------------------------------------------------------------------------------------


def _number(written: object) -> int:
    text = str(written or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _time(sent: FormData, name: str) -> time:
    written = str(sent.get(name) or "")
    try:
        found = time.fromisoformat(written or "00:00")
    except ValueError:
        raise _Wrong("time") from None
    return found.replace(tzinfo=None)


def _how(written: str) -> MailChoice:
    try:
        return MailChoice(written)
    except ValueError:
        raise _Wrong("word") from None


async def _read(site: Site, post: Post, sent: FormData) -> Preferences:
    quiet = str(sent.get("quiet") or "") == "yes"
    try:
        rhythm, weekday = Rhythm(str(sent.get("digest") or "")), int(str(sent.get("weekday") or "0"))
        begins, ends = _time(sent, "quiet_from"), _time(sent, "quiet_until")
        said: dict[str, Any] = {"digest": rhythm, "weekday": weekday, "morning": _time(sent, "morning")}
        said |= {"quiet_from": begins, "quiet_until": ends} if quiet else {}
    except ValueError:
        raise _Wrong("word") from None
    switches = [one async for one in _switches(site, post, sent)]
    try:
        hours = Preferences(**said)
    except ValueError:
        raise _Wrong("quiet" if 0 <= weekday <= 6 else "word") from None
    try:
        return Preferences(**{**dict(hours), "switches": tuple(switches)})
    except ValueError:
        raise _Wrong("twice") from None


async def _switches(site: Site, post: Post, sent: FormData) -> Any:
    for kind in _optional():
        if how := str(sent.get(f"kind.{kind}") or ""):
            yield Switch(kind=kind, how=_how(how))
    for row in _rows_sent(sent):
        if not row.how or not (row.case or row.kind):
            continue
        case, kind = row.case.strip(), row.kind if row.kind != _ANY else ""
        case = "" if case == _ANY else case
        if kind and not can_be_switched_off(kind):
            raise _Wrong("kind")
        if case and not await _sees(site, post, case):
            raise _Wrong("case", case=case[:40])
        if case or not kind:
            yield Switch(case=case, kind=kind, how=_how(row.how))
        else:
            raise _Wrong("word")  # a kind in every case has its own place in the form


async def _sees(site: Site, post: Post, reference: str) -> bool:
    case = await site.files.read(reference) if len(reference) <= 40 else None
    return case is not None and as_seen(case, post) is not None


def _rows_sent(sent: FormData) -> Iterable[_Row]:
    cases, kinds, hows = (sent.getlist(name) for name in ("row.case", "row.kind", "row.how"))
    for case, kind, how in zip(cases, kinds, hows, strict=False):
        yield _Row(str(case), str(kind), str(how))


# showing ------------------------------------------------------------------------------------------------------------


def _optional() -> list[str]:
    return [kind for kind in REGISTRY if can_be_switched_off(kind)]


async def _page(
    request: Request,
    visitor: Visitor,
    status: int = 200,
    *,
    given: FormData | None = None,
    wrong: str = "",
    stale: KeptPreferences | None = None,
) -> HTMLResponse:
    site, post = current_site(request), visitor.post
    address = await _address_of(site, post)
    async with site.engine.connect() as connection:
        kept = stale or await mail_preferences.preferences_of(connection, post, address)
        zone = await zone_of_member(connection, post.member)
        cases = await lists.cases_seen(connection, post, lists.Filters(open=True), limit=_OFFERED_CASES)
    _ = gettext_of(language_for(request, visitor))
    return render(
        request,
        "mail/my_mails.html",
        status,
        kept=kept,
        stale=stale is not None,
        wrong=wrong,
        zone=zone,
        cases=cases,
        form=_form(kept, given),
        mine=bool(address) and folded(address) == folded(visitor.email),
        optional=[(kind, _(NOTICE_KINDS[kind].summary), REGISTRY[kind].pace is Pace.DIGEST) for kind in _optional()],
        mandatory=_mandatory(_, language_for(request, visitor)),
        names=await member_names(site),
        any=_ANY,
        done=request.query_params.get("kept") == "yes" and not (wrong or stale),
    )


def _mandatory(_: Callable[[str], str], language: str) -> list[tuple[str, list[str]]]:
    """Why, and the kinds of which it is true."""
    why = mail_translations(language).gettext
    found: dict[str, list[str]] = {}
    for kind in REGISTRY:
        if not can_be_switched_off(kind):
            found.setdefault(why(why_mandatory(kind)), []).append(_(NOTICE_KINDS[kind].summary))
    return list(found.items())


def _form(kept: KeptPreferences, given: FormData | None) -> dict[str, Any]:
    """The values of the fields: what was sent if it could not be saved, else what is stored."""
    if given is not None:
        names = ("digest", "weekday", "morning", "quiet", "quiet_from", "quiet_until")
        return {
            **{name: str(given.get(name) or "") for name in names},
            "kinds": {kind: str(given.get(f"kind.{kind}") or "") for kind in _optional()},
            "rows": list(_rows_sent(given)),
            "seen": str(given.get("_seen") or ""),
        }
    wants = kept.wants
    own = {one.kind: one.how.value for one in wants.switches if one.kind and not one.case}
    rows = [
        _Row(one.case or _ANY, one.kind or _ANY, one.how.value) for one in wants.switches if one.case or not one.kind
    ]
    quiet = wants.quiet_from != wants.quiet_until
    return {
        "digest": wants.digest.value,
        "weekday": str(wants.weekday),
        "morning": f"{wants.morning:%H:%M}",
        "quiet": "yes" if quiet else "",
        "quiet_from": f"{wants.quiet_from:%H:%M}" if quiet else "21:00",
        "quiet_until": f"{wants.quiet_until:%H:%M}" if quiet else "06:00",
        "kinds": own,
        "rows": rows + [_Row()] * _NEW_ROWS,
        "seen": str(kept.version),
    }
