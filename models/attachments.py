"""Files that a request may carry: which kinds, under which names, how large."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from models.base import composed
from models.request import Attachment

LONGEST_NAME = 200
"""Characters of a name, its ending with it."""

MEGABYTE = 1024 * 1024


class FileKind(NamedTuple):
    """A kind of file: what people call it, its media type (IANA), and how names of it end; the usual ending first."""

    words: str
    media: str
    suffixes: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
FILE_KINDS: tuple[FileKind, ...] = (
    FileKind("PDF", "application/pdf", (".pdf",)),
    FileKind("PNG", "image/png", (".png",)),
    FileKind("JPEG", "image/jpeg", (".jpg", ".jpeg", ".jpe")),
    FileKind("DOCX", f"{_OFFICE}.wordprocessingml.document", (".docx",)),
    FileKind("XLSX", f"{_OFFICE}.spreadsheetml.sheet", (".xlsx",)),
    FileKind("ODT", f"{_OPEN}.text", (".odt",)),
    FileKind("ODS", f"{_OPEN}.spreadsheet", (".ods",)),
    FileKind("CSV", "text/csv", (".csv",)),
    FileKind("TXT", "text/plain", (".txt",)),
)
"""What may be attached: what is read or reckoned with, and runs nothing when it is opened."""


class Limits(NamedTuple):
    """How much may be put in: bytes of one file, bytes and number of all of one request, bytes of a member's loose files.

    Loose is what no submitted request carries: what is in a draft, or was taken out of it. ``case``: bytes of the files
    of all versions of one request. ``kept``: bytes of all files of one member, which stay with its submitted requests.
    """

    each: int
    whole: int
    number: int
    member: int = 200 * MEGABYTE
    case: int = 500 * MEGABYTE
    kept: int = 5000 * MEGABYTE


def suffix_of(name: str) -> str:
    """How a name ends, in small letters, with the dot; empty when it has no ending."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if stem and dot and ending else ""


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# All controls of direction (UAX #9): by them "invoice<RLO>fdp.exe" would be read as another ending.
_REORDERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean_name(name: str) -> str:
    """The name of a file as text: no folder, no control character, at most ``LONGEST_NAME`` characters.

    What is cut off is the end of the name before its ending. Empty when nothing is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = _REORDERING.sub("", _CONTROLS.sub(" ", composed(last)))
    plain = " ".join(plain.split()).strip(". ")
    ending = suffix_of(plain)
    if len(plain) > LONGEST_NAME:
        kept = ending if len(ending) <= 10 else ""
        plain = plain[: LONGEST_NAME - len(kept)].rstrip(". ") + kept
    return plain


def written_size(size: int) -> str:
    """Bytes as people say them: ``10 MB``, ``300 kB``; a megabyte has 1024 x 1024 bytes, as desktops count."""
    if size >= MEGABYTE:
        return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"
    return f"{-(-size // 1024)} kB"


def too_much(attachments: Iterable[Attachment], limits: Limits) -> str:
    """A sentence naming the limit that the files of a request pass; empty when they pass none."""
    files = tuple(attachments)
    if len(files) > limits.number:
        return f"A request carries at most {limits.number} files; these are {len(files)}."
    for one in files:
        if one.size > limits.each:
            return f"A file may have at most {written_size(limits.each)}; {one.name} has {written_size(one.size)}."
    whole = sum(one.size for one in files)
    if whole > limits.whole:
        return (
            f"The files of a request may have at most {written_size(limits.whole)} together; "
            f"these have {written_size(whole)}."
        )
    return ""


def too_much_of_case(attachments: Iterable[Attachment], earlier: Iterable[Attachment], limits: Limits) -> str:
    """A sentence where the files of all versions of a request, these with them, pass the limit; empty where not."""
    whole = sum({one.sha256: one.size for one in (*earlier, *attachments)}.values())
    if whole <= limits.case:
        return ""
    return (
        f"The files of all versions of a request may have at most {written_size(limits.case)} together, since they stay; "
        f"with these they would have {written_size(whole)}."
    )


def no_room(loose: int, kept: int, limits: Limits) -> str:
    """A sentence for a member whose files would have so many bytes; empty where they may have them.

    ``loose``: those that no submitted request carries; ``kept``: all of them.
    """
    if kept > limits.kept:
        return (
            f"The files of your member may have at most {written_size(limits.kept)}, those of its submitted requests "
            f"with them; with this one they would have {written_size(kept)}. The secretariat can ask for more room."
        )
    if loose <= limits.member:
        return ""
    return (
        "The files of your member that no submitted request carries may have at most "
        f"{written_size(limits.member)}; with this one they would have {written_size(loose)}. Files that are in no draft "
        "any more are removed after a day."
    )
