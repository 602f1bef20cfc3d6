"""Signed links by which the reader of an optional mail switches such mails off: no account, no cookie (RFC 8058).

A link is good until the post has another address. It does not expire: an old mail's link still works.
"""

from collections.abc import Mapping

from models.base import Value
from models.posts import Post
from notifications.signing import NotOurs, Tokens


class OffLink(Value):
    """The mail that a link stood in: its post, its kind, and the reference of its case.

    A digest is of the kind ``models.notices.DIGEST`` and about no case. ``holder``: a keyed hash of the address that the
    mail went to.
    """

    post: Post
    kind: str
    case: str = ""
    holder: str


class OffLinks:
    """Makes and reads the tokens. ``keyring``: keys by id, the one that signs first."""

    def __init__(self, keyring: Mapping[str, bytes]) -> None:
        self._tokens = Tokens(keyring, purpose=b"ahg: mails switched off by their link, version 1", salt="ahg.off")

    def link(self, *, post: Post, kind: str, case: str, address: str) -> str:
        """The token of a link. The same arguments give the same one."""
        return self._tokens.sign([str(post), kind, case, self._tokens.mark(address)])

    def read(self, token: str) -> OffLink:
        """What a token is for.

        Raises:
            NotOurs: it was not made here.
        """
        parts = self._tokens.read(token)
        try:
            post, kind, case, holder = parts
            return OffLink(post=Post(post), kind=kind, case=case, holder=holder)
        except (ValueError, TypeError):
            raise NotOurs from None

    def was_for(self, link: OffLink, address: str) -> bool:
        """Whether the mail of a link went to this address."""
        return self._tokens.is_of(link.holder, address)
