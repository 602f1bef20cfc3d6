"""Who is told of reports, circulations and consents."""

from collections.abc import Iterable

from models import events as e
from models.case import Case, ReportState
from models.notices.dates import over
from models.notices.telling import Notice, co_chairs, group, ladder_due, tell, tells_of
from models.posts import SECRETARIAT
from models.release import release_of
from models.rules.circulation import consents_asked
from models.rules.turn import desk_of


@tells_of(e.ReportOpened)
def _(case: Case, event: e.ReportOpened) -> Iterable[Notice]:
    due = ladder_due(case, "contributions")
    yield from tell("contributions_requested", group(case), due=due, report=event.report.name)
    yield from report_begun(case)


def report_begun(case: Case) -> Iterable[Notice]:
    """A report is to be written; ``ended``: since the time of the activation is over."""
    ended = bool(case.active_until and case.stage_since and case.stage_since >= case.active_until)
    yield from tell(
        "report_begun",
        [SECRETARIAT, *co_chairs(case)],
        due=ladder_due(case, "contributions"),
        report=case.report.name if case.report else "",
        ended="yes" if ended else "",
        own=lambda post: {"over": over(case, post)},
    )


@tells_of(e.ReportMoved)
def _(case: Case, event: e.ReportMoved) -> Iterable[Notice]:
    name = f"{event.kind} report"
    match event.state:
        case ReportState.TABLED:
            due = ladder_due(case, "silence")
            yield from tell("report_tabled", case.directory.steering_group, due=due, report=name, text=event.text)
        case ReportState.DRAFTING:
            due = ladder_due(case, "contributions")
            readers = [SECRETARIAT, *co_chairs(case)]
            facts = {"report": name, "text": event.text, "because": event.why, "post": event.post}
            yield from tell("report_reopened", readers, due=due, facts=facts)
        case ReportState.ACCEPTED:
            readers = [*group(case), *case.directory.steering_group, SECRETARIAT]
            yield from tell("report_accepted", readers, report=name, text=event.text)


@tells_of(e.CirculationProposed)
def _(case: Case, event: e.CirculationProposed) -> Iterable[Notice]:
    asked = [desk_of(code) for code in consents_asked(case, event.circulation)]
    yield from tell("consent_requested", asked, due=ladder_due(case, "consent"), what=event.circulation.what)


@tells_of(e.ConsentNoted)
def _(case: Case, event: e.ConsentNoted) -> Iterable[Notice]:
    if event.consent.value in ("refused", "lapsed"):
        readers = [*co_chairs(case), SECRETARIAT]
        yield from tell("consent_missing", readers, member=event.member, consent=event.consent.value)


@tells_of(e.CirculationMoved)
def _(case: Case, event: e.CirculationMoved) -> Iterable[Notice]:
    circulation = case.circulations[event.circulation]
    if event.state == "released":
        names = ", ".join(case.directory.name(code) for code in circulation.named)
        facts = {"what": circulation.what, "names": names, "text": release_of(case, circulation).text}
        yield from tell("circulated", [desk_of(code) for code in circulation.to], facts=facts)
    elif event.state == "approved":
        late = [code for code in circulation.pending if any(post.member == code for post in case.directory.co_chairs)]
        due = ladder_due(case, "consent")
        yield from tell("consent_requested", [desk_of(code) for code in late], due=due, what=circulation.what)
