"""What a text in a document has a program do: formulas of spreadsheets, tables as text, field codes of Word.

A formula that only reckons is taken. One that starts a program (DDE), asks a server or sends cells to one is not, nor
is a field that fetches something (ECMA-376, part 1, 17.16.5). Every look takes time that grows with the text alone.
"""

import re
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

from web.request.unwanted import FROM_ELSEWHERE, REACHES_OUT, TOO_LARGE, UnwantedFile

# formulas -----------------------------------------------------------------------------------------------------------

_REACHING = re.compile(
    r"(?<![\w.])(?:_xlfn\.|_xlws\.|com\.microsoft\.)*"
    r"(?:WEBSERVICE|FILTERXML|IMAGE|RTD|DDE|CALL|EXEC|REGISTER(?:\.ID)?|SQL\.REQUEST|IMPORT(?:DATA|HTML|XML|FEED|RANGE))\s*\("
    r"|\|[^|!]{0,2000}!"  # program|topic!item: dynamic data exchange
    r"|\[[^\[\]]{0,300}\.[a-z]{3,4}\][^!\[]{0,300}!"  # [another file.xlsx]sheet!cell
    r"|(?:file|https?|ftp)://[^\s'\"]{0,2000}'?#",  # 'file:///x.ods'#$sheet.A1
    re.IGNORECASE,
)
_LINK = re.compile(r"HYPERLINK\s*\(", re.IGNORECASE)
_TO_ONE_PLACE = re.compile(r"HYPERLINK\s*\(\s*\"[^\"]*\"\s*[,;)]", re.IGNORECASE)
"""A link whose target stands there as it is, for who follows it. One that is reckoned could carry cells away."""


def check_formula(formula: str) -> None:
    """Refuse a formula that reaches out of its document.

    Raises:
        UnwantedFile: it does.
    """
    if _REACHING.search(formula) or len(_LINK.findall(formula)) > len(_TO_ONE_PLACE.findall(formula)):
        raise UnwantedFile(REACHES_OUT)


# tables as text -----------------------------------------------------------------------------------------------------

_LINES = re.compile(r"[\r\n]+")
_FIRST_OF_CELL = re.compile(r"(?:^|[,;\t|])[ \"\u00a0\ufeff]*([=@+\-\uff1d\uff20\uff0b\uff0d])")
"""What makes a formula of a cell, also in full width; which of the signs parts the cells, a file does not say."""
_PLAIN = re.compile(r"[+\-\uff0b\uff0d][\d\s.:()%/*+\u00a0-]*(?=$|[,;\t|\"'])|=+(?=$|[\s,;\t|\"'])|@(?=$|[\s,;\t|\"'])")
"""A number, a telephone number, a dash, a line of signs."""
_COMPUTES = re.compile(r"[A-Za-z_.\uff21-\uff3a\uff41-\uff5a]\(|\|")


def check_table(file: BinaryIO) -> None:
    """Refuse a table as text with a cell that a spreadsheet would reckon out, but for numbers and words behind a dash.

    Raises:
        UnwantedFile: it has one.
    """
    file.seek(0)
    octets = file.read()
    marked = octets.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = octets.decode("utf-16" if marked else "utf-8", "replace")
    if any(_reckons(one) for one in _LINES.split(text)):
        raise UnwantedFile(REACHES_OUT)


def _reckons(line: str) -> bool:
    last = max((found.end() for found in _COMPUTES.finditer(line)), default=0)
    for found in _FIRST_OF_CELL.finditer(line):
        at = found.start(1)
        if not _PLAIN.match(line, at) and (line[at] in "=\uff1d" or at < last):
            return True
    return False


# fields of Word -----------------------------------------------------------------------------------------------------

_FETCHING = frozenset(
    ("DDE", "DDEAUTO", "LINK", "INCLUDE", "INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "DATABASE", "RD")
)
_KIND_OF_FIELD = re.compile(r"\s*\"?([^\s\"\\]*)")
_DEEPEST = 1000


class FieldPart(NamedTuple):
    """What a document says of a field: ``begin``, ``separate`` (what it shows follows), ``end``, or its code."""

    what: str
    code: str = ""


class _OpenField:
    def __init__(self) -> None:
        self.code: list[str] = []
        self.named = self.shows = False


def check_fields(parts: Iterable[FieldPart]) -> None:
    """Refuse fields that fetch something when they are brought up to date, or whose kind another field works out.

    The code of a field may stand in many pieces, with other fields between them.

    Raises:
        UnwantedFile: there is such a field.
    """
    open_fields: list[_OpenField] = []
    for part in parts:
        inner = open_fields[-1] if open_fields else None
        match part.what:
            case "begin":
                if inner is not None and not inner.shows and not inner.named:
                    raise UnwantedFile(FROM_ELSEWHERE)
                if len(open_fields) == _DEEPEST:
                    raise UnwantedFile(TOO_LARGE)
                open_fields.append(_OpenField())
            case "separate" | "end":
                if inner is not None and not inner.shows:
                    _check_code("".join(inner.code))
                    inner.shows = True
                if inner is not None and part.what == "end":
                    open_fields.pop()
            case _ if inner is not None and not inner.shows:
                inner.code.append(part.code)
                inner.named = inner.named or bool(part.code.strip())
            case _:
                _check_code(part.code)
    for one in open_fields:
        _check_code("".join(one.code))


def _check_code(code: str) -> None:
    found = _KIND_OF_FIELD.match(code)
    if found is not None and found[1].upper() in _FETCHING:
        raise UnwantedFile(FROM_ELSEWHERE)
