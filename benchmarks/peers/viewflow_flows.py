"""The case as a flow of django-viewflow. It can only be imported when Django is set up (``on_viewflow``)."""

import time
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.lock import select_for_update_lock

from benchmarks.peers.record import mark_sent, record_step, send_mail
from benchmarks.peers.work import CaseStep


class CaseFlow(flow.Flow):
    """People's tasks are handles, which code runs as a view would; the lock is the one advised with PostgreSQL."""

    lock_impl = select_for_update_lock
    smtp_port = 0

    submit = flow.StartHandle(this.taken).Next(this.accept)
    accept = flow.Handle(this.taken).Next(this.review)

    review = flow.Split().Next(this.review_au).Next(this.review_id)
    review_au = flow.Handle(this.taken).Next(this.reviewed)
    review_id = flow.Handle(this.taken).Next(this.reviewed)
    reviewed = flow.Join().Next(this.propose)

    propose = flow.Handle(this.taken).Next(this.confirm)
    confirm = flow.Split().Next(this.confirm_au).Next(this.confirm_id)
    confirm_au = flow.Handle(this.taken).Next(this.confirmed)
    confirm_id = flow.Handle(this.taken).Next(this.confirmed)
    confirmed = flow.Join().Next(this.invite)

    invite = (
        flow.Split()
        .Next(this.respond_th)
        .Next(this.respond_lk)
        .Next(this.respond_bd)
        .Next(this.respond_pk)
        .Next(this.respond_vn)
        .Next(this.respond_nz)
        .Next(this.respond_iom)
        .Next(this.respond_unhcr)
        .Next(this.respond_au)
        .Next(this.respond_id)
        .Next(this.convene)
    )
    respond_th = flow.Handle(this.taken).Next(this.answered)
    respond_lk = flow.Handle(this.taken).Next(this.answered)
    respond_bd = flow.Handle(this.taken).Next(this.answered)
    respond_pk = flow.Handle(this.taken).Next(this.answered)
    respond_vn = flow.Handle(this.taken).Next(this.answered)
    respond_nz = flow.Handle(this.taken).Next(this.answered)
    respond_iom = flow.Handle(this.taken).Next(this.answered)
    respond_unhcr = flow.Handle(this.taken).Next(this.answered)
    respond_au = flow.Handle(this.taken).Next(this.answered)
    respond_id = flow.Handle(this.taken).Next(this.answered)
    convene = flow.Handle(this.taken).Next(this.answered)
    answered = flow.Join(continue_on_condition=this.is_convened).Next(this.add_outcome)

    add_outcome = flow.Handle(this.taken).Next(this.open_report)
    open_report = flow.Handle(this.taken).Next(this.recommend)
    recommend = flow.Handle(this.taken).Next(this.table)
    table = flow.Handle(this.taken).Next(this.end)
    end = flow.End()

    def taken(self, activation: Any, name: str, step: CaseStep, command: str) -> Any:
        """Write the step in the transaction of the flow, and send its mails as the quick start does: at once."""
        with connection.cursor() as cursor:
            _, mails = record_step(cursor, name, step, command)
            if self.smtp_port:
                for mail in mails:
                    send_mail(self.smtp_port, mail)
                    mark_sent(cursor, mail)
        return activation.process

    def is_convened(self, _activation: Any, active_tasks: Any) -> bool:
        """Whether the group has been convened; who has not answered then is not waited for."""
        return not active_tasks.filter(flow_task=CaseFlow.convene).exists()


LATE: list[float] = []


class ReminderFlow(flow.Flow):
    """A reminder at a time."""

    lock_impl = select_for_update_lock

    begin = flow.StartHandle(this.begun).Next(this.wait)
    wait = flow.Timer(this.due).Next(this.fired)
    fired = flow.Function(this.note).Next(this.end)
    end = flow.End()

    def begun(self, activation: Any, due: float) -> Any:
        """Note when it is due."""
        activation.process.data = {"due": due}
        return activation.process

    def due(self, activation: Any) -> datetime:
        """When it is due."""
        return datetime.fromtimestamp(activation.process.data["due"], UTC)

    def note(self, activation: Any) -> None:
        """How late it is."""
        LATE.append(time.time() - activation.process.data["due"])
