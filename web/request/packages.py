"""Office documents in ZIP files: Office Open XML (ECMA-376) and OpenDocument. What could act in them is refused.

Nothing is unpacked to the disk. A document has a budget of parts and of bytes that are unpacked, whatever it claims.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from web.request.unwanted import DAMAGED, EMBEDDED, FROM_ELSEWHERE, LOCKED, MACROS, TOO_LARGE, UnwantedFile

_DIRECTORY = 2 * 1024 * 1024
"""Bytes of a ZIP directory at most: its reader keeps all of it in memory. A document has some dozens of parts."""
_PARTS = 5000
_SMALL = 1024 * 1024
"""Bytes of a part that is read whole: lists of types, relationships, the manifest."""
_BUDGET = 64 * 1024 * 1024
"""Bytes that are unpacked of one document, all parts together."""
_CHUNK = 1024 * 1024
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, KeyError, OSError, ValueError, EOFError, expat.ExpatError)

_TYPES = "[content_types].xml"
_MAIN = {"wordprocessingml.document.main+xml": "DOCX", "spreadsheetml.sheet.main+xml": "XLSX"}
"""Content types of main parts, as they end. Templates and documents with macros have others."""
_ACTIVE_TYPES = ("macro", "vba", "activex")
_EMBEDDED_TYPES = ("oleobject", "package", "msdownload", "octet-stream")
_PLAIN_LINK = "/hyperlink"
_IMPORTED = "/afchunk"
_ELSEWHERE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|[\\/]{2})", re.IGNORECASE)

_OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
}
_SCRIPT_FOLDERS = frozenset(("basic", "scripts", "dialogs"))
_ACTING = (b"event-listener", b"dde-source", b"dde-connection", b"floating-frame", b"applet", b"plugin")
_ACTING_ELEMENT = re.compile(
    rb"<[^\s<>/!?]{0,40}(?:event-listener|dde-source|dde-connection|floating-frame|applet|plugin)"
)
_OVERLAP = 64
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")


class _Element(NamedTuple):
    """An element of an XML part: its local name in small letters, and its attributes by theirs."""

    name: str
    attributes: Mapping[str, str]


def document_in(file: BinaryIO) -> str:
    """Which kind of document a ZIP file is: DOCX, XLSX, ODT or ODS; empty for any other.

    Raises:
        UnwantedFile: it could act when it is opened, is locked or damaged, or is more than can be looked through.
    """
    if not _modest(file):
        raise UnwantedFile(DAMAGED)
    try:
        with zipfile.ZipFile(file) as archive:
            package = _Package(archive)
            if "mimetype" in package.names:
                return _open_document(package)
            return _office_open(package) if _TYPES in package.names else ""
    except (NotImplementedError, RuntimeError):  # packed in a way that no office program packs, or encrypted
        raise UnwantedFile(LOCKED) from None
    except _DAMAGE:
        raise UnwantedFile(DAMAGED) from None


def _modest(file: BinaryIO) -> bool:
    """Whether the directory of a ZIP file (APPNOTE.TXT, 4.3.16) is small enough to be read; ZIP64 is for larger ones."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557 - 20))
    tail = file.read()
    ends = [match.start() for match in re.finditer(re.escape(_END), tail)]
    sizes = [int.from_bytes(tail[at + 12 : at + 16], "little") for at in ends]
    return bool(ends) and max(sizes) <= _DIRECTORY and _END_64 not in tail


class _Package:
    """The parts of a document by their names in small letters, read within a budget."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        listed = [one for one in archive.infolist() if not one.is_dir()]
        self.names = {one.filename.lower(): one for one in listed}
        # Of two parts with one name, programs open different ones.
        if len(listed) > _PARTS or len(self.names) < len(listed) or any("\\" in name for name in self.names):
            raise UnwantedFile(DAMAGED)
        if any(one.flag_bits & 0x1 for one in listed):
            raise UnwantedFile(LOCKED)
        self._archive = archive
        self._left = _BUDGET

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, unpacked piece by piece."""
        with self._archive.open(self.names[name]) as part:
            while piece := part.read(_CHUNK):
                self._left -= len(piece)
                if self._left < 0:
                    raise UnwantedFile(TOO_LARGE)
                yield piece

    def whole(self, name: str) -> bytes:
        """A small part."""
        found = b""
        for piece in self.chunks(name):
            found += piece
            if len(found) > _SMALL:
                raise UnwantedFile(TOO_LARGE)
        return found

    def elements(self, name: str) -> list[_Element]:
        """The elements of a small XML part. One with a document type is not read: it could grow without end."""
        found: list[_Element] = []

        def begun(element: str, attributes: dict[str, str]) -> None:
            plain = {key.rpartition(" ")[2].lower(): value for key, value in attributes.items()}
            found.append(_Element(element.rpartition(" ")[2].lower(), plain))

        def typed(*_: object) -> None:
            raise UnwantedFile(DAMAGED)

        reader = expat.ParserCreate(namespace_separator=" ")
        reader.StartElementHandler, reader.StartDoctypeDeclHandler = begun, typed
        reader.Parse(self.whole(name), True)
        return found


# Office Open XML ----------------------------------------------------------------------------------------------------


def _office_open(package: _Package) -> str:
    """The main part is the one that the list of content types names, whatever it is called (ECMA-376, part 2, 7.2.3)."""
    by_name, by_ending = {}, {}
    for one in package.elements(_TYPES):
        kind = one.attributes.get("contenttype", "").lower()
        if one.name == "override":
            by_name[one.attributes.get("partname", "").lstrip("/").lower()] = kind
        elif one.name == "default":
            by_ending[one.attributes.get("extension", "").lower()] = kind
    types = {name: by_name.get(name, by_ending.get(name.rpartition(".")[2], "")) for name in package.names}
    for kind in (*by_name.values(), *types.values()):
        if any(word in kind for word in _ACTIVE_TYPES):
            raise UnwantedFile(MACROS)
    if any("vba" in name.rpartition("/")[2] for name in package.names):
        raise UnwantedFile(MACROS)
    for name, kind in types.items():
        if any(word in kind.rpartition(".")[2] for word in _EMBEDDED_TYPES) and "relationships" not in kind:
            raise UnwantedFile(EMBEDDED)
        if name.endswith(".rels"):
            _check_relationships(package.elements(name))
    mains = {words for kind in types.values() for ending, words in _MAIN.items() if kind.endswith(ending)}
    return mains.pop() if len(mains) == 1 else ""


def _check_relationships(elements: list[_Element]) -> None:
    """What is fetched from elsewhere when the document is opened; a link that a reader follows is none of it."""
    for one in elements:
        kind, target = one.attributes.get("type", "").lower(), one.attributes.get("target", "")
        if one.name != "relationship" or kind.endswith(_PLAIN_LINK):
            continue
        if one.attributes.get("targetmode", "").lower() == "external" or _ELSEWHERE.match(target):
            raise UnwantedFile(FROM_ELSEWHERE)
        if kind.endswith(_IMPORTED):
            raise UnwantedFile(EMBEDDED)
        if "vba" in kind or "macro" in kind:
            raise UnwantedFile(MACROS)


# OpenDocument -------------------------------------------------------------------------------------------------------


def _open_document(package: _Package) -> str:
    words = _OPEN_DOCUMENT.get(package.whole("mimetype").decode("ascii", "replace").strip(), "")
    if not words:
        return ""
    entries = package.elements("meta-inf/manifest.xml") if "meta-inf/manifest.xml" in package.names else []
    if any(one.name == "encryption-data" for one in entries):
        raise UnwantedFile(LOCKED)
    named = [one.attributes.get("full-path", "").lower() for one in entries]
    for name in (*package.names, *named):
        if _SCRIPT_FOLDERS & set(name.split("/")[:-1]):
            raise UnwantedFile(MACROS)
    for name in package.names:
        if name.endswith(".xml") and not name.startswith("meta-inf/"):
            _check_elements(package.chunks(name))
    return words


def _check_elements(chunks: Iterator[bytes]) -> None:
    """Elements that run a macro, also one that is not in the document, or have it fetch or show something else."""
    before = b""
    for number, piece in enumerate(chunks):
        if number == 0:
            encoding = _ENCODING.match(piece.removeprefix(b"\xef\xbb\xbf"))
            if b"\x00" in piece[:4] or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii")):
                raise UnwantedFile(DAMAGED)  # office programs write UTF-8
        text = before + piece
        if any(word in text for word in _ACTING) and _ACTING_ELEMENT.search(text):
            raise UnwantedFile(MACROS)
        before = text[-_OVERLAP:]
