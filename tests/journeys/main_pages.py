"""The main pages of the product, on a case in the middle of its work: for pictures and for checks of every page."""

from pathlib import Path
from typing import NamedTuple

from ops.scenario import Scenario, read_scenario
from tests.journeys.people import Desk, Office

__all__ = ["PAGES", "Shown", "at_work", "show"]

_PERTH = Path(__file__).parents[1] / "scenarios" / "perth-2009.yaml"


class Shown(NamedTuple):
    """A page: its name in file names, the post that looks at it (nobody: not signed in), and its address."""

    name: str
    post: str
    path: str


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
    Shown("nothing-here", "MY/focal-point", "/cases/AHG-1999-001"),
)


def at_work() -> Scenario:
    """The small group of 2009 while it works: an extension is asked for, so that a decision is open."""
    whole = read_scenario(_PERTH)
    until = next(n for n, act in enumerate(whole.acts) if act.do == "open_report")
    extend = whole.acts[until].model_copy(
        update={"do": "extend", "fields": {"by": "3mo", "text": "Two members join late."}}
    )
    return whole.model_copy(update={"acts": (*whole.acts[:until], extend)})


async def show(office: Office, page: Shown) -> Desk:
    """The page in the browser of whoever looks at it."""
    desk = await (office.person(page.post) if page.post else office.stranger())
    await desk.page.goto(page.path.format(reference=office.play.reference))
    return desk
