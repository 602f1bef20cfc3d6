"""Who is told of reports, circulations and consents."""

from collections.abc import Iterable

from models import events as e
from models.case import Case, ReportState
from models.ladder_subjects import SubjectKind
from models.notices.dates import over
from models.notices.telling import Notice, co_chair_posts, group_posts, ladder_due, notices_on, notify
from models.posts import SECRETARIAT, desk_of
from models.release import release_of
from models.rules.circulation import consents_asked


@notices_on(e.ReportOpened)
def _(case: Case, event: e.ReportOpened) -> Iterable[Notice]:
    due = ladder_due(case, SubjectKind.CONTRIBUTIONS)
    yield from notify("contributions_requested", group_posts(case), due=due, report=event.report.name)
    yield from report_begun(case)


def report_begun(case: Case) -> Iterable[Notice]:
    """A report is to be written; ``ended``: since the time of the activation is over."""
    ended = bool(case.active_until and case.stage_since and case.stage_since >= case.active_until)
    yield from notify(
        "report_begun",
        [SECRETARIAT, *co_chair_posts(case)],
        due=ladder_due(case, SubjectKind.CONTRIBUTIONS),
        report=case.report.name if case.report else "",
        ended="yes" if ended else "",
        own=lambda post: {"over": over(case, post)},
    )


@notices_on(e.ReportMoved)
def _(case: Case, event: e.ReportMoved) -> Iterable[Notice]:
    name = f"{event.kind} report"
    match event.state:
        case ReportState.TABLED:
            due = ladder_due(case, SubjectKind.SILENCE)
            yield from notify("report_tabled", case.directory.steering_group, due=due, report=name, text=event.text)
        case ReportState.DRAFTING:
            due = ladder_due(case, SubjectKind.CONTRIBUTIONS)
            readers = [SECRETARIAT, *co_chair_posts(case)]
            facts = {"report": name, "text": event.text, "because": event.why, "post": event.post}
            yield from notify("report_reopened", readers, due=due, facts=facts)
        case ReportState.ACCEPTED:
            readers = [*group_posts(case), *case.directory.steering_group, SECRETARIAT]
            yield from notify("report_accepted", readers, report=name, text=event.text)


@notices_on(e.CirculationProposed)
def _(case: Case, event: e.CirculationProposed) -> Iterable[Notice]:
    asked = [desk_of(code) for code in consents_asked(case, event.circulation)]
    yield from notify(
        "consent_requested", asked, due=ladder_due(case, SubjectKind.CONSENT), what=event.circulation.what
    )


@notices_on(e.ConsentNoted)
def _(case: Case, event: e.ConsentNoted) -> Iterable[Notice]:
    if event.consent.value in ("refused", "lapsed"):
        readers = [*co_chair_posts(case), SECRETARIAT]
        yield from notify("consent_missing", readers, member=event.member, consent=event.consent.value)


@notices_on(e.CirculationMoved)
def _(case: Case, event: e.CirculationMoved) -> Iterable[Notice]:
    circulation = case.circulations[event.circulation]
    if event.state == "released":
        names = ", ".join(case.directory.name(code) for code in circulation.named)
        facts = {"what": circulation.what, "names": names, "text": release_of(case, circulation).text}
        yield from notify("circulated", [desk_of(code) for code in circulation.to], facts=facts)
    elif event.state == "approved":
        late = [code for code in circulation.pending if any(post.member == code for post in case.directory.co_chairs)]
        due = ladder_due(case, SubjectKind.CONSENT)
        yield from notify("consent_requested", [desk_of(code) for code in late], due=due, what=circulation.what)
