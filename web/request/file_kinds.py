"""The kind of a file by its content. The ending of its name must agree with it."""

import io
import re
import zipfile
from typing import BinaryIO

from models.attachments import FILE_KINDS, FileKind

_BY_WORDS = {kind.words: kind for kind in FILE_KINDS}
_TEXTS = ("CSV", "TXT")
_CHUNK = 1024 * 1024

_PACKAGES = {
    "word/document.xml": ("DOCX", "wordprocessingml.document.main+xml"),
    "xl/workbook.xml": ("XLSX", "spreadsheetml.sheet.main+xml"),
}
"""Office Open XML (ECMA-376, part 2): the main part, and its content type. Templates and macros have others."""

_OPEN_DOCUMENT = {_BY_WORDS[words].media: words for words in ("ODT", "ODS")}

_DIRECTORY = 2 * 1024 * 1024
"""Bytes of a ZIP directory at most: its reader keeps all of it in memory. A document has some dozens of parts."""
_PART = 1024 * 1024
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"

_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(rb"\s*<(?:!doctype|!--|\?xml|html|head|body|svg|script|iframe)", re.IGNORECASE)


def kind_of(file: BinaryIO, suffix: str) -> FileKind | None:
    """The kind that a file is by its content; None when it is none that may be attached.

    ``suffix``, the ending of its name, tells only which kind of text it is. The file is read from its beginning and
    left there; nothing of it is unpacked but two small parts of an office document.
    """
    file.seek(0)
    head = file.read(64)
    try:
        if head.startswith(b"%PDF-"):
            found = "PDF"
        elif head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
            found = "PNG"
        elif head.startswith(b"\xff\xd8\xff"):
            found = "JPEG"
        elif head.startswith(b"PK\x03\x04"):
            found = _document(file)
        else:
            found = _text(file, suffix)
    finally:
        file.seek(0)
    return _BY_WORDS.get(found)


def _document(file: BinaryIO) -> str:
    if not _modest(file):
        return ""
    try:
        with zipfile.ZipFile(file) as package:
            names = set(package.namelist())
            if "mimetype" in names:
                return _OPEN_DOCUMENT.get(_part(package, "mimetype").decode("ascii", "replace").strip(), "")
            types = _part(package, "[Content_Types].xml").decode("utf-8", "replace")
            if "macroenabled" in types.lower() or any(name.lower().endswith("vbaproject.bin") for name in names):
                return ""
            for main, (words, content_type) in _PACKAGES.items():
                if main in names and content_type in types:
                    return words
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        pass  # damaged, encrypted, or packed in a way that no office program packs
    return ""


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    """A part of the archive, unpacked up to a limit: an archive can be made to grow without end."""
    with package.open(name) as part:
        return part.read(_PART)


def _modest(file: BinaryIO) -> bool:
    """Whether the directory of a ZIP file (APPNOTE.TXT, 4.3.16) is small enough to be read; ZIP64 is for larger ones."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557 - 20))
    tail = file.read()
    ends = [match.start() for match in re.finditer(re.escape(_END), tail)]
    sizes = [int.from_bytes(tail[at + 12 : at + 16], "little") for at in ends]
    return bool(ends) and max(sizes) <= _DIRECTORY and _END_64 not in tail


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
