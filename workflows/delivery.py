"""The delivery of queued notices: durable, and apart from the wait of whoever caused them.

The queue itself is the ledger in SQL. Whoever queues a notice nudges this workflow (or starts it); it has everything sent
that is due, sleeps until the next retry is due, and ends when nothing waits.
"""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import deadline, names
    from workflows.retries import DELIVER_BEAT, DELIVER_ONCE, UNTIL_DELIVERED


@workflow.defn(name="Delivery")
class NoticeDelivery:
    """The delivery of everything that is queued."""

    @workflow.init
    def __init__(self) -> None:
        self.nudged = False

    @workflow.run
    async def run(self) -> None:
        """Deliver until nothing waits."""
        while True:
            self._continue_if_long()
            self.nudged = False
            again: datetime | None = await workflow.execute_activity(
                names.DELIVER_NOTICES,
                result_type=datetime | None,  # type: ignore[arg-type]
                start_to_close_timeout=DELIVER_ONCE,
                heartbeat_timeout=DELIVER_BEAT,
                retry_policy=UNTIL_DELIVERED,
            )
            if again is not None:
                await deadline.reached(again, unless=lambda: self.nudged)
            elif not self.nudged:
                return

    @workflow.signal
    def nudge(self) -> None:
        """Something has been queued, or a new version is deployed."""
        self.nudged = True

    def _continue_if_long(self) -> None:
        """Go on as a new run when the history is long or a new version is deployed; nothing is carried over."""
        upgraded = workflow.info().is_target_worker_deployment_version_changed()
        if upgraded or workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(
                initial_versioning_behavior=(
                    workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE if upgraded else None
                )
            )
