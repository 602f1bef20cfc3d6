"""What is said of a run."""

from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.checks import Size
from tests.chaos.journal import Answer, Journal


@dataclass
class Report:
    """A run in figures. ``faults``: what was lost, doubled or left behind, in sentences; none where all is well."""

    seed: int
    seconds: float
    database: str
    journal: Journal
    done: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    before: dict[str, Size] = field(default_factory=dict)
    after: dict[str, Size] = field(default_factory=dict)
    disk: tuple[str, int, int] = ("", 0, 0)
    entries: int = 0
    folder: str = ""
    again: str = ""

    def lines(self) -> list[str]:
        """The report, line by line."""
        answers, ways = self.journal.counts(), self.journal.ways()
        sent = sum(one.sent for one in self.journal.given)
        said = [
            f"seed {self.seed}, {self.seconds:g} s, {self.database}: {self.done.total()} faults",
            *(f"  {count:4} x {kind}" for kind, count in sorted(self.done.items())),
            f"commands: {len(self.journal.given)} given, sent {sent} times; "
            + ", ".join(f"{answers[one]} {one.value}" for one in Answer),
            f"  acknowledged by {', '.join(f'{way} {count}' for way, count in sorted(ways.items()))}",
            f"cases: {len(self.journal.cases)} played, {len(self.journal.finished)} to their end; {self.entries} entries",
            f"mails: {', '.join(f'{count} {state}' for state, count in sorted(self.mails.items()))}",
        ]
        for name, now in self.after.items():
            then = self.before.get(name)
            if then is not None:
                memory = f"{then.memory >> 20} -> {now.memory >> 20} MiB"
                said.append(f"{name}: {memory}, {then.files} -> {now.files} open files")
        chosen, used, now_used = self.disk
        said.append(f"disk ({chosen}): {used >> 20} -> {now_used >> 20} MiB")
        said.append(f"lost, doubled or left behind: {len(self.faults) or 'nothing'}")
        said += [f"  {fault}" for fault in self.faults]
        if self.faults:
            said += [f"what is left of it is in {self.folder}", f"again: {self.again}"]
        return said
