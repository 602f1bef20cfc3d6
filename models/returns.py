"""What came back for a notice that was sent: a delivery report, or what a program answered for the reader."""

from enum import StrEnum

from models.base import Value


class Fate(StrEnum):
    """What a mail that came back says of a notice."""

    FAILED = "failed"
    """It was not delivered and will not be."""
    DELAYED = "delayed"
    """It is not delivered yet; the server goes on trying."""
    DELIVERED = "delivered"
    """It was delivered, or passed on to a server that sends no reports."""
    AUTO_REPLY = "auto_reply"
    """A program answered for the reader: out of office, for one."""
    UNCONFIRMED = "unconfirmed"
    """It failed at an address that we did not write to, or some mail to the address failed: a person looks into it."""


class RecipientReport(Value):
    """What is said of one recipient. ``addresses``: those that it is known by, lower case. ``status``: of RFC 3463.

    ``regular``: whether it is written as RFC 3464 has it. What is not is a person's to judge.
    """

    fate: Fate
    addresses: frozenset[str]
    status: str = ""
    text: str = ""
    regular: bool = True


class ReturnedMail(Value):
    """A mail that came back. ``fingerprint`` is the same when the same mail is read again.

    ``message_ids``: the mails that it is about; none: it does not say. ``reports``: what it says of each recipient.
    """

    fingerprint: str
    message_ids: tuple[str, ...]
    reports: tuple[RecipientReport, ...]


class MailboxPlace(Value):
    """How far a mailbox has been read: UIDVALIDITY and UID of the last mail (RFC 3501); zeros: not at all."""

    validity: int = 0
    uid: int = 0


class MailboxRead(Value):
    """What one look into the mailbox came to: how far it is read, and when to look again; None: never, there is none."""

    place: MailboxPlace
    wait_seconds: float | None
