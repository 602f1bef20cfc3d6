"""The delivery of queued notices: durable, and apart from the wait of whoever caused them.

The queue itself is the ledger in SQL. Whoever queues a notice nudges this workflow (or starts it); it has everything sent
that is due, sleeps until the next retry is due, and ends when nothing waits.
"""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import deadline, names
    from workflows.answers import must_be_of_this_workflow
    from workflows.long_lived import LongLived
    from workflows.retries import DELIVER_BEAT, DELIVER_ONCE, UNTIL_DELIVERED


@workflow.defn(name="Delivery")
class NoticeDelivery(LongLived):
    """The delivery of everything that is queued."""

    @workflow.init
    def __init__(self) -> None:
        must_be_of_this_workflow(names.DELIVERY_ID)
        super().__init__()

    @workflow.run
    async def run(self) -> None:
        """Deliver until nothing waits."""
        while True:
            if self.is_long():
                self.go_on_as_new()
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
