"""Signed links in mails, by which one post answers one question until a moment, without an account.

A token is signed, not encrypted: it holds what the mail says anyway, and the holder's address only as a keyed hash. The
signing keys are derived from the key ring (HKDF, RFC 5869) for this purpose alone; the first key signs, every one
verifies, so that keys can be rotated. The moment it ends stands inside, in the time that mails are dated by.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from models.base import Value
from models.posts import Post
from notifications.signing import NotOurs, Tokens

GRACE = timedelta(days=7)
"""How long after the deadline a link still leads to a page that says what became of the matter."""

LONGEST_LINK_LIFE = timedelta(days=60)
"""How long after its mail a link ends at the latest."""


class AnswerLink(Value):
    """What a link is for.

    ``key``: that of the notice in whose mail it stands. ``do``: the command, or ``acknowledge``. ``about``: what it is
    about, if not the case. ``holder``: a keyed hash of the address that the mail went to. ``until`` is UTC.
    """

    key: str
    reference: str
    post: Post
    do: str
    about: str = ""
    holder: str
    until: datetime


def until(due: datetime | None, at: datetime) -> datetime:
    """When the links of a mail that is dated ``at`` end: 7 days after its deadline, at most 60 days after the mail."""
    return min(max(due, at) + GRACE if due else at + LONGEST_LINK_LIFE, at + LONGEST_LINK_LIFE)


class AnswerLinks:
    """Makes and reads the tokens. ``keyring``: keys by id, the one that signs first."""

    def __init__(self, keyring: Mapping[str, bytes]) -> None:
        self._tokens = Tokens(keyring, purpose=b"ahg: answers by the link of a mail, version 1", salt="ahg.answer")

    def link(self, *, key: str, reference: str, post: Post, do: str, about: str, address: str, ends: datetime) -> str:
        """The token of a link. The same arguments give the same one."""
        seconds = int(ends.astimezone(UTC).timestamp())
        return self._tokens.sign([key, reference, str(post), do, about, self._tokens.mark(address), seconds])

    def read(self, token: str) -> AnswerLink:
        """What a token is for, whether or not it has ended.

        Raises:
            NotOurs: it was not made here.
        """
        parts = self._tokens.read(token)
        try:
            key, reference, post, do, about, holder, seconds = parts
            return AnswerLink(
                key=key,
                reference=reference,
                post=Post(post),
                do=do,
                about=about,
                holder=holder,
                until=datetime.fromtimestamp(seconds, UTC),
            )
        except (ValueError, TypeError, OverflowError, OSError):
            raise NotOurs from None

    def was_for(self, link: AnswerLink, address: str) -> bool:
        """Whether the mail of a link went to this address; capitals make no difference."""
        return self._tokens.is_of(link.holder, address)
