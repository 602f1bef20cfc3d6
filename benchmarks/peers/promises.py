"""What the product promises beside its peers, and whether a run has kept it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks import meets_target, report
from benchmarks.peers.results import Results, noise

_OURS = ("product", "product-sqlite")
_OF_BARE = 0.8
_LATER = 2.0
_LOSSES = ("lost_decisions", "lost", "doubled", "unfounded")
_PROMISED: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], bool]] = {
    ("W3", "nothing lost, nothing doubled"): lambda one: not any(one.get(loss, 1) for loss in _LOSSES),
    ("W4", "exactly two positions"): lambda one: bool(one.get("exactly", -1) == one.get("cases", 0)),
    ("W6", "no reminder late by more than 5 s"): lambda one: bool(one.get("late", 99.0) <= 5),
}


def verdict(found: Results) -> bool:
    """Print how noisy the machine was, and each promise that this run can tell of; answers whether all are kept."""
    report(noise(found.spins))
    return all([*_speeds(found), *_restarts(found), *_kept(found)])


def _speeds(found: Results) -> Iterator[bool]:
    """Steps a second as ratios, of the rounds in which both were measured."""
    lives = found.of("W1")
    for name, others in lives.items():
        pairs = zip(lives.get("product", ()), others, strict=False)
        ratios = [own["steps_s"] / other["steps_s"] for own, other in pairs if "steps_s" in own and "steps_s" in other]
        if name not in _OURS and ratios:
            yield meets_target(f"W1 steps a second, product / {name}", ratios, _OF_BARE if name == "bare" else 1.0)


def _restarts(found: Results) -> Iterator[bool]:
    """Seconds to the first decision after a kill, beside bare Temporal's."""
    first = {name: [one["first"] for one in rounds if "first" in one] for name, rounds in found.of("W2").items()}
    for name in _OURS:
        for own, floor in zip(first.get(name, ()), first.get("bare", ()), strict=False):
            yield _holds(f"W2 {name}: first decision {own - floor:+.1f} s beside bare Temporal", own - floor <= _LATER)


def _kept(found: Results) -> Iterator[bool]:
    for (work, promise), kept in _PROMISED.items():
        for name in _OURS:
            for one in found.of(work).get(name, []):
                yield _holds(f"{work} {name}: {promise}", kept(one))


def _holds(what: str, well: bool) -> bool:
    report(f"{what}: {'met' if well else 'MISSED'}")
    return well
