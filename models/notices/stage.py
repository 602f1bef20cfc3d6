"""Who is told that the case enters a stage."""

from collections.abc import Iterable

from models import events as e
from models.case import Case, GateName, Stage
from models.ladder_subjects import SubjectKind
from models.notices.circles import everybody_concerned
from models.notices.closing import at_the_end, left_undecided
from models.notices.facts import NoticeFacts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.notices.reporting import report_begun


@notices_on(e.StageEntered)
def _(case: Case, event: e.StageEntered) -> Iterable[Notice]:
    if event.stage is Stage.PARTICIPANT_SELECTION:
        gate = case.gates[GateName.PARTICIPANTS]
        due = ladder_due(case, SubjectKind.COMMENTS)
        facts = NoticeFacts(about=gate.about, matter=gate.matter)
        yield from notify("participants_proposed", case.directory.steering_group, facts, due=due)
    elif event.stage is Stage.REPORTING and case.report is not None and case.report.kind == "interim":
        yield from report_begun(case)  # its time is over while the interim report is being written
    elif event.stage in (Stage.CLOSED, Stage.TERMINATED):
        readers = [*everybody_concerned(case), *case.directory.steering_group]
        facts = NoticeFacts(
            stage=event.stage.words, text=event.text, reasons=event.reasons, undecided=left_undecided(case)
        )
        yield from notify("case_ended", readers, facts, own=at_the_end(case))
