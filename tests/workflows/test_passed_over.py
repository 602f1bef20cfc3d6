"""The server's word that a worker did not come to an Update is no refusal: the command is given again, with its id."""

from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from models.authentication import Means
from models.case import Stage
from models.commands import Command, parse
from workflows.activation import Receipt
from workflows.client import CaseClient, NotAnswered

PASSED_OVER = WorkflowUpdateFailedError(
    ApplicationError("Workflow Update is rejected because it wasn't processed by worker.", type="UnprocessedUpdate")
)
RECEIPT = Receipt(reference="AHG-2026-001", seq=4, stage=Stage.CO_CHAIR_REVIEW, waiting_on=())


class Server:
    """Says so to the first Update as a loaded server does, at a moment that no test can choose; then answers."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def get_workflow_handle(self, _stream: str) -> Any:
        """Itself."""
        return self

    async def execute_update(self, _name: object, _command: Command, **own: Any) -> Receipt:
        """The answer to an Update."""
        self.ids.append(own["id"])
        if len(self.ids) == 1:
            raise PASSED_OVER
        return RECEIPT


@pytest.fixture
def server() -> Server:
    return Server()


async def test_a_command_that_the_worker_did_not_come_to_is_given_again_with_the_same_id(server: Server) -> None:
    desk = CaseClient(server, "cases")  # type: ignore[arg-type]
    accept = parse("accept", {}, by="RSO/secretariat", command_id="c1")
    assert await desk.submit_command("AHG-2026-001", accept, Means.SECOND_FACTOR) == RECEIPT
    assert server.ids == ["c1", "c1"]


async def test_elsewhere_its_sender_is_told_to_send_it_again(server: Server) -> None:
    desk = CaseClient(server, "cases")  # type: ignore[arg-type]
    adopt = parse("adopt", {"recommendation": "Share routes", "state": "done"}, by="MY/focal-point", command_id="c2")
    with pytest.raises(NotAnswered, match="send it again"):
        await desk.submit_resolution("AHG-2026-001", 1, adopt, Means.SECOND_FACTOR)
