"""The steps of a case, and what a subject must be able to do with one. Imports nothing that a peer does not have."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class CaseStep:
    """One step that somebody takes in a case: ``do``, by which post, with which fields."""

    do: str
    by: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def decides(self) -> bool:
        """Whether a Co-Chair decides."""
        return self.do == "decide"


INVITED = ("TH", "LK", "BD", "PK", "VN", "NZ", "IOM", "UNHCR", "AU", "ID")
ACCEPTING = ("TH", "LK", "BD", "PK", "VN", "IOM")

REQUESTED = CaseStep(
    "submit",
    "MY/focal-point",
    {"title": "Bench", "situation": "Boats leave.", "affected": ["MY", "TH"], "grounds": [{"ground": "landing"}]},
)
COMPLETE = CaseStep("accept", "RSO/secretariat")
DECISIONS = tuple(CaseStep("decide", f"{chair}/co-chair", {"position": "approve"}) for chair in ("AU", "ID"))
LIFECYCLE: tuple[CaseStep, ...] = (
    REQUESTED,
    COMPLETE,
    *DECISIONS,
    CaseStep("propose", "NZ/steering-group", {"members": list(INVITED)}),
    *DECISIONS,
    *(CaseStep("respond", f"{member}/focal-point", {"answer": "accept"}) for member in ACCEPTING),
    CaseStep("convene", "AU/co-chair"),
    CaseStep("add_outcome", "ID/co-chair", {"title": "Contact points named", "owner": "ID"}),
    CaseStep("open_report", "RSO/secretariat", {"kind": "final"}),
    CaseStep("recommend", "RSO/secretariat", {"text": "Keep the contact points list current.", "to": ["ID", "AU"]}),
    CaseStep("table", "RSO/secretariat"),
)
"""A request, found complete; two approvals; ten invitations, approved by two; six acceptances; an outcome; a report."""


@dataclass(frozen=True)
class Workplace:
    """Where a subject works: a folder of its own, and the addresses of its servers (empty: it has none).

    ``smtp_port``: where mails go; 0: they are queued, and nobody sends them.
    """

    folder: Path
    postgres: str = ""
    temporal: str = ""
    smtp_port: int = 0


class NotTried(Exception):
    """This subject does not do this work; the text says why."""


class Subject(ABC):
    """What is compared. Each step is durable before it is acknowledged: whoever asks afterwards sees it."""

    def __init__(self, place: Workplace) -> None:
        self.place = place

    @abstractmethod
    def running(self) -> AbstractAsyncContextManager[object]:
        """Everything that it needs to work, in this process; what it needs to be installed is made at the first time."""

    @abstractmethod
    async def begin(self, name: str, command_id: str) -> str:
        """The first step, ``REQUESTED``; answers how the case is called from now on."""

    @abstractmethod
    async def take(self, case: str, step: CaseStep, command_id: str) -> None:
        """One more step. The same ``command_id`` again is the same step, and is answered or refused, not taken twice."""

    @abstractmethod
    async def seen(self, case: str) -> int:
        """How many steps of the case somebody sees who looks at its list or record now."""

    async def positions(self, case: str) -> int:
        """How many positions of Co-Chairs the record holds."""
        raise NotTried("it keeps no record")

    async def unsent(self) -> bool:
        """Whether a mail still waits for something that will happen by itself."""
        raise NotTried("it sends no mail")

    async def due_mails(self, cases: Sequence[str]) -> "DueMails":
        """What the mail server must have of these cases."""
        raise NotTried("it sends no mail")

    async def remind(self, days: int, day: float) -> "Reminded":
        """Let ``days`` pass, with reminders as its rules have them. ``day``: its seconds where time is not skipped."""
        raise NotTried("it has no timers")


@dataclass(frozen=True)
class DueMails:
    """``ids``: Message-IDs that must have arrived once each; ``marked``: of mails that may or may not have, and are shown
    to a person as such; ``missing``: cases whose acknowledged decision is not in the record."""

    ids: tuple[str, ...]
    marked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reminded:
    """``late``: seconds that each reminder came after its time; ``skipped``: whether time was skipped."""

    late: tuple[float, ...]
    skipped: bool


SUBJECTS: Mapping[str, str] = {
    "bare": "benchmarks.peers.on_temporal:BareTemporal",
    "product": "benchmarks.peers.on_the_product:OnPostgreSQL",
    "product-sqlite": "benchmarks.peers.on_the_product:OnSQLite",
    "dbos": "benchmarks.peers.on_dbos:OnDBOS",
    "dbosify": "benchmarks.peers.on_dbosify:OnDBOSify",
    "viewflow": "benchmarks.peers.on_viewflow:OnViewflow",
    "spiff": "benchmarks.peers.on_spiff:OnSpiff",
    "procrastinate": "benchmarks.peers.on_procrastinate:OnProcrastinate",
}
"""Where each subject stands."""

OF_THE_PRODUCT = ("bare", "product", "product-sqlite")
"""Subjects that run in the product's own environment; the others' packages are in ``environment``."""


def environment(subject: str) -> str:
    """The folder of the environment that a peer runs in."""
    return ".venv-peer-dbosify" if subject == "dbosify" else ".venv-peers"


WORKS: Mapping[str, str] = {
    "W1": "a case from request to report",
    "W2": "parked cases",
    "W3": "kill -9 between decision and mail",
    "W4": "both Co-Chairs at once, and double clicks",
    "W6": "120 days of reminders",
}
"""What is measured; the numbers are those of the plan, whose W5 is measured elsewhere."""
