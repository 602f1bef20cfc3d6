"""PDF files (ISO 32000-2): what acts when one is opened is found by its names, wherever they stand.

Names are looked for in all bytes and in object streams (7.5.7) once these are inflated. Any character of a name may be
written as ``#`` with two digits. All of it has a budget: a file that needs more, or hides its objects, is not taken.
"""

import mmap
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO, NamedTuple

from web.request.unwanted import DAMAGED, EMBEDDED, LOCKED, MACROS, ON_OPENING, TOO_LARGE, UnwantedFile

HEADER_WITHIN = 1024
"""Bytes in which the header may stand, as viewers have it: scanners and mail programs put something before it."""

_CHUNK = 1024 * 1024
_OVERLAP = 4000
_INFLATED = 24 * 1024 * 1024
"""Bytes of object streams that are inflated of one file."""
_STREAMS = 20_000
_DICTIONARY = 8 * 1024
"""Bytes before a stream in which its dictionary must begin."""
_SIGNS = 100_000
"""Signs ``#`` in a chunk. A document has some, and a picture one in 256 bytes."""

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTS = {
    b"JavaScript": MACROS,
    b"Rendition": MACROS,
    b"Launch": ON_OPENING,
    b"SubmitForm": ON_OPENING,
    b"ImportData": ON_OPENING,
    b"RichMedia": EMBEDDED,
    b"GoToE": EMBEDDED,
    b"EmbeddedFile": EMBEDDED,
    b"EmbeddedFiles": EMBEDDED,
    b"Encrypt": LOCKED,
}
_NAME_END = rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)"
_ACTING = re.compile(rb"/(" + b"|".join(_ACTS) + rb")" + _NAME_END)
_SHORT_NAMES = (b"/AA", b"/XFA", b"/JS")
_WHITE = rb"[\x00\t\n\f\r ]"
_REFERENCE = rb"(\d{1,10})" + _WHITE + rb"+\d{1,5}" + _WHITE + rb"+R" + _NAME_END
_SHORT = re.compile(
    rb"/(?:AA|XFA|JS)" + _WHITE + rb"*(?:<<|\[|<[0-9A-Fa-f]|" + _REFERENCE + rb")|[\t\n\r -~]{8}/JS" + _WHITE + rb"*\("
)
"""Short names with what they stand for: alone they are found by chance in the bytes of a picture."""
_OPENS = re.compile(rb"/OpenAction" + _NAME_END + _WHITE + rb"*(?:" + _REFERENCE + rb")?")
_GOES_TO = re.compile(rb"/S" + _WHITE + rb"*/GoTo" + _NAME_END)
_OF_OBJECTS = (b"/ObjStm", b"/First")
_FIRST = re.compile(rb"/First" + _WHITE + rb"*(\d{1,9})")
_STRING_ENDS = re.compile(rb"\\.|[()%]", re.DOTALL)
_NEAR_OBJECTS = 2000
"""Streams that hold objects, or stand beside what might be one."""
_BEGINS_WITH_NUMBERS = re.compile(rb"[\d\x00\t\n\f\r ]{1,40}|%")
_PIECE = 64 * 1024
_FILTER = re.compile(rb"/Filter" + _WHITE + rb"*(\[[^\]]*\]|/[A-Za-z0-9]+)?")
_OPENED_BY = 10
_OBJECTS = 100
"""Objects of one number: a file that was saved so often is not looked through."""
_LONGEST_OBJECT = 1000


def check_pdf(file: BinaryIO) -> None:
    """Look a PDF file through.

    Raises:
        UnwantedFile: it acts when it is opened, is locked, or cannot be looked through.
    """
    with _mapped(file) as data:
        asked = _asked_for(data)
        streams = list(_object_streams(data))
        for stream in streams:
            asked |= _asked_for(stream.body)
        for number in asked:
            if not all(_shows_a_page(text) for text in _object(number, data, streams)):
                raise UnwantedFile(ON_OPENING)


@contextmanager
def _mapped(file: BinaryIO) -> Iterator[mmap.mmap | bytes]:
    """The bytes of a file, without a copy where it is on the disk."""
    file.seek(0)
    try:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        yield file.read()
        return
    with data:
        yield data


def _asked_for(data: mmap.mmap | bytes) -> set[bytes]:
    """The numbers of the objects that are asked for on opening; looked for piece by piece, to let other work go on."""
    asked: set[bytes] = set()
    for at in range(0, len(data), _CHUNK):
        asked |= _looked_at(data[at : at + _CHUNK + _OVERLAP], more=at + _CHUNK + _OVERLAP < len(data))
        if len(asked) > _OPENED_BY:
            raise UnwantedFile(ON_OPENING)
    return asked


def _looked_at(text: bytes, *, more: bool = False) -> set[bytes]:
    """The numbers of the objects that are asked for on opening; what acts otherwise is refused.

    ``more``: the next piece begins before this one ends, and has again what stands at the end.
    """
    text = _plain(text)
    for found in _ACTING.finditer(text) if any(name in text for name in _ACTS) else ():
        if not more or found.end() < len(text):
            raise UnwantedFile(_ACTS[found[1]])
    if any(name in text for name in _SHORT_NAMES) and _SHORT.search(text):
        raise UnwantedFile(MACROS)
    asked = set()
    for number, opens in enumerate(_OPENS.finditer(text) if b"/OpenAction" in text else ()):
        if more and opens.end() > len(text) - _LONGEST_OBJECT:
            break
        if opens[1] is not None:
            asked.add(opens[1])
        begins = text[opens.end() : opens.end() + _LONGEST_OBJECT]
        if number > _OPENED_BY or (opens[1] is None and not _shows_a_page(begins)):
            raise UnwantedFile(ON_OPENING)
    return asked


def _plain(text: bytes) -> bytes:
    """The text with its names as they are meant."""
    signs = text.count(b"#")
    if signs > _SIGNS * max(1, len(text) // _CHUNK):
        raise UnwantedFile(TOO_LARGE)
    return _ESCAPED.sub(lambda found: bytes((int(found[1], 16),)), text) if signs else text


def _shows_a_page(text: bytes) -> bool:
    """Whether an object only says which page is shown first: a destination, or an action that goes to one."""
    begun = text[:_LONGEST_OBJECT].lstrip(b"\x00\t\n\f\r ")
    if begun.startswith(b"["):
        return True
    body, closed, _ = begun.partition(b">>")
    return bool(body.startswith(b"<<") and closed and _GOES_TO.search(body)) and not re.search(rb"[(]|/Next", body)


def _object(number: bytes, data: mmap.mmap | bytes, streams: Sequence["_ObjectStream"]) -> list[bytes]:
    """Every object of that number, from its beginning; an empty one if there is none."""
    begins = re.compile(rb"(?<!\d)" + number + _WHITE + rb"+\d{1,5}" + _WHITE + rb"+obj")
    found = [_plain(data[one.end() : one.end() + _LONGEST_OBJECT]) for one in islice(begins.finditer(data), _OBJECTS)]
    found += [_plain(text) for stream in streams for text in stream.of(int(number))]
    return found if 0 < len(found) < _OBJECTS else [b""]


class _ObjectStream(NamedTuple):
    """An object stream: pairs of numbers and places, and from ``first`` on the objects."""

    body: bytes
    first: int

    def of(self, number: int) -> Iterator[bytes]:
        """The objects of that number, from their beginnings."""
        pairs = self.body[: self.first].split()
        for named, place in zip(pairs[::2], pairs[1::2], strict=False):
            if named.isdigit() and place.isdigit() and int(named[:12]) == number:
                begin = self.first + int(place[:12])
                yield self.body[begin : begin + _LONGEST_OBJECT]


def _object_streams(data: mmap.mmap | bytes) -> Iterator[_ObjectStream]:
    """The object streams, inflated. One is looked for wherever the word stands that begins a stream."""
    at, count, near, left = -1, 0, 0, _INFLATED
    while (at := data.find(b"stream", at + 1)) >= 0:
        begin = at + len(b"stream")
        line = data[begin : begin + 2]
        if data[max(0, at - 3) : at] == b"end" or not line.startswith((b"\r", b"\n", b" ")):
            continue
        count += 1
        if count > _STREAMS:
            raise UnwantedFile(TOO_LARGE)
        window = _plain(data[max(0, at - _DICTIONARY) : at])
        if len(window) > _DICTIONARY // 2 and b"obj" not in window:
            raise UnwantedFile(DAMAGED)
        if not any(word in window for word in _OF_OBJECTS):
            continue
        near += 1
        if near > _NEAR_OBJECTS:
            raise UnwantedFile(TOO_LARGE)
        own = _dictionary_in(window)
        named = any(word in own for word in _OF_OBJECTS)  # else the window has those of another, or it is hidden
        body = _inflated(data, begin + (2 if line == b"\r\n" else 1), own, left, strict=named)
        if named or _BEGINS_WITH_NUMBERS.match(body):
            left -= len(body)
            first = _FIRST.search(own)
            yield _ObjectStream(body, int(first[1]) if first else 0)


def _dictionary_in(window: bytes) -> bytes:
    """The dictionary at the end of some bytes, from the beginning of its object; all of them where that is not plain.

    Words in strings and comments that look like the end of another object would hide its beginning.
    """
    ended = window.rfind(b"endobj")
    own = window[max(0, ended) :]
    if ended > 0 and (
        b"%" in window[max(0, ended - _DICTIONARY) : ended].splitlines()[-1] or window[ended - 1] in b"/"
    ):
        return window
    return own if _is_balanced(own) else window


def _is_balanced(text: bytes) -> bool:
    """Whether literal strings (7.3.4.2) begin and end in a text, and no comment (7.2.4) stands between them."""
    depth = 0
    for found in _STRING_ENDS.finditer(text):
        if found[0] == b"%" and not depth:
            return False
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if depth < 0:
            return False
    return not depth


def _inflated(data: mmap.mmap | bytes, begin: int, dictionary: bytes, left: int, *, strict: bool) -> bytes:
    """What a stream holds. Where it is ``strict``, one that is packed in another way than writers do is refused."""
    packed = _FILTER.search(dictionary)
    names = re.findall(rb"/([A-Za-z0-9]+)", packed[1] or b"") if packed else []
    if strict and ((packed and names != [b"FlateDecode"]) or b"/DecodeParms" in dictionary):
        raise UnwantedFile(DAMAGED)
    if strict and not packed:
        end = data.find(b"endstream", begin, begin + left)
        return data[begin : end if end >= 0 else begin + left]
    reader, body = zlib.decompressobj(), bytearray()
    try:
        while not reader.eof and (piece := reader.unconsumed_tail or data[begin : begin + _PIECE]):
            begin += 0 if reader.unconsumed_tail else _PIECE
            body += reader.decompress(piece, left + 1 - len(body))
            if len(body) > left:
                raise UnwantedFile(TOO_LARGE)
            if not strict and not _BEGINS_WITH_NUMBERS.match(body):
                return b""
    except zlib.error:
        if strict and not body:
            raise UnwantedFile(DAMAGED) from None
    return bytes(body)
