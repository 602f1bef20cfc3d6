"""The workflow of a case as a careless change would make it: one timer more, without `workflow.patched`."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.case import Stage
    from workflows.activation import Activation, ActivationStart


@workflow.defn(name="Activation")
class Changed(Activation):
    """Waits a moment before anything else."""

    @workflow.init
    def __init__(self, start: ActivationStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ActivationStart) -> Stage:
        """As before, after a moment."""
        await workflow.sleep(timedelta(seconds=1))
        return await super().run(start)
