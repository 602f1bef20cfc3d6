"""The figures of all rounds as a table and a picture, and where they are written."""

import html
import os
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.peers.measure import percentile
from benchmarks.peers.work import LIFECYCLE, WORKS

BEGIN, END = "<!-- beside the peers: written by make bench-peers -->", "<!-- beside the peers: end -->"
_PICTURE = "benchmarks-peers.svg"
_TITLES = {
    "bare": "bare Temporal",
    "product": "**the product** (PostgreSQL)",
    "product-sqlite": "**the product** (SQLite)",
    "dbos": "DBOS",
    "dbosify": "dbosify",
    "viewflow": "django-viewflow",
    "spiff": "SpiffWorkflow",
    "procrastinate": "procrastinate",
}


@dataclass(frozen=True)
class Measurement:
    """One measurement: of which subject, at which work, and its figures by name."""

    subject: str
    work: str
    figures: Mapping[str, Any]


@dataclass
class Results:
    """All of a run. ``spins``: seconds that the same arithmetic took between the measurements."""

    at: datetime
    sizes: Mapping[str, Any]
    versions: dict[str, str]
    measured: list[Measurement] = field(default_factory=list)
    spins: list[float] = field(default_factory=list)

    def of(self, work: str) -> dict[str, list[Mapping[str, Any]]]:
        """The figures at a work, a list a subject with an entry a round, in the order in which they came first."""
        found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in _TITLES}
        for one in self.measured:
            if one.work == work:
                found[one.subject].append(one.figures)
        return {name: figures for name, figures in found.items() if figures}


def one_line(figures: Mapping[str, Any]) -> str:
    """Figures as they come."""
    if "failed" in figures:
        return f"FAILED: {figures['failed']}"
    return ", ".join(f"{name} {_short(value)}" for name, value in figures.items() if not isinstance(value, list))


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {_short(one)}" for name, one in value.items()) + ")"
    return str(value)


def noise(spins: Sequence[float]) -> str:
    """How noisy the machine was."""
    if not spins:
        return "nothing was measured"
    least = min(spins)
    return (
        f"the same loop took {statistics.median(spins) / least:.2f} times its quickest ({least * 1000:.0f} ms) in the "
        f"middle and {max(spins) / least:.2f} times at worst, over {len(spins)} times; a quiet machine has 1.1"
    )


# the table --------------------------------------------------------------------------------------------------------

_Cell = Callable[[Sequence[Mapping[str, Any]]], str]


def _spread(name: str, times: float = 1.0, digits: int = 1) -> _Cell:
    def cell(rounds: Sequence[Mapping[str, Any]]) -> str:
        values = [one[name] * times for one in rounds]
        middle = f"{statistics.median(values):,.{digits}f}"
        return middle if len(values) == 1 else f"{middle} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"

    return cell


def _each(name: str, times: float = 1.0, digits: int = 1) -> _Cell:
    def cell(rounds: Sequence[Mapping[str, Any]]) -> str:
        servers = rounds[0][name]
        parts = (
            f"{server} {statistics.median(one[name][server] for one in rounds) * times:,.{digits}f}"
            for server in servers
        )
        return ", ".join(parts) or "none"

    return cell


def _of_all(name: str, of_hundred: int) -> _Cell:
    """A percentile of what was seen in all rounds together, in ms."""
    return lambda rounds: f"{percentile([one for each in rounds for one in each[name]], of_hundred) * 1000:,.0f}"


def _said(name: str) -> _Cell:
    return lambda rounds: ", ".join(str(one[name]) for one in rounds)


_COLUMNS: Mapping[str, Mapping[str, _Cell]] = {
    "W1": {
        "cases/s": _spread("cases_s", digits=2),
        "steps/s": _spread("steps_s"),
        "decision to visible, p50 ms": _of_all("visible", 50),
        "p99 ms": _of_all("visible", 99),
        "kB a case": _spread("bytes", 1e-3, 0),
        "processor ms a step, own": _spread("own_cpu", 1000),
        "its servers": _each("server_cpu", 1000),
    },
    "W2": {
        "memory MB": _spread("memory", 1e-6, 0),
        "of it before the first case": _spread("memory_empty", 1e-6, 0),
        "servers MB": _each("servers_memory", 1e-6, 0),
        "kill -9 to first decision, s": _spread("first"),
    },
    "W3": {
        "decisions": _said("decisions"),
        "mails": _said("mails"),
        "decisions lost": _said("lost_decisions"),
        "mails lost": _said("lost"),
        "mails doubled": _said("doubled"),
        "mails of what is not recorded": _said("unfounded"),
        "marked for a person": _said("marked"),
        "settled after, s": _spread("settled"),
    },
    "W4": {
        "cases with exactly two": lambda rounds: ", ".join(f"{one['exactly']} of {one['cases']}" for one in rounds),
        "clicks answered with a refusal or an error": _said("refused"),
        "seconds": _spread("seconds"),
    },
    "W6": {
        "reminders": _said("reminders"),
        "latest, s late": _spread("late", digits=3),
        "time": lambda rounds: "skipped" if rounds[0]["skipped"] else "shortened days",
    },
}


def _rows(work: str, lives: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterable[str]:
    columns = _COLUMNS[work]
    yield f"| subject | {' | '.join(columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    for name, rounds in lives.items():
        whole = [one for one in rounds if "failed" not in one and "not tried" not in one]
        if whole:
            cells = [cell(whole) for cell in columns.values()]
            if len(whole) < len(rounds):
                cells[0] += f" ({len(rounds) - len(whole)} of {len(rounds)} rounds failed)"
        else:
            why = f"not tried: {rounds[0]['not tried']}" if "not tried" in rounds[0] else "failed"
            cells = [why, *("" for _ in list(columns)[1:])]
        yield f"| {_TITLES[name]} | {' | '.join(cells)} |"


def section(found: Results) -> str:
    """The section of docs/benchmarks.md."""
    sizes = found.sizes
    did = {
        "W1": (
            f"{sizes['cases']} cases, {sizes['at_once']} at a time, {len(LIFECYCLE)} steps each: a request, found "
            "complete; two approvals; ten invitations, approved by two; six acceptances; an outcome; a report. "
            "Middle of the rounds, and their spread."
        ),
        "W2": f"{sizes['parked']:,} cases wait for their first decision. The process is killed, and its next takes one.",
        "W3": (
            f"The process is killed {sizes['lives']} times: as soon as it has acknowledged the last of some decisions, "
            "or (every other time) at any moment. Then it is started once more, and has 90 s to send what it owes."
        ),
        "W4": f"Both approve at the same moment, and {sizes['clicks']} more clicks come with them.",
        "W6": (
            f"{sizes['days']} days. Where time cannot be skipped, a day lasts {sizes['day']:g} s. Late is in seconds as "
            "they pass, of skipped time in those of the case."
        ),
    }
    lines = [
        BEGIN,
        "## Beside the peers",
        "",
        f"Measured on {found.at:%d %B %Y} on {os.cpu_count()} cores. How noisy it was: {noise(found.spins)}.",
        f"Versions: {', '.join(f'{name} {number}' for name, number in found.versions.items())}.",
        "",
        f"![Steps a second, and processor time of a step]({_PICTURE})",
        "",
    ]
    for work, title in WORKS.items():
        lives = found.of(work)
        if lives:
            lines += [f"**{work}, {title}.** {did[work]}", "", *_rows(work, lives), ""]
    return "\n".join([*lines, END, ""])


# the picture ------------------------------------------------------------------------------------------------------

_ROW, _BAR, _LEFT, _RIGHT = 34, 11, 170, 330


def picture(found: Results) -> str:
    """W1 as SVG: for each subject a bar of its steps a second, and one of the processor time of a step."""
    figures = {name: [one for one in rounds if "steps_s" in one] for name, rounds in found.of("W1").items()}
    shown = {name: rounds for name, rounds in figures.items() if rounds}
    speeds = {name: statistics.median(one["steps_s"] for one in rounds) for name, rounds in shown.items()}
    own = {name: statistics.median(one["own_cpu"] for one in rounds) * 1000 for name, rounds in shown.items()}
    of_servers = {
        name: statistics.median(sum(one["server_cpu"].values()) for one in rounds) * 1000
        for name, rounds in shown.items()
    }
    most = max(speeds.values(), default=1.0)
    dearest = max((own[name] + of_servers[name] for name in shown), default=1.0)
    height = 40 + _ROW * len(shown)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" font-family="sans-serif" font-size="12">',
        "<title>Steps a second, and processor time of a step, of the product and its peers</title>",
        f'<rect width="720" height="{height}" fill="white"/>',
        '<text x="170" y="20" fill="#1b5e8c">steps a second</text>',
        '<text x="290" y="20" fill="#b25b00">processor ms a step: own, and (pale) servers</text>',
    ]
    for number, name in enumerate(shown):
        top = 34 + number * _ROW
        title = html.escape(_TITLES[name].replace("*", ""))
        parts.append(f'<text x="{_LEFT - 8}" y="{top + 15}" text-anchor="end">{title}</text>')
        parts += _bar(top, [(speeds[name] / most, "#1b5e8c")], f"{speeds[name]:.0f}")
        spent = [(own[name] / dearest, "#b25b00"), (of_servers[name] / dearest, "#f0c48a")]
        parts += _bar(top + _BAR + 2, spent, f"{own[name]:.1f} + {of_servers[name]:.1f}")
    return "\n".join([*parts, "</svg>", ""])


def _bar(top: float, pieces: Sequence[tuple[float, str]], label: str) -> list[str]:
    left, parts = float(_LEFT), []
    for share, colour in pieces:
        width = share * _RIGHT
        parts.append(f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>')
        left += width
    return [*parts, f'<text x="{left + 6:.1f}" y="{top + 10}">{label}</text>']


def write(found: Results, docs: Path) -> None:
    """Write the picture, and the section in the place of the one before (or at the end)."""
    (docs / _PICTURE).write_text(picture(found), encoding="utf-8")
    page = docs / "benchmarks.md"
    text = page.read_text(encoding="utf-8") if page.exists() else "# Benchmarks\n\n"
    before, begin, rest = text.partition(BEGIN)
    after = rest.partition(END)[2].lstrip("\n") if begin else ""
    parts = [before.rstrip("\n") + "\n\n", section(found), "\n" if after else "", after]
    page.write_text("".join(parts), encoding="utf-8")
