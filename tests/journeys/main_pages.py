"""The main pages of the product, on a case in the middle of its work: for pictures and for checks of every page."""

import re
from pathlib import Path
from typing import NamedTuple

from models.commands import Person
from models.directory_changes import ChangeKind
from models.policy import policy_with
from models.posts import Post
from ops.scenarios.file import Scenario
from ops.scenarios.reading import read_scenario
from records import announced_changes, directory_changes, policies
from records.directory_changes import Editor, directory_fingerprint
from tests.journeys.people import Desk, Office
from tests.web.place import address_of
from web.kit.render import LANGUAGE_COOKIE

_PERTH = Path(__file__).parents[1] / "scenarios" / "perth-2009.yaml"


class Shown(NamedTuple):
    """A page: its name in file names, the post that looks at it (nobody: not signed in), its address, its status."""

    name: str
    post: str
    path: str
    status: int = 200


PAGES = (
    Shown("sign-in", "", "/sign-in"),
    Shown("what-waits", "AU/co-chair", "/"),
    Shown("case", "AU/co-chair", "/cases/{reference}"),
    Shown("case-of-a-participant", "MY/focal-point", "/cases/{reference}"),
    Shown("decision", "AU/co-chair", "/cases/{reference}/do/decide"),
    Shown("board", "RSO/secretariat", "/board"),
    Shown("cases", "MY/focal-point", "/cases"),
    Shown("cases-narrowed", "RSO/secretariat", "/cases?open=yes&overdue=yes"),
    Shown("search", "AU/co-chair", "/search?q=boats"),
    Shown("request", "MY/focal-point", "/request/new/situation"),
    Shown("request-movement", "MY/focal-point", "/request/new/movement"),
    Shown("request-check", "MY/focal-point", "/request/new/check"),
    Shown("request-attachments", "MY/focal-point", "/request/new/attachments"),
    Shown("request-confidential", "MY/focal-point", "/request/new/confidential"),
    Shown("versions", "AU/co-chair", "/cases/{reference}/versions"),
    Shown("log", "AU/co-chair", "/cases/{reference}/log"),
    Shown("act-for", "RSO/secretariat", "/cases/{reference}/act-for?post=TH/focal-point"),
    Shown("add-outcome", "RSO/secretariat", "/cases/{reference}/do/add_outcome"),
    Shown("situation-update", "RSO/secretariat", "/cases/{reference}/do/situation_update"),
    Shown("circulate", "ID/co-chair", "/cases/{reference}/do/circulate"),
    Shown("account", "AU/co-chair", "/account"),
    Shown("administration", "RSO/secretariat", "/admin"),
    Shown("directory", "RSO/secretariat", "/admin/directory"),
    Shown("directory-member", "RSO/secretariat", "/admin/directory/members/IOM"),
    Shown("directory-holder", "RSO/secretariat", "/admin/directory/posts/AU/co-chair/holder"),
    Shown("directory-alternate", "RSO/secretariat", "/admin/directory/posts/AU/co-chair/alternate"),
    Shown("directory-marks", "RSO/secretariat", "/admin/directory/marks"),
    Shown("directory-changes", "RSO/secretariat", "/admin/directory/changes"),
    Shown("policy", "AU/co-chair", "/admin/policy"),
    Shown("policy-edit", "AU/co-chair", "/admin/policy/edit"),
    Shown("mails-beforehand", "RSO/secretariat", "/admin/mails"),
    Shown("mail-beforehand", "RSO/secretariat", "/admin/mails/invited"),
    Shown("audience", "RSO/secretariat", "/cases/{reference}/audience"),
    Shown("as-a-participant", "RSO/secretariat", "/cases/{reference}?as=MY/focal-point"),
    Shown("a-form-as-another", "RSO/secretariat", "/cases/{reference}/do/decide?as=AU/co-chair"),
    Shown("a-notice", "RSO/secretariat", "/cases/{reference}/notices/1"),
    Shown("nothing-here", "MY/focal-point", "/cases/AHG-1999-001", 404),
)


OTHER_PAGES = (
    Shown("signing-in", "", "/sign-in/{link}"),
    Shown("second-factor", "ID/co-chair", "/second-factor"),
    Shown("choose-post", "AU/co-chair", "/account/post"),
    Shown("passkeys", "AU/co-chair", "/account/passkeys"),
    Shown("offers", "AU/co-chair", "/account/offers"),
    Shown("answer-by-link", "", "/answer/{answer}"),
    Shown("link-that-ended", "", "/answer/none", 410),
    Shown("my-mails", "MY/focal-point", "/my-mails"),
    Shown("switch-off", "", "/my-mails/off/{off}"),
    Shown("request-as-submitted", "MY/focal-point", "/request/{reference}"),
    Shown("readings", "MY/focal-point", "/cases/{reference}/readings"),
    Shown("told", "RSO/secretariat", "/cases/{reference}/notices"),
    Shown("mail-board", "RSO/secretariat", "/mail-board"),
    Shown("circulation", "AU/co-chair", "/cases/{reference}/circulations/1"),
    Shown("circulation-refused", "AU/co-chair", "/cases/{reference}/circulations/1?refuse=TH"),
    Shown("circulated-mail", "AU/co-chair", "/cases/{reference}/circulations/1/mail?to=FJ/focal-point"),
    Shown("policy-proposed", "AU/co-chair", "/admin/policy"),
    Shown("announced-change", "RSO/secretariat", "/post-changes/{announced}"),
    Shown("announced-change", "RSO/secretariat", "/post-changes/{announced}"),
    Shown("directory-change", "RSO/secretariat", "/admin/directory/changes/{change}"),
)
"""Pages that need something more (``busy``, ``come_by``), or that show little."""

NOT_PAGES = frozenset(
    (
        # they lead elsewhere
        "/openid/return",
        "/request",
        # files and feeds
        "/request/files/{sha256}",
        "/cases/{reference}/files/{sha256}",
        "/cases/{reference}/meetings/{number}.ics",
        "/cases/{reference}/notices.csv",
        "/cases/{reference}/feed",
        "/admin/directory.csv",
        "/admin/directory/changes.csv",
        # a mail itself, in the frame of its page; mails have checks of their own
        "/cases/{reference}/notices/{number}/html",
        "/cases/{reference}/circulations/{number}/mail/html",
        "/admin/mails/{kind}/html",
    )
)
"""Addresses behind which there is no page of the product."""


def is_of(page: Shown, route: str) -> bool:
    """Whether a page is one of those behind a route of the application."""
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route))
    return re.fullmatch(pattern, page.path.partition("?")[0]) is not None


def at_work() -> Scenario:
    """The small group of 2009 while it works: an extension is asked for, so that a decision is open."""
    whole = read_scenario(_PERTH)
    until = next(n for n, act in enumerate(whole.acts) if act.do == "open_report")
    extend = whole.acts[until].model_copy(
        update={"do": "extend", "fields": {"by": "3mo", "text": "Two members join late."}}
    )
    return whole.model_copy(update={"acts": (*whole.acts[:until], extend)})


def busy() -> Scenario:
    """The same, while a circulation waits for the Co-Chairs too."""
    work = at_work()
    circulate = next(act for act in read_scenario(_PERTH).acts if act.do == "circulate")
    return work.model_copy(update={"acts": (*work.acts, circulate.model_copy(update={"at": work.acts[-1].at}))})


async def come_by(office: Office) -> None:
    """What the addresses of the other pages need, and a proposed policy: Indonesia proposes, and somebody stands in."""
    site, post = office.site, Post("AU/co-chair")
    async with site.engine.connect() as connection:
        now = await policies.policy_in_force(connection)
        alternates = await directory_changes.alternates_of_post(connection, post)
    by = Editor(post=Post("ID/co-chair"), email="", name="", at=site.clock(), form="1", seen="")
    await policies.propose_policy(site.engine, by, policy_with({"gate": "3wd"}), now.version, "Faster")
    desk = by.model_copy(
        update={"post": Post("RSO/secretariat"), "seen": directory_fingerprint({"alternates": alternates})}
    )
    ann = Person(name="Ann", email="ann@au.ahg.localhost")
    made = await directory_changes.record_alternate(site.engine, desk, post, ann, None)
    async with site.engine.connect() as connection:
        seen = await directory_changes.post_fingerprint(connection, ChangeKind.DELEGATED, post)
    desk = desk.model_copy(update={"seen": seen, "form": "2"})
    announced = await announced_changes.announce_person(site.engine, desk, ChangeKind.DELEGATED, post, ann)
    stranger = await office.stranger("TH/focal-point")
    office.found = {
        "change": made.id,
        "announced": announced.id,
        "answer": office.newest_link("TH/focal-point", "/answer/"),
        "off": site.off_links.link(
            post=post, kind="situation_updated", case=str(office.play.reference), address=address_of(post)
        ),
        "link": (await stranger.asked_link()).rpartition("/")[2],
    }


async def show(office: Office, page: Shown, language: str | None = None) -> Desk:
    """The page in the browser of whoever looks at it; without a ``language`` in the one that the browser has."""
    asked_again = page.path == "/second-factor"  # only who has not shown it yet is asked
    if asked_again:
        desk = await office.stranger(page.post)
    else:
        desk = await (office.person(page.post) if page.post else office.stranger())
    if language:
        await desk.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": office.address}])
    if asked_again:
        await desk.use_link(await desk.asked_link())
        return desk
    answer = await desk.page.goto(page.path.format(reference=office.play.reference, **office.found))
    assert answer is not None
    assert answer.status == page.status, page.name
    return desk
