"""The reason why a kind of mail cannot be switched off, as a sentence for its reader."""

from collections.abc import Mapping

from models.base import N_
from models.notices import NOTICE_KINDS
from notifications.registry import REGISTRY, Optionality

_ASKS = N_("It asks your post to act, and time runs out whether or not it is read.")
_TOLD = N_("What your post may do changes with it, and it must be provable that you were told.")
_OWN: Mapping[str, str] = {
    "circulated": N_("It is the circulation itself: there is no other way in which your member is told."),
    "case_suspended": N_("Every deadline of the case changes with it."),
    "case_resumed": N_("Every deadline of the case changes with it."),
    "post_handed_over": N_("It tells who holds your post from now on."),
    "recorded_in_name": N_("It tells what was recorded in your post's name, and until when your post may contest it."),
    "recording_contested": N_("What was relied upon in a post's name is denied by the post itself."),
    "post_delegated": N_("It tells who may act for your post beside you."),
}


def can_be_switched_off(kind: str) -> bool:
    """Whether readers may switch a kind off, or gather it in digests."""
    return kind in REGISTRY and REGISTRY[kind].optionality is Optionality.OPTIONAL


def why_mandatory(kind: str) -> str:
    """The reason why this kind cannot be switched off, marked to be translated.

    Raises:
        KeyError: an unknown kind.
    """
    return _OWN.get(kind) or (_ASKS if NOTICE_KINDS[kind].asks else _TOLD)
