"""What a circulation tells the wider membership: only those named who consented, the others as "a member".

Codes of two letters that stand alone are left as they are, since they are words of
running text as well; what is left is what the Co-Chairs have read in the preview of the exact mail.
"""

import re

from models.base import Value
from models.case import Case, Circulation
from models.posts import Role

_LONG_ENOUGH = 3
"""A shorter code, standing alone in a sentence, may be a word."""


class Release(Value):
    """What is released: the text, and in full also what the group achieved and recommends."""

    text: str
    outcomes: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()


def release_of(case: Case, circulation: Circulation) -> Release:
    """What the readers of a circulation are told, naming nobody who has not consented."""
    if circulation.what == "nothing":
        return Release(text="")
    named = circulation.named
    text = unnamed(case, circulation.text, named)
    if circulation.what == "summary":
        return Release(text=text)
    verified = (one.title for one in case.outcomes.values() if one.state == "verified")
    recommended = (one.text for one in case.followed_recommendations.values())
    return Release(
        text=text,
        outcomes=tuple(unnamed(case, one, named) for one in verified),
        recommendations=tuple(unnamed(case, one, named) for one in recommended),
    )


def unnamed(case: Case, text: str, named: tuple[str, ...]) -> str:
    """A text in which members that are not among ``named`` appear as "a member" or "an organisation"."""
    hidden: dict[str, str] = {}
    for code, member in case.directory.members.items():
        if code in named:
            continue
        words = "an organisation" if member.is_organisation else "a member"
        hidden[member.name.casefold()] = words
        if len(code) >= _LONG_ENOUGH:
            hidden[code.casefold()] = words
        for role in Role:
            hidden[f"{code}/{role}".casefold()] = words
    longest_first = sorted(filter(None, hidden), key=len, reverse=True)
    if not longest_first:
        return text
    kept = {case.directory.name(code).casefold() for code in named}
    # A name that is kept goes first, so that a shorter one inside it is not replaced.
    words_of = sorted({*longest_first, *kept} - {""}, key=len, reverse=True)
    anyone = re.compile(rf"(?<!\w)(?:the\s+)?({'|'.join(map(re.escape, words_of))})(?!\w)", re.IGNORECASE)

    def said(found: re.Match[str]) -> str:
        name = found.group(1).casefold()
        return found.group() if name in kept else hidden.get(name, found.group())

    return anyone.sub(said, text)
