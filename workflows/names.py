"""What is called by name across processes: activities, workflow ids, search attributes."""

from temporalio.common import SearchAttributeKey

from models.recommendation import follow_up_stream

RECORD_STEP = "record"
"""Local activity: one step into the log, the projection and the queue of notices, in one transaction."""

DELIVER_NOTICES = "deliver"
"""Activity: hand every queued notice that is due to the mail server."""

READ_RETURNS = "read_returns"
"""Activity: read what came back for notices from the mailbox, from a place on."""

RETURNS_ID = "returns"
"""The workflow that has the mailbox read at a rhythm; it runs while a mailbox is set."""

DELIVERY_ID = "delivery"
"""The workflow that delivers; a case's own workflow has the case's reference as its id."""

STAGE_ATTRIBUTE = SearchAttributeKey.for_keyword("AhgStage")
REQUESTER_ATTRIBUTE = SearchAttributeKey.for_keyword_list("AhgRequester")
URGENCY_ATTRIBUTE = SearchAttributeKey.for_keyword("AhgUrgency")
WAITING_ON_ATTRIBUTE = SearchAttributeKey.for_keyword_list("AhgWaitingOn")
DUE_ATTRIBUTE = SearchAttributeKey.for_datetime("AhgDue")


def follow_up_id(reference: str, number: int) -> str:
    """The workflow that follows a recommendation: derived from what it serves, so that it is started once."""
    return follow_up_stream(reference, number)
