"""The filters of the list of cases, read from its address and written back to one."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from models.case import Stage
from models.policy import Urgency
from models.posts import Post
from models.zones import zone_named
from records.lists import Filters


class ListQuery(NamedTuple):
    """What the address asks for; what it cannot be read as is left empty. Days are whole days of the reader."""

    stage: str = ""
    urgency: str = ""
    open: str = ""
    requester: str = ""
    waiting_on: str = ""
    opened_from: str = ""
    opened_to: str = ""
    overdue: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "ListQuery":
        """From the fields of an address."""
        return cls(
            stage=_one_of(given.get("stage", ""), set(Stage)),
            urgency=_one_of(given.get("urgency", ""), set(Urgency)),
            open=_one_of(given.get("open", ""), {"yes"}),
            requester=_plain(given.get("requester", "")),
            waiting_on=_post(given.get("waiting_on", "")),
            opened_from=_day(given.get("opened_from", "")),
            opened_to=_day(given.get("opened_to", "")),
            overdue=_one_of(given.get("overdue", ""), {"yes"}),
        )

    @property
    def query(self) -> str:
        """The query of the address, with what narrows the list down and nothing else."""
        return urlencode({name: value for name, value in self._asdict().items() if value})

    def filters(self, zone: str, now: datetime) -> Filters:
        """What they mean for a reader in a time zone, at an instant."""
        home = zone_named(zone)
        begin = datetime.combine(date.fromisoformat(self.opened_from), time(), home) if self.opened_from else None
        end = None
        if self.opened_to:
            end = datetime.combine(date.fromisoformat(self.opened_to) + timedelta(days=1), time(), home)
        return Filters(
            stage=self.stage,
            urgency=self.urgency,
            open=bool(self.open),
            requester=self.requester,
            waiting_on=self.waiting_on,
            opened_from=begin,
            opened_before=end,
            overdue_at=now if self.overdue else None,
        )


def _one_of(given: str, known: set[str]) -> str:
    return given if given in {str(one) for one in known} else ""


def _plain(given: str) -> str:
    return given if len(given) <= 40 and given.isprintable() else ""


def _post(given: str) -> str:
    try:
        return str(Post(given)) if _plain(given) else ""
    except ValueError:
        return ""


def _day(given: str) -> str:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return ""
    return day.isoformat() if 1900 < day.year < 2200 else ""
