"""What becomes of a notice on its way to its reader: the states of the ledger, and who has to look at which."""

from enum import StrEnum


class NoticeState(StrEnum):
    """The state of one row of the ledger. While all mail is paused, what is ``QUEUED`` is held."""

    QUEUED = "queued"
    """Waits to be sent, perhaps until ``next_attempt_at``."""
    DIGEST = "digest"
    """Waits for its reader's digest of ``next_attempt_at``."""
    GATHERED = "gathered"
    """Went into the digest whose key is in ``digest``: what became of that mail became of it."""
    RESERVED = "reserved"
    """On its way to the mail server."""
    SENT = "sent"
    """The server took it over; ``reply`` is its answer."""
    REFUSED = "refused"
    """The server never will, or the attempts are used up."""
    BOUNCED = "bounced"
    """It was taken over and came back; ``reason`` says why."""
    AMBIGUOUS = "ambiguous"
    """The server may have it; nobody can know. Never sent again by itself."""
    UNDELIVERABLE = "undeliverable"
    """There is no mail that could be sent: the post has no address, or the mail cannot be composed."""
    SUPERSEDED = "superseded"
    """What it reminds of was settled before it could be sent; ``reason`` says by what."""
    NOT_WANTED = "not_wanted"
    """Its reader has switched such mails off; ``reason`` is a ``models.mail_preferences.HoldReason``."""
    GIVEN_UP = "given_up"
    """Somebody gave it up; ``reason`` and ``settled_by`` say why and who."""


WAITING = (NoticeState.QUEUED, NoticeState.RESERVED)
"""Something will still happen to it by itself, soon; a digest has its own hour."""

STUCK = (NoticeState.REFUSED, NoticeState.BOUNCED, NoticeState.AMBIGUOUS, NoticeState.UNDELIVERABLE)
"""Nothing more happens by itself: the secretariat's board shows it until it is sent again or given up."""
