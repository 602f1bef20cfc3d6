"""The floor: bare Temporal doing the same updates with one local activity that does nothing."""

from datetime import timedelta
from typing import Any

from temporalio import activity, workflow


@activity.defn
async def nothing(value: dict[str, Any]) -> int:
    """The cheapest local activity."""
    return int(value["number"])


@workflow.defn
class BareCase:
    """A workflow that takes updates, each with one local activity."""

    @workflow.init
    def __init__(self) -> None:
        self.count = 0
        self.over = False

    @workflow.run
    async def run(self) -> int:
        """Wait until it is over."""
        await workflow.wait_condition(lambda: self.over)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.count

    @workflow.update
    async def step(self, value: dict[str, Any]) -> int:
        """One update with one local activity."""
        await workflow.execute_local_activity(nothing, value, start_to_close_timeout=timedelta(seconds=10))
        self.count += 1
        return self.count

    @step.validator
    def _may_step(self, value: dict[str, Any]) -> None:
        if self.over:
            raise ValueError("over")

    @workflow.signal
    def end(self) -> None:
        """End the workflow."""
        self.over = True
