"""JSON that is sent, and the key by which sending it twice is harmless."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from web.kit.problems import Refusal

LARGEST = 1_000_000
"""Bytes of a body; the longest request that the rules take is shorter."""

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_KEY = re.compile(r'"?([A-Za-z0-9._:~+/=-]{8,100})"?')


async def _fields(request: Request) -> dict[str, Any]:
    """The JSON object of the body.

    413 when it is too large, 415 when it is said to be something else, 400 when it is no JSON object that can be stored.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415, "Send JSON, with the header Content-Type: application/json.")
    whole = bytearray()
    async for chunk in request.stream():
        whole += chunk
        if len(whole) > LARGEST:
            raise Refusal(413, f"The body is larger than {LARGEST:,} bytes.")
    return fields_in(bytes(whole))


def fields_in(whole: bytes) -> dict[str, Any]:
    """The JSON object that a body is. Raises Refusal (400): it is none that can be stored."""
    try:
        read = json.loads(whole, parse_constant=_no_number)
        written = json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is not JSON (RFC 8259) that can be stored.", "invalid") from None
    if not isinstance(read, dict):
        raise Refusal(400, "The body is a JSON object, with a member for each field.", "invalid")
    if _NUL.search(written):
        raise Refusal(400, "The body holds a NUL character, which cannot be stored.", "invalid")
    return read


def _no_number(written: str) -> Any:
    raise ValueError(f"{written} is no JSON number")


Fields = Annotated[dict[str, Any], Depends(_fields)]


def fingerprint_of(fields: Mapping[str, Any]) -> str:
    """SHA-256 over the JSON of a body, independent of the order of members and of blanks."""
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def _key(
    idempotency_key: Annotated[
        str,
        Header(
            description="Names this request; a UUID does. Sent again with the same body it gives the first result "
            "(draft-ietf-httpapi-idempotency-key-header). 8 to 100 of A-Z a-z 0-9 . _ : ~ + / = -, in quotes or bare.",
            json_schema_extra={"pattern": f"^{_KEY.pattern}$", "example": "8e03978e-40d5-43dd-bc93-6894a57f9324"},
        ),
    ] = "",
) -> str:
    """The header ``Idempotency-Key``. 400 when it is missing or malformed."""
    found = _KEY.fullmatch(idempotency_key.strip())
    if found is None:
        raise Refusal(
            400,
            "Send the header Idempotency-Key: 8 to 100 letters, digits or . _ : ~ + / = - that name this request, and "
            "the same again when it is repeated.",
            "idempotency-key",
        )
    return found[1]


Key = Annotated[str, Depends(_key)]
