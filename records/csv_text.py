"""Tables as CSV text (RFC 4180) that a spreadsheet opens without computing anything."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

BYTE_ORDER_MARK = "\ufeff"
"""Stands before the text in a file, so that spreadsheets recognize UTF-8."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula or a command, also in full width."""


def _cell(value: object) -> str:
    """The text of a cell; a quotation mark before what would be computed, as spreadsheets write text themselves."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = str(value).replace("\x00", "").encode(errors="replace").decode()
    if isinstance(value, int | float):
        return text
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(_BEGINS_A_FORMULA) or text[:1].isspace() else text


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with its head. Instants are ISO 8601 in UTC; lines end with CR and LF."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_cell(one) for one in head])
    writer.writerows([_cell(one) for one in row] for row in rows)
    return written.getvalue()
