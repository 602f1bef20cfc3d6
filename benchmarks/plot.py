"""Curves over numbers of cases as a picture (SVG), both axes logarithmic."""

import math
from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 200, 20, 50
_COLOURS = ("#1b6ca8", "#b3541e", "#2e7d32", "#6a3d9a", "#a61e4d", "#5f6b00", "#00695c", "#424242")
_APART = 15
"""Between the names of curves, so that none covers another."""


def curves(title: str, across: Sequence[int], seconds: Mapping[str, Sequence[float]]) -> str:
    """A picture of ``seconds`` by name, each with a value for each number of ``across``; dotted lines grow linearly."""
    values = [value for curve in seconds.values() for value in curve]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(across[0]), math.log10(across[-1])

    def x(cases: float) -> float:
        return _LEFT + (math.log10(cases) - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - (math.log10(value) - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        "<style>text { font: 12px sans-serif }</style>",
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
    ]
    for power in range(low, high + 1):
        at, value = y(10**power), 10**power
        parts.append(f'<path d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}" stroke="#dddddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{value:g} s</text>')
    for cases in across:
        bottom = _HEIGHT - _BOTTOM
        parts.append(f'<path d="M{x(cases):.1f} {_TOP}V{bottom}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x(cases):.1f}" y="{bottom + 18}" text-anchor="middle">{cases:,}</text>')
    parts.append(
        f'<text x="{_LEFT}" y="{_HEIGHT - 10}">open cases; dotted lines have the slope of linear growth</text>'
    )
    for begin in range(low, high):
        end = min(last, first + high - begin)
        line = f"M{x(10**first):.1f} {y(10**begin):.1f}L{x(10**end):.1f} {y(10 ** (begin + end - first)):.1f}"
        parts.append(f'<path d="{line}" stroke="#bbbbbb" stroke-dasharray="2 4" fill="none"/>')
    named = sorted(seconds, key=lambda name: -seconds[name][-1])
    at = 0.0
    for number, name in enumerate(named):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(f"{x(cases):.1f},{y(value):.1f}" for cases, value in zip(across, seconds[name], strict=True))
        parts.append(f'<polyline points="{points}" stroke="{colour}" stroke-width="2" fill="none"/>')
        at = max(at + _APART, y(seconds[name][-1]) + 4)
        parts.append(f'<text x="{_WIDTH - _RIGHT + 8}" y="{at:.1f}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])
