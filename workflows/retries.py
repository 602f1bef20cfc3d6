"""Every retry policy and time limit, by name."""

from datetime import timedelta

from temporalio.common import RetryPolicy

UNTIL_RECORDED = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=20), maximum_attempts=0
)
"""A step is recorded again and again until the database takes it."""

ONCE = RetryPolicy(maximum_attempts=1)
"""What is tried at the next occasion when it fails."""

RECORD_AT_MOST = timedelta(seconds=15)
"""One attempt at recording a step."""

UNTIL_DELIVERED = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5), maximum_attempts=0
)
"""Delivery as a whole is tried for ever; each notice gives up by itself (``records.ledger``)."""

DELIVER_ONCE = timedelta(hours=12)
DELIVER_BEAT = timedelta(seconds=20)
"""One round of delivery, and how often it shows that it lives."""

UNTIL_READ = RetryPolicy(
    initial_interval=timedelta(seconds=10), maximum_interval=timedelta(minutes=15), maximum_attempts=0
)
"""A mailbox that does not answer is tried again and again; `ahg doctor` says so meanwhile."""

READ_ONCE = timedelta(minutes=10)
"""One look into the mailbox: at most ``activities.returns.MAILS_A_RUN`` mails."""
