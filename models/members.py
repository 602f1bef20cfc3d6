"""Members and the directory of them, as copied into a case when it is submitted.

Who is a member and who sits on the Steering Group is data of the deployment (``members.csv``), never code.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property

from pydantic import Field

from models.base import Value
from models.posts import SECRETARIAT, Post, Role


class MemberKind(StrEnum):
    """What kind of member."""

    STATE = "state"
    TERRITORY = "territory"
    ORGANISATION = "organisation"


class Member(Value):
    """One member of the Bali Process.

    ``mandate`` holds the words by which an organisation is proposed for a case (``*``: for every case).
    ``aliases``: other names by which people know it, besides those that ``models.names`` has.
    """

    code: str
    name: str
    kind: MemberKind
    co_chair: bool = False
    steering_group: bool = False
    ahg_2009: bool = False
    mandate: tuple[str, ...] = ()
    aliases: tuple[str, ...] = Field(default=(), exclude_if=lambda aliases: not aliases)

    @property
    def is_organisation(self) -> bool:
        """Organisations are told and invited like states, but are never "most affected"."""
        return self.kind is MemberKind.ORGANISATION


class Directory(Value):
    """All members by code."""

    members: Mapping[str, Member]

    def __contains__(self, code: str) -> bool:
        return code in self.members

    def name(self, code: str) -> str:
        """The member's name; a code that is not (or no longer) listed stands for itself."""
        member = self.members.get(code)
        return member.name if member else code

    @cached_property
    def co_chairs(self) -> tuple[Post, ...]:
        """The two Co-Chair posts, in the order of the directory."""
        return tuple(Post.of(m.code, Role.CO_CHAIR) for m in self.members.values() if m.co_chair)

    @cached_property
    def steering_group(self) -> tuple[Post, ...]:
        """The Steering Group's posts, in the order of the directory."""
        return tuple(Post.of(m.code, Role.STEERING_GROUP) for m in self.members.values() if m.steering_group)

    @cached_property
    def focal_points(self) -> tuple[Post, ...]:
        """The focal point of every member and organisation."""
        return tuple(Post.of(code, Role.FOCAL_POINT) for code in self.members)

    def holds(self, post: Post) -> bool:
        """Whether the post exists: a Co-Chair post only where a member co-chairs, and so on."""
        if post == SECRETARIAT or post.role is Role.AUDITOR:
            return True
        member = self.members.get(post.member)
        if member is None:
            return False
        return {Role.FOCAL_POINT: True, Role.CO_CHAIR: member.co_chair, Role.STEERING_GROUP: member.steering_group}.get(
            post.role, False
        )

    def is_organisation(self, code: str) -> bool:
        """Whether the code is that of an organisation."""
        member = self.members.get(code)
        return member is not None and member.is_organisation
