"""Office documents in ZIP files: Office Open XML (ECMA-376) and OpenDocument. What could act in them is refused.

Nothing is unpacked to the disk. A document has a budget of parts and of bytes that are unpacked, whatever it claims.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from web.request.formulas import FieldPart, check_fields, check_formula
from web.request.unwanted import DAMAGED, EMBEDDED, FROM_ELSEWHERE, LOCKED, MACROS, TOO_LARGE, UnwantedFile

_DIRECTORY = 2 * 1024 * 1024
"""Bytes of a ZIP directory at most: its reader keeps all of it in memory. A document has some dozens of parts."""
_PARTS = 5000
_SMALL = 1024
"""Bytes of a part that is no XML: the media type."""
_BUDGET = 64 * 1024 * 1024
"""Bytes that are unpacked of one document, all parts together."""
_CHUNK = 1024 * 1024
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How parts are packed in a document (ISO/IEC 21320-1). Other ways are unpacked past what was asked for."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, KeyError, OSError, ValueError, EOFError, expat.ExpatError)

_TYPES = "[content_types].xml"
_MAIN = {"wordprocessingml.document.main+xml": "DOCX", "spreadsheetml.sheet.main+xml": "XLSX"}
"""Content types of main parts, as they end. Templates and documents with macros have others."""
_ACTIVE_TYPES = ("macro", "vba", "activex")
_EMBEDDED_TYPES = ("oleobject", "package", "msdownload", "octet-stream")
_LINKED_TYPES = ("externallink", "connections", "querytable")
_PLAIN_LINK = "/hyperlink"
_ACTIVE_RELATIONS = ("/afchunk", "/oleobject", "/control")
"""Relationships that bring in a part of another kind, whatever it says of itself."""
_JUDGED = frozenset(
    ("type", "target", "targetmode", "href", "contenttype", "partname", "extension", "full-path", "media-type")
)
"""Attributes that decide whether a document is taken."""
_FIELD_CODES = frozenset(("instrtext", "delinstrtext"))
_RECKONING_TYPES = ("worksheet+xml", "sheet.main+xml", "spreadsheetml.table+xml")
_FORMULAS = frozenset(
    ("f", "formula", "formula1", "formula2", "definedname", "calculatedcolumnformula", "totalsrowformula")
)
_ELSEWHERE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|[\\/]{2})", re.IGNORECASE)

_OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
}
_SCRIPT_FOLDERS = frozenset(("basic", "scripts", "dialogs"))
_ACTING = frozenset(
    ("event-listener", "dde-source", "dde-connection-decl", "floating-frame", "applet", "plugin", "script")
)
_FETCHED = frozenset(
    [
        "image",
        "fill-image",
        "background-image",
        "object",
        "section-source",
        "table-source",
        "cell-range-source",
        "font-face-uri",
        "auto-reload",
    ]
)
_FOREIGN_OBJECT = "object-ole"
_LINKS = frozenset(("a", "template"))
"""Elements that point elsewhere, where nothing is fetched unasked; a link may still name a program to run."""
_RUN_BY_A_LINK = re.compile(
    r"\s*(vnd\.sun\.star\.\w+|macro|javascript|vbscript|service|slot|\.uno|data)\s*:", re.IGNORECASE
)
_FETCHED_BY_A_TEMPLATE = re.compile(r"\s*((https?|ftps?|smb|dav|webdavs?|vnd\.[a-z.]+):|[\\/]{2})", re.IGNORECASE)
_RECKONING = frozenset(("table-cell", "covered-table-cell", "named-expression", "content-validation", "map"))
_EXPRESSIONS = ("formula", "expression", "condition")
_TAG = 3 * 1024 * 1024
"""Bytes of one tag: a longer one is read over and over again until its end has come."""
_TEXT = 64 * 1024
"""Characters of a formula or a field."""
_ELEMENTS = 1_000_000
"""Elements of one document that are looked at."""


class _Element(NamedTuple):
    """An element of an XML part: its local name in small letters, its attributes by theirs, its text where wanted."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""


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
    except NotImplementedError:  # packed or locked in a way that Python does not know, and no office program uses
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
        if any(one.compress_type not in _PACKED for one in listed):
            raise UnwantedFile(DAMAGED)
        self._archive = archive
        self._left, self._elements = _BUDGET, _ELEMENTS

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

    def elements(self, name: str, *wanted: str, texts: Collection[str] = ()) -> Iterator[_Element]:
        """The elements of these local names in an XML part. One that declares entities could grow, and is not read.

        ``texts``: those that come with their text, when they end; none stands in another.
        """
        found: list[_Element] = []
        count = 0
        inside: _Element | None = None
        said: list[str] = []
        length = 0

        def begun(element: str, attributes: dict[str, str]) -> None:
            nonlocal count, inside
            count += 1
            local = element[element.rfind(" ") + 1 :].lower()
            if local in wanted:
                plain: dict[str, str] = {}
                for key, value in attributes.items():
                    short = key.rpartition(" ")[2].lower()
                    # Of two in different namespaces, or but for capitals, programs take different ones.
                    if short in _JUDGED and short in plain:
                        raise UnwantedFile(DAMAGED)
                    plain[short] = value
                if local not in texts:
                    found.append(_Element(local, plain))
                elif inside is None:
                    inside = _Element(local, plain)

        def spoken(text: str) -> None:
            nonlocal length
            if inside is not None:
                said.append(text)
                length += len(text)
                if length > _TEXT:
                    raise UnwantedFile(TOO_LARGE)

        def ended(element: str) -> None:
            nonlocal inside, length
            if inside is not None and element[element.rfind(" ") + 1 :].lower() == inside.name:
                found.append(inside._replace(text="".join(said)))
                said.clear()
                inside, length = None, 0

        def typed(_name: str, _system: str | None, _public: str | None, declares: bool) -> None:
            if declares:
                raise UnwantedFile(DAMAGED)

        reader = expat.ParserCreate(namespace_separator=" ")
        reader.StartElementHandler, reader.StartDoctypeDeclHandler = begun, typed
        if texts:
            reader.buffer_text = True
            reader.CharacterDataHandler, reader.EndElementHandler = spoken, ended
        fed = 0
        for piece in chain(self.chunks(name), [b""]):
            if not piece and not fed:
                return  # LibreOffice writes parts that are empty
            reader.Parse(piece, not piece)
            fed += len(piece)
            if count > self._elements or fed - reader.CurrentByteIndex > _TAG:
                raise UnwantedFile(TOO_LARGE)
            yield from found
            found.clear()
        self._elements -= count


# Office Open XML ----------------------------------------------------------------------------------------------------


def _office_open(package: _Package) -> str:
    """The main part is the one that the list of content types names, whatever it is called (ECMA-376, part 2, 7.2.3)."""
    by_name, by_ending = {}, {}
    for one in package.elements(_TYPES, "override", "default"):
        kind = one.attributes.get("contenttype", "").lower()
        if one.name == "override":
            by_name[one.attributes.get("partname", "").lstrip("/").lower()] = kind
        else:
            by_ending[one.attributes.get("extension", "").lower()] = kind
    types = {name: by_name.get(name, by_ending.get(name.rpartition(".")[2], "")) for name in package.names}
    for kind in (*by_name.values(), *types.values()):
        if any(word in kind for word in _ACTIVE_TYPES):
            raise UnwantedFile(MACROS)
    if any("vba" in name.rpartition("/")[2] for name in package.names):
        raise UnwantedFile(MACROS)
    for name, kind in types.items():
        if any(word in kind for word in _LINKED_TYPES):
            raise UnwantedFile(FROM_ELSEWHERE)
        if any(word in kind.rpartition(".")[2] for word in _EMBEDDED_TYPES):
            raise UnwantedFile(EMBEDDED)
        if name.endswith(".rels"):
            _check_relationships(package.elements(name, "relationship"))
    for name, kind in types.items():
        if "wordprocessingml" in kind:
            check_fields(_fields(package, name))
        elif any(word in kind for word in _RECKONING_TYPES):
            for one in package.elements(name, *_FORMULAS, texts=_FORMULAS):
                check_formula(one.text)
    mains = {words for kind in types.values() for ending, words in _MAIN.items() if kind.endswith(ending)}
    return mains.pop() if len(mains) == 1 else ""


def _check_relationships(elements: Iterable[_Element]) -> None:
    """What is fetched from elsewhere when the document is opened; a link that a reader follows is none of it."""
    for one in elements:
        kind, target = one.attributes.get("type", "").lower(), one.attributes.get("target", "")
        if _RUN_BY_A_LINK.match(target):
            raise UnwantedFile(MACROS)
        if kind.endswith(_PLAIN_LINK):
            continue
        if one.attributes.get("targetmode", "").lower() == "external" or _ELSEWHERE.match(target):
            raise UnwantedFile(FROM_ELSEWHERE)
        if kind.endswith(_ACTIVE_RELATIONS):
            raise UnwantedFile(EMBEDDED)
        if "vba" in kind or "macro" in kind:
            raise UnwantedFile(MACROS)


def _fields(package: _Package, name: str) -> Iterator[FieldPart]:
    for one in package.elements(name, "fldchar", "fldsimple", *_FIELD_CODES, texts=_FIELD_CODES):
        match one.name:
            case "fldchar":
                yield FieldPart(one.attributes.get("fldchartype", "").strip().lower())
            case "fldsimple":
                yield from (FieldPart("begin"), FieldPart("code", one.attributes.get("instr", "")), FieldPart("end"))
            case _:
                yield FieldPart("code", one.text)


# OpenDocument -------------------------------------------------------------------------------------------------------


def _open_document(package: _Package) -> str:
    words = _OPEN_DOCUMENT.get(package.whole("mimetype").decode("ascii", "replace").strip(), "")
    if not words:
        return ""
    manifest = "meta-inf/manifest.xml"
    entries = list(package.elements(manifest, "file-entry", "encryption-data")) if manifest in package.names else []
    if any(one.name == "encryption-data" for one in entries):
        raise UnwantedFile(LOCKED)
    if any("oleobject" in one.attributes.get("media-type", "").lower() for one in entries):
        raise UnwantedFile(EMBEDDED)
    named = [one.attributes.get("full-path", "").lower() for one in entries]
    for name in (*package.names, *named):
        if _SCRIPT_FOLDERS & set(name.split("/")[:-1]):
            raise UnwantedFile(MACROS)
    for name in package.names:
        if name.endswith(".xml") and not name.startswith("meta-inf/"):
            _check_elements(package.elements(name, *_ACTING, *_FETCHED, *_LINKS, _FOREIGN_OBJECT, *_RECKONING))
    return words


def _check_elements(elements: Iterable[_Element]) -> None:
    """What runs a macro, also one that is not in the document, or has it fetch or show something else."""
    for one in elements:
        href = one.attributes.get("href", "")
        if one.name in _ACTING or _RUN_BY_A_LINK.match(href):
            raise UnwantedFile(MACROS)
        if one.name == _FOREIGN_OBJECT:
            raise UnwantedFile(EMBEDDED)
        away = _ELSEWHERE.match(href) if one.name in _FETCHED else _FETCHED_BY_A_TEMPLATE.match(href)
        if away and one.name != "a":
            raise UnwantedFile(FROM_ELSEWHERE)
        if one.name in _RECKONING:
            for name in _EXPRESSIONS:
                check_formula(one.attributes.get(name, ""))
