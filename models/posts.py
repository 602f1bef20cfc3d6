"""Posts: the offices that duties belong to, held by persons for a time."""

from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from models.nearest import did_you_mean


class Role(StrEnum):
    """What a post is for."""

    FOCAL_POINT = "focal-point"
    CO_CHAIR = "co-chair"
    STEERING_GROUP = "steering-group"
    SECRETARIAT = "secretariat"
    AUDITOR = "auditor"


class Capacity(StrEnum):
    """In which capacity a person receives mail for a post."""

    HOLDER = "holder"
    ALTERNATE = "alternate"


class Post(str):
    """A post, written ``MEMBER/role``: ``Post("ID/co-chair")``.

    Raises:
        ValueError: the text is not ``MEMBER/role`` with a known role.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "Post":
        member, slash, role = text.partition("/")
        if not slash or not member or role not in _ROLES:
            near = did_you_mean(role, Role) if slash else ""
            raise ValueError(f"{text!r} is not a post: write MEMBER/POST, where POST is one of {', '.join(Role)}{near}")
        return super().__new__(cls, text)

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, member: str, role: Role) -> "Post":
        """The post of a member: ``Post.of("ID", Role.CO_CHAIR)``."""
        return cls(f"{member}/{role.value}")

    @property
    def member(self) -> str:
        """Code of the member whose post this is."""
        return self.partition("/")[0]

    @property
    def role(self) -> Role:
        """What the post is for."""
        return _ROLES[self.partition("/")[2]]

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """With the pattern that posts have."""
        return {**handler(schema), "pattern": f"^[^/]+/({'|'.join(Role)})$"}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Posts travel as plain strings in JSON."""
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(max_length=64), serialization=core_schema.to_string_ser_schema()
        )


_ROLES = {role.value: role for role in Role}

SECRETARIAT = Post("RSO/secretariat")
"""The Regional Support Office: the secretariat of the Bali Process."""


def desk_of(code: str) -> Post:
    """The post that answers for a member; for ``RSO``, the secretariat."""
    return SECRETARIAT if code == SECRETARIAT.member else Post.of(code, Role.FOCAL_POINT)


def needs_second_factor(post: Post) -> bool:
    """Whether only a person who has shown a one-time code may act as this post.

    It decides, it acts for others, or it reads everything.
    """
    return post.role in (Role.CO_CHAIR, Role.SECRETARIAT, Role.AUDITOR)
