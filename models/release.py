"""What a circulation tells the wider membership: in it nobody is named who has not consented.

The names in a text are found when it is proposed (``models.names``) and stand in the circulation; it goes out when each
of them is settled. Nothing is written otherwise than its author wrote it.

In cases that were submitted under the way of before (``Circulating.AT_WORK``) official names alone are looked for, and
appear as "a member".
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from models.base import Value, brief
from models.case import Case, Circulation
from models.case.circulation import NameInText, each_name_once, same_words
from models.names.finding import find_names
from models.policy import Circulating
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
    if circulation.outcomes is not None:
        recommended = circulation.recommendations or ()
        return Release(text=circulation.text, outcomes=circulation.outcomes, recommendations=recommended)
    named = circulation.named
    text = unnamed(case, circulation.text, named)
    if circulation.what == "summary":
        return Release(text=text)
    return Release(
        text=text,
        outcomes=tuple(unnamed(case, one, named) for one in _achieved(case)),
        recommendations=tuple(unnamed(case, one, named) for one in _recommended(case)),
    )


def told_in_full(case: Case, what: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The verified outcomes and the recommendations that a circulation tells besides its text: in full, else none."""
    return (tuple(_achieved(case)), tuple(_recommended(case))) if what == "full" else ((), ())


def _achieved(case: Case) -> Iterator[str]:
    return (one.title for one in case.outcomes_in("verified"))


def _recommended(case: Case) -> Iterator[str]:
    return (one.text for one in case.followed_recommendations.values())


def as_asked(case: Case, circulation: Circulation, member: str) -> Release:
    """What a member reads that is asked for its consent: in it, who else would be named is left open, in brackets.

    Whether the others consent is theirs to say, and nobody else's to know before it goes out.
    """
    told = release_of(case, circulation)
    kept = {same_words(one) for one in circulation.kept}

    def read(text: str) -> str:
        pieces, place = [], 0
        for one in find_names(text, case.directory, case.policy.names_sought):
            shown = member in one.codes or same_words(one.words) in kept
            pieces += [text[place : one.start], one.words if shown else "[…]"]
            place = one.end
        return "".join((*pieces, text[place:]))

    if circulation.outcomes is None:
        return told
    rest = (tuple(map(read, texts)) for texts in (told.outcomes, told.recommendations))
    return Release(text=read(told.text), **dict(zip(("outcomes", "recommendations"), rest, strict=True)))


# names -------------------------------------------------------------------------------------------------------------


def names_found(case: Case, *texts: str) -> tuple[NameInText, ...]:
    """The names of states, territories and organisations in these texts, each spelling once."""
    found = (one for text in texts for one in find_names(text, case.directory, case.policy.names_sought))
    return each_name_once(NameInText(words=brief(one.words), codes=one.codes) for one in found)


class Passage(NamedTuple):
    """A piece of a text; ``unsettled``: a name that stands in the way of its release, or one that does not."""

    words: str
    name: bool = False
    unsettled: bool = False


def passages(case: Case, text: str, unsettled: Iterable[NameInText]) -> list[Passage]:
    """A text in pieces, so that a page can mark its names; those that are ``unsettled`` apart."""
    wrong = {(same_words(brief(one.words)), one.codes) for one in unsettled}
    pieces, place = [], 0
    for one in find_names(text, case.directory, case.policy.names_sought):
        pieces.append(Passage(text[place : one.start]))
        pieces.append(Passage(one.words, name=True, unsettled=(same_words(brief(one.words)), one.codes) in wrong))
        place = one.end
    return [piece for piece in (*pieces, Passage(text[place:])) if piece.words]


def keeps_names_out(case: Case) -> bool:
    """Whether the names in a circulation of this case are settled before it goes out, by the policy it has."""
    return case.policy.circulating is Circulating.AT_EVERY_TURN


# as before ---------------------------------------------------------------------------------------------------------


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
    if not any(hidden):
        return text
    kept = {case.directory.name(code).casefold() for code in named}
    # A longer name goes first, kept or not, so that a shorter one inside it is not replaced.
    words_of = sorted({*hidden, *kept} - {""}, key=len, reverse=True)
    anyone = re.compile(rf"(?<!\w)(?:the\s+)?({'|'.join(map(re.escape, words_of))})(?!\w)", re.IGNORECASE)

    def said(found: re.Match[str]) -> str:
        name = found.group(1).casefold()
        return found.group() if name in kept else hidden.get(name, found.group())

    return anyone.sub(said, text)
