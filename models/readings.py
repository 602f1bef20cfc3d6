"""What is written down when somebody reads: confidential sections, files, and what is taken away whole."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from models.case import Case
from models.posts import Post, Role
from models.request import Request
from models.visibility import closed_sections


class Reading(StrEnum):
    """What was read or taken away."""

    SECTION = "section"
    FILE = "file"
    EXPORT = "export"


class WhatWasRead(NamedTuple):
    """A thing that was read. ``about``: the section, the file's name and the beginning of its hash, or the export."""

    what: Reading
    about: str


def sections_read(case: Case, shown: Request, post: Post) -> Iterator[WhatWasRead]:
    """The confidential sections of a version of the request that its reader is shown and that are not its own words."""
    if case.is_requester(post.member):
        return
    closed = closed_sections(case, shown, post) | closed_sections(case, case.request, post)
    blank = Request()
    for section in sorted({*shown.confidential, *case.request.confidential}):
        if section not in closed and getattr(shown, section) != getattr(blank, section):
            yield WhatWasRead(Reading.SECTION, section)


def may_see_readings(case: Case, post: Post) -> bool:
    """Whether a post is shown who read what: auditors, and the focal points of the requesters, whose words they are."""
    return post.role is Role.AUDITOR or (post.role is Role.FOCAL_POINT and case.is_requester(post.member))
