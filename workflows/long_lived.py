"""The base of workflows that live for months: a nudge wakes them, and they go on as new runs."""

from typing import Any, NoReturn

from temporalio import workflow


class LongLived:
    """The base of a workflow that continues as new: when its history is long, or a new version is deployed."""

    def __init__(self) -> None:
        self.nudged = False

    @workflow.signal
    def nudge(self) -> None:
        """Wake up: something was queued, or a new version is deployed, of which an idle workflow learns only so."""
        self.nudged = True

    @staticmethod
    def is_long(history_limit: int | None = None) -> bool:
        """Whether this run should end: after ``history_limit`` events, at the server's word, or for a new version."""
        info = workflow.info()
        return (
            (history_limit is not None and info.get_current_history_length() >= history_limit)
            or info.is_continue_as_new_suggested()
            or info.is_target_worker_deployment_version_changed()
        )

    @staticmethod
    def go_on_as_new(*start: Any) -> NoReturn:
        """Go on as a new run, which begins with ``start``, on the version that is deployed now. Only ``run`` calls it."""
        upgraded = workflow.info().is_target_worker_deployment_version_changed()
        workflow.continue_as_new(
            args=start,
            initial_versioning_behavior=workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE if upgraded else None,
        )
