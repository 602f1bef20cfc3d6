"""What is written down when somebody reads: confidential sections, files, and what is taken away whole."""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from models.case import Case
from models.posts import Post, Role
from models.request import SECTIONS, Request
from models.search import request_text
from models.search_words import matches, searchable_words
from models.visibility import Seen, Sight, closed_sections


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
    grounds = {"affected": bool(shown.grounds), "figures": any(one.has_figures for one in shown.grounds)}
    for section in sorted({*shown.confidential, *case.request.confidential}):
        said = getattr(shown, section) != getattr(blank, section) or grounds.get(section, False)
        if section not in closed and said:
            yield WhatWasRead(Reading.SECTION, section)


def sections_found(case: Case, seen: Seen, terms: Collection[str], shown: str) -> Iterator[WhatWasRead]:
    """The confidential sections of which a hit of a search tells its reader something.

    ``terms`` were searched for, ``shown`` is the excerpt. A section is told of where a term is found in it and nowhere
    in what is open, or where a line of the excerpt is its own.
    """
    request, blank = seen.case.request, Request()
    read = list(sections_read(case, request, seen.post))
    if not read:
        return
    names = {one.about for one in read}
    open_words = searchable_words(_text(seen, {name: getattr(blank, name) for name in names}))
    hidden = [term for term in terms if not any(matches(term, word) for word in open_words)]
    lines = [line.strip(" …") for line in shown.split("\n")]
    for one in read:
        others: dict[str, object] = {name: getattr(blank, name) for name in _SEARCHED if name != one.about}
        own = _text(seen, others)
        words = searchable_words(own)
        if any(matches(term, word) for term in hidden for word in words) or any(
            line in own for line in lines if len(line) >= _A_FEW
        ):
            yield one


_A_FEW = 4
"""Characters of a section that tell of it when an excerpt shows them."""

_SEARCHED = ("title", "affected", *SECTIONS)


def _text(seen: Seen, instead: Mapping[str, object]) -> str:
    request = seen.case.request.model_copy(update=instead)
    case = seen.case.model_copy(update={"request": request})
    return request_text(seen.model_copy(update={"case": case, "sight": Sight.OWN_PART}))


def may_see_readings(case: Case, post: Post) -> bool:
    """Whether a post is shown who read what: auditors, and the focal points of the requesters, whose words they are."""
    return post.role is Role.AUDITOR or (post.role is Role.FOCAL_POINT and case.is_requester(post.member))
