"""django-viewflow: a process of a flow a case, its tasks in PostgreSQL; a click runs a task in a transaction.

It has no worker of its own, so mails are sent where its quick start sends them, in the task. Timers are fired by a
command that cron runs; here it runs every second, which cron cannot.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import django
from django.conf import settings as django_settings
from django.core.management import call_command
from psycopg.conninfo import conninfo_to_dict

from benchmarks.peers.record import NotAllowed, OfRecord, make_tables
from benchmarks.peers.work import REQUESTED, CaseStep, Reminded, Workplace

_CRON = 1.0


class OnViewflow(OfRecord):
    """Django with the workflow application, in threads of this process."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        found = conninfo_to_dict(place.postgres)
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": found["dbname"],
            "USER": found["user"],
            "HOST": found["host"],
            "CONN_MAX_AGE": None,
        }
        django_settings.configure(
            DATABASES={"default": database},
            INSTALLED_APPS=[
                *("django.contrib.auth", "django.contrib.contenttypes", "viewflow", "viewflow.workflow"),
                "benchmarks.peers",
            ],
            USE_TZ=True,
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        )
        django.setup()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tables."""
        make_tables(self.place.postgres)
        await asyncio.to_thread(call_command, "migrate", verbosity=0)
        from benchmarks.peers.viewflow_flows import CaseFlow  # Django must be set up first

        CaseFlow.smtp_port = self.place.smtp_port
        self._flow: Any = CaseFlow
        yield
        self._reader.close()

    async def begin(self, name: str, command_id: str) -> str:
        """Start a process. A case is called by the number of its process and its name."""
        start = self._flow.submit.run
        process = await asyncio.to_thread(start, name=name, step=REQUESTED, command=command_id)
        return f"{process.pk}:{name}"

    async def take(self, case: str, step: CaseStep, command_id: str) -> None:
        """Run the task of this step."""
        await asyncio.to_thread(self._take, case, step, command_id)

    def named(self, case: str) -> str:
        """Without the number of its process."""
        return case.partition(":")[2]

    async def remind(self, days: int, day: float) -> Reminded:
        """A timer for each day, and the command that fires those that are due."""
        return await asyncio.to_thread(self._remind, days, day)

    def _take(self, case: str, step: CaseStep, command_id: str) -> None:
        from viewflow.workflow.models import Task

        process, _, name = case.partition(":")
        member = step.by.partition("/")[0].lower()
        nodes = {"decide": (f"review_{member}", f"confirm_{member}"), "respond": (f"respond_{member}",)}
        wanted = [getattr(self._flow, node) for node in nodes.get(step.do, (step.do,))]
        task = Task.objects.filter(process_id=int(process), flow_task__in=wanted, status="NEW").first()
        if task is None:
            raise NotAllowed(f"{step.by} may not {step.do} now")
        task.flow_task.run(task, name=name, step=step, command=command_id)

    def _remind(self, days: int, day: float) -> Reminded:
        from viewflow.workflow.timers import fire_due_timers

        from benchmarks.peers.viewflow_flows import LATE, ReminderFlow

        begun = time.time()
        for number in range(1, days + 1):
            ReminderFlow.begin.run(due=begun + number * day)
        while len(LATE) < days:
            time.sleep(_CRON)
            fire_due_timers()
        return Reminded(tuple(LATE), skipped=False)
