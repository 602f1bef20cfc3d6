"""Plots as SVG made on the server, without scripts; each has a text for who cannot see it."""

from collections.abc import Callable

from babel.numbers import format_percent
from markupsafe import Markup

from models.case import Outcome

_BAR = Markup(
    '<svg class="bar" viewBox="0 0 300 14" role="img" aria-label="{label}"><rect class="ground" width="300" height="14" '
    'rx="4"/><rect class="value" width="{width:.0f}" height="14" rx="4"/></svg>'
)


def progress_bar(outcome: Outcome, translate: Callable[[str], str], language: str) -> Markup:
    """How far an indicator has come from its baseline (else zero) to its target; nothing without a measure."""
    if outcome.target is None or outcome.value is None:
        return Markup("")
    began = outcome.baseline or 0.0
    if outcome.target == began:
        return Markup("")
    share = min(1.0, max(0.0, (outcome.value - began) / (outcome.target - began)))
    label = translate("%(percent)s of the way to the target") % {"percent": format_percent(share, locale=language)}
    return _BAR.format(label=label, width=300 * share)
