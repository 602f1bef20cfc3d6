"""Who is told of reports."""

from collections.abc import Iterable

from models import events as e
from models.case import Case, ReportState
from models.ladder_subjects import SubjectKind
from models.notices.circles import co_chair_posts, group_posts
from models.notices.closing import over
from models.notices.facts import NoticeFacts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.posts import SECRETARIAT


@notices_on(e.ReportOpened)
def _(case: Case, event: e.ReportOpened) -> Iterable[Notice]:
    due = ladder_due(case, SubjectKind.CONTRIBUTIONS)
    facts = NoticeFacts(report=event.report.name, early=case.ends_early)
    yield from notify("contributions_requested", group_posts(case), facts, due=due)
    yield from report_begun(case)


def report_begun(case: Case) -> Iterable[Notice]:
    """A report is to be written; ``ended``: since the time of the activation is over."""
    ended = bool(case.active_until and case.stage_since and case.stage_since >= case.active_until)
    readers, due = [SECRETARIAT, *co_chair_posts(case)], ladder_due(case, SubjectKind.CONTRIBUTIONS)
    name = case.report.name if case.report else ""
    facts = NoticeFacts(report=name, ended=ended and not case.ends_early, early=case.ends_early)
    yield from notify("report_begun", readers, facts, due=due, own=lambda post: {"over": over(case, post)})


@notices_on(e.Waived)
def _(case: Case, event: e.Waived) -> Iterable[Notice]:
    """One Co-Chair's word is told to the other, who may add its own; nobody is reminded to waive anything."""
    if event.post is not None and not event.by_both:
        said = case.waiver_words[event.term]
        facts = NoticeFacts(term=event.term.value, text=event.text, post=event.post)
        yield from notify("waiver_stated", [post for post in case.sitting if post not in said], facts)


@notices_on(e.ReportMoved)
def _(case: Case, event: e.ReportMoved) -> Iterable[Notice]:
    facts = NoticeFacts(report=f"{event.kind} report", text=event.text, reasons=event.reasons)
    match event.state:
        case ReportState.TABLED:
            due = ladder_due(case, SubjectKind.SILENCE)
            facts = facts.also(because=event.why or "", post=event.post)
            # What was before the Co-Chairs is not any more, and the date that everybody knew is another.
            also = [*co_chair_posts(case), SECRETARIAT, *group_posts(case)] if event.why else []
            readers = [*case.directory.steering_group, *also]
            yield from notify("report_tabled", readers, facts, due=due, own=lambda post: {"over": over(case, post)})
        case ReportState.DRAFTING:
            due = ladder_due(case, SubjectKind.CONTRIBUTIONS)
            # All whose silence it was, and whose report it is: nobody goes on believing in the date in its calendar.
            readers = [SECRETARIAT, *co_chair_posts(case), *case.directory.steering_group, *group_posts(case)]
            yield from notify("report_reopened", readers, facts.also(because=event.why or "", post=event.post), due=due)
        case ReportState.ACCEPTED:
            readers = [*group_posts(case), *case.directory.steering_group, SECRETARIAT]
            yield from notify("report_accepted", readers, facts)
