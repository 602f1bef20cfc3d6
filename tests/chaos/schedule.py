"""Which faults come when: drawn from a seed, the same for the same seed, length and database."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

_KILLED = ("worker", "web", "temporal", "mail", "supervisor")
_MAIL = ("slow", "refuse", "drop", "away")
_BASE = (
    *(("kill", part) for part in _KILLED),
    *(("stop", part) for part in _KILLED),
    *(("mail", how) for how in _MAIL),
    *((how, between) for how in ("cut", "delay") for between in ("mail", "web")),
    ("disk", "records"),
)
KINDS: dict[str, tuple[tuple[str, str], ...]] = {
    "sqlite": _BASE,
    "postgresql": (
        *_BASE,
        *((how, part) for how in ("kill", "stop") for part in ("postgresql", "worker-2", "web-2")),
        *((how, between) for how in ("cut", "delay") for between in ("postgresql", "temporal")),
    ),
}
"""What can happen, by the database: what is done, and to which part."""

CHEAP = (("kill", "worker"), ("kill", "web"), ("stop", "worker"), ("mail", "drop"), ("cut", "web"), ("delay", "mail"))
"""What a machine is over in a moment."""

SECONDS_A_FAULT = 4.0
_DEPLOYS_FROM = 30.0
_SHORTEST, _LONGEST = 1.0, 6.0


@dataclass(frozen=True)
class Fault:
    """Something that is done to a part, ``at`` so many seconds after the beginning, for ``span`` seconds."""

    number: int
    at: float
    what: str
    part: str
    span: float

    @property
    def kind(self) -> str:
        """Its name in a report."""
        return f"{self.what} {self.part}"

    def __str__(self) -> str:
        return f"{self.number}: {self.kind} at {self.at:.1f} s for {self.span:.1f} s"


def drawn(
    seed: int, seconds: float, database: str, kinds: Sequence[tuple[str, str]] = (), count: int = 0
) -> tuple[Fault, ...]:
    """The faults of a seed, in order: each kind comes once before any comes again, and a deployment in the middle.

    ``kinds``: what they are drawn from, otherwise all, and then a long run has a deployment; ``count``: how many,
    otherwise one in about four seconds.
    """
    dice = random.Random(f"{seed} {database}")  # noqa: S311 - the same faults in every run
    pool = list(kinds or KINDS[database])
    chosen: list[tuple[str, str]] = []
    while len(chosen) < (count or max(1, round(seconds / SECONDS_A_FAULT))):
        chosen += dice.sample(pool, len(pool))
    del chosen[count or max(1, round(seconds / SECONDS_A_FAULT)) :]
    longest = min(_LONGEST, max(_SHORTEST, seconds / 6))
    begun = [
        (dice.uniform(0.05, 0.85) * seconds, what, part, dice.uniform(_SHORTEST, longest)) for what, part in chosen
    ]
    if not kinds and seconds >= _DEPLOYS_FROM:
        begun.append((seconds * dice.uniform(0.4, 0.6), "deploy", "worker", 0.0))
    return tuple(Fault(number, *one) for number, one in enumerate(sorted(begun), 1))


def only(faults: Sequence[Fault], numbers: Collection[int]) -> tuple[Fault, ...]:
    """The faults with these numbers."""
    return tuple(fault for fault in faults if fault.number in numbers)
