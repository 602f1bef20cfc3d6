"""Tables as CSV files to be kept."""

from collections.abc import Iterable, Sequence

from fastapi import Response

from records.csv_text import BYTE_ORDER_MARK, csv_text


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a file to be kept; ``name`` is plain ASCII."""
    return Response(
        BYTE_ORDER_MARK + csv_text(head, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
