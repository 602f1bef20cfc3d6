"""The kind of a file by its content. The ending of its name must agree with it."""

import re
from typing import BinaryIO

from models.attachments import FILE_KINDS, FileKind
from web.request.formulas import check_table
from web.request.packages import document_in
from web.request.pdf import HEADER_WITHIN, check_pdf

_BY_WORDS = {kind.words: kind for kind in FILE_KINDS}
_TEXTS = ("CSV", "TXT")
_TEXT_SUFFIXES = frozenset(suffix for words in _TEXTS for suffix in _BY_WORDS[words].suffixes)
_HEADER = b"%PDF-"
_CHUNK = 1024 * 1024

_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_OTHER = re.compile(rb"\A(?:MZ|\x7fELF|#!|PK)|<(?:!doctype|html|head|body|svg|script|iframe)", re.IGNORECASE)
"""What stands before the header of a PDF file that is meant to be taken for something else."""
_MARKUP = re.compile(rb"\s*<(?:!doctype|!--|\?xml|html|head|body|svg|script|iframe)", re.IGNORECASE)


def kind_of(file: BinaryIO, suffix: str) -> FileKind | None:
    """The kind that a file is by its content; None when it is none that may be attached.

    ``suffix``, the ending of its name, tells only which kind of text it is. The file is read from its beginning and
    left there; nothing of it is unpacked beyond a budget.

    Raises:
        UnwantedFile: it is of a kind that may be attached, and could act when it is opened or cannot be looked through.
    """
    file.seek(0)
    head = file.read(HEADER_WITHIN + 8)
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
            found = "PNG"
        elif head.startswith(b"\xff\xd8\xff"):
            found = "JPEG"
        elif head.startswith(b"PK\x03\x04"):
            found = document_in(file)
        elif _is_pdf(head, suffix):
            found = "PDF"
            check_pdf(file)
        else:
            found = _text(file, suffix)
            if found == "CSV":
                check_table(file)
    finally:
        file.seek(0)
    return _BY_WORDS.get(found)


def _is_pdf(head: bytes, suffix: str) -> bool:
    """Whether it is a PDF file, and no text that only speaks of one, and nothing else that has one inside."""
    before, header, _ = head[: HEADER_WITHIN + len(_HEADER)].partition(_HEADER)
    plain = not before.removeprefix(b"\xef\xbb\xbf").strip()
    return bool(header) and (plain or (suffix not in _TEXT_SUFFIXES and not _OTHER.search(before)))


def _text(file: BinaryIO, suffix: str) -> str:
    """Text in UTF-8 or an old encoding of eight bits; in UTF-16 where it says so at its beginning, as Excel does."""
    kinds = [words for words in _TEXTS if suffix in _BY_WORDS[words].suffixes]
    file.seek(0)
    first = file.read(_CHUNK)
    if not kinds or not first:
        return ""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return kinds[0] if _is_utf16(file) else ""
    if _MARKUP.match(first.removeprefix(b"\xef\xbb\xbf")):
        return ""
    while first:
        if _NO_TEXT.search(first):
            return ""
        first = file.read(_CHUNK)
    return kinds[0]


def _is_utf16(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        text = file.read().decode("utf-16")
    except UnicodeDecodeError:
        return False
    plain = text.encode("utf-8", "replace")
    return not _NO_TEXT.search(plain) and not _MARKUP.match(plain)
