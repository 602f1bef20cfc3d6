"""Why a file is not attached though its kind is known: it could act when it is opened, or cannot be looked through."""

from models.base import N_


class UnwantedFile(Exception):
    """A file that is not taken. ``sentence`` says why, to be translated; ``%(name)s`` in it is the file's name."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


MACROS = N_("%(name)s holds macros or scripts. Save it without them, and attach it again.")
EMBEDDED = N_("%(name)s holds another file or program inside. Save it without, and attach that file by itself.")
FROM_ELSEWHERE = N_(
    "%(name)s fetches a part from elsewhere when it is opened: a template, a picture or linked data. Save it with "
    "everything in it, and attach it again."
)
REACHES_OUT = N_(
    "%(name)s holds a formula that starts a program, fetches something or sends something away. Save it with values in "
    "place of formulas, and attach it again."
)
ON_OPENING = N_("%(name)s does something by itself when it is opened. Print it to a PDF file, and attach that.")
LOCKED = N_("%(name)s is protected by a password or a certificate. Save it without, and attach it again.")
DAMAGED = N_("%(name)s is damaged, or packed so that it cannot be looked through. Save it anew, and attach it again.")
TOO_LARGE = N_("%(name)s holds more than can be looked through. Save it in parts, or as a PDF file.")
