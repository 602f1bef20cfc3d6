"""Reading what came back for notices from a mailbox: durable, at the rhythm that the settings give.

How far it is read is the state of this workflow; what came back is noted in SQL, each mail once, so that reading a mail
again does no harm. It ends when no mailbox is set any more; a worker that has one starts it again.
"""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.returns import MailboxPlace, MailboxRead
    from workflows import deadline, names
    from workflows.answers import must_be_of_this_workflow
    from workflows.long_lived import LongLived
    from workflows.retries import READ_ONCE, UNTIL_READ


@workflow.defn(name="Returns")
class MailReturns(LongLived):
    """The reading of one mailbox. ``place``: how far it has been read."""

    @workflow.init
    def __init__(self, place: MailboxPlace) -> None:
        must_be_of_this_workflow(names.RETURNS_ID)
        self.place = place
        super().__init__()

    @workflow.run
    async def run(self, place: MailboxPlace) -> None:
        """Read until there is no mailbox any more."""
        while True:
            if self.is_long():
                self.go_on_as_new(self.place)
            self.nudged = False
            read: MailboxRead = await workflow.execute_activity(
                names.READ_RETURNS,
                self.place,
                result_type=MailboxRead,
                start_to_close_timeout=READ_ONCE,
                retry_policy=UNTIL_READ,
            )
            self.place = read.place
            if read.wait_seconds is None:
                return
            again = workflow.now() + timedelta(seconds=read.wait_seconds)
            await deadline.reached(again, unless=lambda: self.nudged)
