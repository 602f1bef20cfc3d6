"""The wording of a circulation: the names in it, and whether each of them is settled."""

from collections.abc import Iterable

from models.case import Case, Circulation, NameInText
from models.case.circulation import same_words
from models.commands import Circulate, Reword
from models.reasons import ReasonCode, StatedReason, reason
from models.refusal import RefusalKind, Refused
from models.release import names_found, told_in_full
from models.request import fingerprint
from models.rules.checks import refuse

_TOLD = 20
"""Names that a refusal tells of; a long text may hold any number."""


def with_its_names(case: Case, circulation: Circulation, body: Circulate | Reword) -> Circulation:
    """A circulation with all that it tells, and the names in that, so that nothing in it changes until it goes out."""
    outcomes, recommendations = told_in_full(case, circulation.what)
    told = () if circulation.what == "nothing" else (circulation.text, *outcomes, *recommendations)
    found = names_found(case, *told)
    kept = _kept(found, body.keep, body.why_kept)
    on = fingerprint(circulation.on, told, kept, body.why_kept if kept else "")
    return circulation.model_copy(
        update={
            "proposed_in": case.stage,
            "outcomes": outcomes,
            "recommendations": recommendations,
            "found": found,
            "kept": kept,
            "kept_why": body.why_kept if kept else "",
            "on": on,
        }
    )


def _kept(found: Iterable[NameInText], keep: tuple[str, ...], why: str) -> tuple[str, ...]:
    """The words that are to stay without consent, as the text has them.

    Raises:
        Refused: one is not a name in the text, or it is not said why.
    """
    there = {same_words(one.words): one.words for one in found}
    strange = [words for words in keep if same_words(words) not in there]
    if strange:
        raise refuse(f"No such name stands in what is told: {', '.join(strange)}.", RefusalKind.INVALID)
    if keep and not why:
        raise refuse("Say why these names stay without consent.", RefusalKind.INVALID)
    return tuple(dict.fromkeys(there[same_words(words)] for words in keep))


def names_must_be_settled(case: Case, circulation: Circulation) -> None:
    """Refuse a text that names somebody who is not to be asked, unless the words are kept with a reason.

    Who has refused to be named is not named by keeping the words.
    """
    kept = {same_words(one) for one in circulation.kept}
    against = [
        one for one in circulation.found if same_words(one.words) in kept and {*one.codes} & {*circulation.refused_by}
    ]
    if against:
        raise refuse(f"{_listed(case, against)}: refused to be named, so these words cannot stay.", RefusalKind.INVALID)
    if circulation.unsettled:
        raise _unsettled(case, circulation.unsettled)


def _unsettled(case: Case, names: Iterable[NameInText]) -> Refused:
    return refuse(
        f"What is told holds names without consent: {_listed(case, names)}. Name the members too, so that they are asked "
        "for their consent; or write it in other words; or list the words as staying without consent, and say why.",
        RefusalKind.INVALID,
    )


def _listed(case: Case, names: Iterable[NameInText]) -> str:
    several = list(names)
    told = [
        f"{one.words!r} ({' or '.join(code if code in case.directory else 'not a member' for code in one.codes[:3])})"
        for one in several[:_TOLD]
    ]
    return ", ".join(told) + (f" and {len(several) - _TOLD} more" if len(several) > _TOLD else "")


def said_of(circulation: Circulation) -> tuple[StatedReason, ...]:
    if circulation.what == "nothing":
        return (reason(ReasonCode.NO_CIRCULATION, number=circulation.number),)
    count = len(circulation.to)
    said = {"number": circulation.number, "kind": circulation.what, "count": count, "naming": circulation.names}
    kept = {"names": ", ".join(circulation.kept), "words": circulation.kept_why}
    stays = (reason(ReasonCode.NAMES_KEPT, **kept),) if circulation.kept else ()
    return (reason(ReasonCode.CIRCULATION, **said), *stays)
