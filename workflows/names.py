"""What is called by name across processes: activities, workflow ids, search attributes."""

from temporalio.common import SearchAttributeKey

from models.recommendation import follow_up_stream

RECORD_STEP = "record"
"""Local activity: one step into the log, the projection and the queue of notices, in one transaction."""

READ_AHEAD = "read_ahead"
"""Local activity: the entries of a log after a number, which its workflow may not know."""

READ_TOLD = "read_told"
"""Local activity: the addressees of a recommendation that its case has told, by the log of the case."""

READ_LEFT_OUT = "read_left_out"
"""Local activity: those of whom its case has decided that they are not told."""

TOLD = "told"
"""Signal of a follow-up: its case has told somebody to whom the recommendation is addressed."""

SUBMIT_COMMAND = "submit_command"
"""Update of a case and of a follow-up: take a command. Named so, a client need not look it up at each call."""

KNOWN = "known"
"""Query of a case and of a follow-up: the newest entry that it knows of its log, its number and its hash."""

CATCHES_UP = "catches-up-with-its-log"
"""Patch (``workflow.patched``): runs with it look into their log when they are nudged, or end for want of a request."""

CONTESTS_ANSWERS = "contests-recorded-answers"
"""Patch (``workflow.patched``): follow-ups with it have members contest what was recorded in their names."""

DELIVER_NOTICES = "deliver"
"""Activity: hand every queued notice that is due to the mail server."""

READ_RETURNS = "read_returns"
"""Activity: read reports and replies to notices from the mailbox, from a place on."""

RETURNS_ID = "returns"
"""Id of the workflow that has the mailbox read at intervals; it runs while a mailbox is set."""

DELIVERY_ID = "delivery"
"""Id of the workflow that delivers notices. The id of a case's workflow is the case's reference."""

STAGE_ATTRIBUTE = SearchAttributeKey.for_keyword("AhgStage")
REQUESTER_ATTRIBUTE = SearchAttributeKey.for_keyword_list("AhgRequester")
URGENCY_ATTRIBUTE = SearchAttributeKey.for_keyword("AhgUrgency")
WAITING_ON_ATTRIBUTE = SearchAttributeKey.for_keyword_list("AhgWaitingOn")
DUE_ATTRIBUTE = SearchAttributeKey.for_datetime("AhgDue")
ATTRIBUTES = (STAGE_ATTRIBUTE, REQUESTER_ATTRIBUTE, URGENCY_ATTRIBUTE, WAITING_ON_ATTRIBUTE, DUE_ATTRIBUTE)
"""Every search attribute that a case writes; it fails its task when Temporal does not know one."""

DEPLOYMENT = "ahg"
"""The Worker Deployment whose versions our workers have, where they have any."""


def follow_up_id(reference: str, number: int) -> str:
    """The id of the workflow that follows a recommendation. It follows from the recommendation: one workflow starts."""
    return follow_up_stream(reference, number)
