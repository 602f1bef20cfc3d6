"""The follow-up of a recommendation: open across cases until it is adopted, declined or done.

It lives apart from its case, which may be closed and then does not change any more; it has a log of its own.

``state``   what it is, and what the events of its log make of it
``steps``   what commands and the clock do to it
"""

from models.recommendation.state import (
    OVER,
    FollowUp,
    FollowUpState,
    catch_up_follow_up,
    follow_up_of,
    follow_up_stream,
)
from models.recommendation.steps import (
    address_follow_up,
    apply_clock_to_follow_up,
    leave_out_of_follow_up,
    open_follow_up,
    resolve_follow_up,
)
