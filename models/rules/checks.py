"""Refusals that rules share: each is a sentence that says what is missing or who may."""

from collections.abc import Mapping
from typing import TypeVar

from models.base import Value
from models.case import Case
from models.policy import Obligations
from models.refusal import RefusalKind, Refused

_V = TypeVar("_V")


def refuse(sentence: str, why: RefusalKind = RefusalKind.CONFLICT) -> Refused:
    """A refusal; ``models.rules.steps`` adds what is allowed instead."""
    return Refused(why, sentence)


def must_say(body: Value, what: str) -> str:
    """The command's text, which must not be empty.

    Raises:
        Refused: there is no text; ``what`` completes "Say ...".
    """
    text = str(getattr(body, "text", ""))
    if not text:
        raise refuse(f"Say {what}.", RefusalKind.INVALID)
    return text


def the_one(what: str, title: str, among: Mapping[str, _V]) -> _V:
    """The outcome, arrangement or meeting of that title.

    Raises:
        Refused: there is none; ``what`` it would be, in one word.
    """
    if title not in among:
        known = "; ".join(among) or "none"
        raise refuse(f"There is no {what} {title!r}; the {what}s are: {known}.", RefusalKind.NOT_FOUND)
    return among[title]


def must_be_in_the_group(case: Case, codes: tuple[str, ...], does: str) -> None:
    """Refuse to bind who is not in the group, where the policy has everybody bound by its own word.

    Raises:
        Refused: one is outside; ``does`` completes "Who ... is in the group".
    """
    outside = [code for code in codes if not case.in_the_group(code)]
    if outside and case.policy.obligations is Obligations.BY_OWN_WORD:
        names = " and ".join(map(case.directory.name, outside))
        raise refuse(
            f"Who {does} is in the group and takes it on by its own word; {names} is not. Members of the group are "
            f"{', '.join(case.taking_part()) or 'none yet'}; the Steering Group can have another join."
        )


def must_be_news(case: Case, member: str, said_already: bool, what: str) -> None:
    """Refuse what a member has said already, where the policy has the same word said twice as one.

    Raises:
        Refused: it has; ``what`` completes "... has ... already".
    """
    if said_already and case.policy.to_the_end:
        raise refuse(f"{case.directory.name(member)} has {what} already, and that stands; nothing more is needed.")


def must_be_members(case: Case, codes: tuple[str, ...]) -> None:
    """Refuse codes that the directory does not have."""
    unknown = [code for code in codes if code not in case.directory]
    if unknown:
        raise refuse(f"The directory has no member {', '.join(unknown)}.", RefusalKind.INVALID)
