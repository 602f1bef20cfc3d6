"""The rules on a table: one case played with the pure functions alone, on a clock that the test moves."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from models.agenda import next_act
from models.authentication import Means, PasskeyTouch, Standing
from models.calendars import Calendars
from models.case import Case
from models.command_signing import CommandSigner
from models.commands import ActFor, parse
from models.log import Entry
from models.members import Directory, Member
from models.notices import Notice
from models.policy import Policy
from models.projection import Queued, notices_of_step
from models.public_holidays import work_calendar
from models.rules import RULES, Transition, allowed, apply_clock, apply_command
from records.directory import SEED, _member_rows, _offices
from tests.models.in_vain import forgotten, in_vain

REQUEST = {
    "title": "Boats in the strait",
    "situation": "Boats leave and transit.",
    "affected": ["MY", "TH"],
    "grounds": [{"ground": "landing"}],
}
"""Of whichever member submits it: it is affected by landings."""


NOT_OFFERED = {
    "announce_day": "it is entered in the directory",
    "consent": "a word that was given is changed",
    "endorse": "enough have endorsed already",
    "respond": "an answer that was given is changed",
    "verify": "it is added to what is verified why less than the target is enough",
}
"""What is taken when no page offers it, and when that is; a Co-Chair that is recused did more before (decision 49)."""

SIGNER = CommandSigner(b"t" * 32)


@cache
def directory() -> Directory:
    """The directory of the seed files."""
    rows = _member_rows((SEED / "members.csv").read_text(), _offices((SEED / "offices.csv").read_text()))
    return Directory(members={row["code"]: Member(**{name: row[name] for name in Member.model_fields}) for row in rows})


@cache
def calendars(year: int = 2026) -> Calendars:
    """The working calendars of the seed files."""
    offices = _offices((SEED / "offices.csv").read_text())
    made = {code: work_calendar(row["zone"], row["holidays"], year) for code, row in offices.items()}
    return Calendars(offices=made)


class Tabletop:
    """One case; ``now`` moves only by ``wait``, which lets the clock act on the way."""

    def __init__(self, policy: Policy | None = None, now: datetime = datetime(2026, 3, 2, 3, tzinfo=UTC)) -> None:
        self.now = now
        self.case = Case(
            reference=f"AHG-{now.year}-001",
            directory=directory(),
            calendars=calendars(now.year),
            policy=policy or Policy(),
        )
        self.entries: list[Entry] = []
        self.queued: list[Queued] = []
        self._count = 0

    def do(
        self,
        by: str,
        do: str,
        fields: Mapping[str, Any] | None = None,
        *,
        seen: int | None = None,
        means: Means | None = None,
        standing: Standing | None = Standing.POST,
        touch: PasskeyTouch | None = None,
    ) -> Transition:
        """Give a command, signed where ``means`` are said; raises Refused."""
        self._count += 1
        command = parse(do, fields or {}, by=by, command_id=f"c{self._count}", seen=seen)
        if means is not None:
            command = SIGNER.sign(self.case.reference, command, means, self.now, touch, standing)
        inner = command.body.command if isinstance(command.body, ActFor) else command.body
        post = command.body.post if isinstance(command.body, ActFor) else command.by
        offered = (*allowed(self.case, post), *NOT_OFFERED, *(RULES if self.case.recused(post) else ()))
        taken = apply_command(self.case, command, self.now)
        assert inner.do in offered, f"{inner.do} is taken of {by}, and was not offered"
        return self._took(taken)

    def wait(self, span: timedelta) -> None:
        """Let time pass."""
        self.until(self.now + span)

    def until(self, moment: datetime) -> None:
        """Let time pass until an instant, the clock acting at each rung on the way."""
        while (act := next_act(self.case)) is not None and act.at <= moment:
            self.now = max(self.now, act.at)
            taken = apply_clock(self.case, self.now)
            assert taken is not None
            self._took(taken)
        self.now = max(self.now, moment)

    @property
    def notices(self) -> list[Notice]:
        """The notices so far, in the order in which they were queued."""
        return [queued.notice for queued in self.queued]

    def told(self, kind: str) -> list[str]:
        """The posts that were told, by a kind of notice."""
        return [notice.to for notice in self.notices if notice.kind == kind]

    def _took(self, taken: Transition) -> Transition:
        self.case = taken.after
        assert [*in_vain(taken.after), *forgotten(taken.after)] == []
        self.entries.extend(taken.entries)
        self.queued.extend(notices_of_step(taken))
        return taken
