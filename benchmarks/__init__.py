"""Speed, as ratios within one run: ``make bench``.

``steps``  recorded steps through the product against ``bare``: Temporal doing the same updates with an empty activity
``growth`` a step in a case of 600 outcomes against one of ten
``cost``   what a step costs where, part by part, without a server
``releases`` a release of the code, perhaps changed, with processes of its own
``years``  ``make years``: a step added to the procedure over parked cases, and the oldest case through three versions
``mail``   ``make bench-mail``: the delivery of mails against bare aiosmtplib
``pages``  ``make bench-pages``: list and search with 100,000 cases against 1,000
``parked`` many cases that wait, on a server and a worker of their own, for the two that follow
``memory`` ``make bench-memory``: the worker's memory by cases and steps, and a worker that is killed
``scale``  ``make bench-growth``: steps, checks, nudge, replay and backup by the number of cases
``plot``   curves as a picture (SVG)
``peers``  ``make bench-peers``: the product beside what else one could build it on
"""

import statistics
import sys


def report(line: str) -> None:
    """Print a line at once, also where the output is a file."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def meets_target(what: str, ratios: list[float], target: float, *, at_most: bool = False) -> bool:
    """Print the median and the spread of ratios; answers whether the median is at least (or at most) the target."""
    median, sign = statistics.median(ratios), "<=" if at_most else ">="
    well = median <= target if at_most else median >= target
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    report(f"{what}: median {median:.2f} ({spread}), target {sign} {target}: {'met' if well else 'MISSED'}")
    return well
