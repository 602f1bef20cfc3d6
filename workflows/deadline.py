"""The one place where a workflow waits for an instant.

A time-out of ``wait_condition`` that nobody catches would fail the case. It is set and caught here and nowhere else.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow


async def reached(instant: datetime | None, *, unless: Callable[[], bool]) -> bool:
    """Wait until an instant of the workflow's clock, or until ``unless`` holds; True if the instant came first.

    Without an instant it waits for ``unless`` alone. An instant that is past counts as reached at once.
    """
    if instant is None:
        await workflow.wait_condition(unless)
        return False
    left = instant - workflow.now()
    if left <= timedelta(0):
        return not unless()
    try:
        await workflow.wait_condition(unless, timeout=left)
    except TimeoutError:
        return not unless()
    return False
