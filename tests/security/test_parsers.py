"""Whatever reads texts from outside raises its own refusal or none, and takes time that grows with the text.

Texts are drawn around good ones: pieces cut out, doubled, put elsewhere, with what parsers stumble over between them.
Nothing here measures time: endless texts are of a length whose square takes hours.
"""

import asyncio
import base64
import hashlib
import io
import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webauthn.helpers import encode_cbor

from models.attachments import clean_name
from models.checkpoints import read_checkpoint, read_submission
from models.commands import parse
from models.evidence import mark_of
from models.notes import SEED_BYTES, KeyUse, SignerKey, read_note, read_signer, read_verifier, signature_of
from models.old_sentences import reasons_in
from models.posts import Post
from models.refusal import Refused
from models.search_words import searchable_words, terms_of
from models.zones import zone_named
from notifications.answer_links import AnswerLinks
from notifications.returns import read_return
from notifications.signing import NotOurs
from ops.against import read_kept
from ops.scenarios.reading import checked
from records.directory import DirectoryError, _member_rows
from records.lists import Cursor
from records.sign_ins import storable
from web.api.bodies import fields_in
from web.api.case import seq_of
from web.kit.passkey_touch import NotTouched, accept_passkey, offer
from web.kit.problems import Refusal
from web.kit.sealing import Unreadable, open_secret, seal_secret
from web.kit.sessions import onward
from web.kit.site import Site
from web.lists.filters import ListQuery
from web.request.file_kinds import kind_of
from web.request.unwanted import UnwantedFile
from web.signin.one_time_codes import step_of_code

DEPTH = int(os.environ.get("TEST_DEPTH", "1"))
KEYRING = {"one": b"1" * 32}
_SIGNER = SignerKey("ahg.example.org/record", KeyUse.NOTE, b"2" * SEED_BYTES)
_CHECKPOINT = f"{_SIGNER.name}\n3\n{base64.b64encode(b'3' * 32).decode()}\n"
_NOTE = f"{_CHECKPOINT}\n{signature_of(_CHECKPOINT, _SIGNER)}"
_RETURN = (Path(__file__).parents[1] / "notifications" / "returned" / "postfix-delayed.eml").read_text(encoding="utf-8")
_MARK = mark_of("AHG-2026-001", 3, "a" * 64)
_MAIL = f"From: a@b.example\nAHG-Record: {_MARK}\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n{_MARK}\n--x--\n"
_SCENARIO = (Path(__file__).parents[1] / "scenarios" / "perth-2009.yaml").read_text(encoding="utf-8")[:3000]


class Parser(NamedTuple):
    """What reads a text, what it may raise, a text that it reads, and what its texts are made of."""

    read: Callable[[str], object]
    good: str
    pieces: tuple[str, ...] = ()
    raises: tuple[type[Exception], ...] = ()
    longest: int = 2_000_000


def _octets(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


@lru_cache(maxsize=1)
def _links() -> AnswerLinks:
    return AnswerLinks(KEYRING)


_TOKEN = _links().link(
    key="k",
    reference="AHG-2026-001",
    post=Post("TH/focal-point"),
    do="respond",
    about="",
    address="a@b.example",
    ends=datetime(2026, 3, 2, tzinfo=UTC),
)

PARSERS = {
    "delivery report": Parser(
        lambda text: read_return(_octets(text)),
        _RETURN,
        (
            "Content-Type: multipart/report; boundary=",
            "Action: failed\n",
            "Final-Recipient: rfc822; ",
            "=?utf-8?q?",
            ";;",
        ),
    ),
    "mail that was kept": Parser(
        lambda text: read_kept(_octets(text), "a file", _SIGNER.verifier),
        _MAIL,
        ("Content-Type: message/rfc822\n\n", "AHG-Record: ", _MARK, "From ", "Content-Transfer-Encoding: base64\n"),
    ),
    "mailbox that was kept": Parser(
        lambda text: read_kept(_octets(text), "a file", None), f"From a@b\n{_MAIL}\nFrom a@b\n{_MAIL}", ("From ",)
    ),
    "log that was kept": Parser(
        lambda text: read_kept(_octets(text), "a file", None),
        '{"case": "AHG-2026-001", "seq": 1}\n',
        ('{"case":', "[", '{"a":', "1" * 5000, "1e999", "NaN"),
    ),
    "checkpoint that was kept": Parser(lambda text: read_kept(_octets(text), "a file", _SIGNER.verifier), _NOTE),
    "note": Parser(read_note, _NOTE, ("\u2014 ", "\n\n", "\u2028", "AAAA"), (ValueError,)),
    "signature of a note": Parser(
        lambda text: read_note(text).signed_by(_SIGNER.verifier), _NOTE, ("\u2014 ", "\n\n", "AAAA"), (ValueError,)
    ),
    "checkpoint": Parser(
        lambda text: read_checkpoint(read_submission(text).note), f"old 1\nAAAA\n\n{_NOTE}", ("old ",), (ValueError,)
    ),
    "public key": Parser(read_verifier, str(_SIGNER.verifier), ("+",), (ValueError,)),
    "private key": Parser(read_signer, _SIGNER.written(), ("+",), (ValueError,)),
    "member list": Parser(
        lambda text: list(_member_rows(text, {})),
        'code,name,kind,co_chair,zone\nXX,"Exland, the",state,yes,Asia/Jakarta\nYY,Whyland,state,,UTC\n',
        (",", '"', "\r", "code,name,kind\n", "co_chair", "../../etc/passwd", "1" * 200_000),
        (DirectoryError,),
    ),
    "scenario": Parser(
        checked,
        _SCENARIO,
        ("&a ", "*a", "[", "{", "- ", "!!python/object:a ", "? ", "9" * 5000, "1e999"),
        longest=5_000,  # it is read a character at a time
    ),
    "command in JSON": Parser(
        lambda text: parse("decide", fields_in(_octets(text)), by="AU/co-chair", command_id="x"),
        '{"gate": "activation", "position": "approve", "text": "yes"}',
        ("[", '{"a":', "1e999", "NaN", "9" * 5000, "\\ud800", "\\u0000", '"figures": [{"number": 1e400}]'),
        (Refused, Refusal),
    ),
    "words that are searched": Parser(lambda text: (terms_of(text), searchable_words(text)), "boats in the strait"),
    "reasons of old": Parser(reasons_in, "Participants: TH, MY. Observers: FJ.", ("Participants: ", ". Observers: ")),
    "entity tag": Parser(seq_of, 'W/"AHG-2026-001.7.abc-gzip"', ('W/"', "9" * 5000, "-gzip")),
    "token of a link": Parser(lambda text: _links().read(text), _TOKEN, (".", "="), (NotOurs,)),
    "sealed cookie": Parser(
        lambda text: open_secret(KEYRING, text, "p"), seal_secret(KEYRING, "secret", "p"), (".", "one."), (Unreadable,)
    ),
    "path to go on to": Parser(onward, "/cases/AHG-2026-001?as=TH/focal-point#here", ("//", "[", "\\", "://", "@")),
    "mail address": Parser(storable, "desk@fa\u00df.example", ("@", "xn--", ".", "\u0130")),
    "place in a list": Parser(Cursor.read, "2026-03-02T03:00:00+00:00~AHG-2026-001", ("~", "0001-01-01T00:00+14:00")),
    "time zone": Parser(zone_named, "Asia/Jakarta", ("../", "/", "posixrules")),
    "one-time code": Parser(
        lambda text: step_of_code("JBSWY3DPEHPK3PXP" * 2, text, datetime.now(UTC)), "123 456", ("\u0661",)
    ),
    "name of a file": Parser(clean_name, "C:\\maps\\boats.final.pdf", ("..", "/", "\u202e", ".pdf")),
    "post": Parser(Post, "TH/focal-point", ("/",), (ValueError,)),
    "PDF file": Parser(
        lambda text: kind_of(io.BytesIO(_octets(text)), ".pdf"),
        "%PDF-1.7\n1 0 obj\n<</Type /Page /AA 2 0 R>>\nstream\nx\nendstream\nendobj\n%%EOF",
        ("<<", "/First", "9 0 obj\n", "stream\n", "#4a", "(", "%", "/Type /ObjStm "),
        (UnwantedFile,),
    ),
    "filters": Parser(
        lambda text: ListQuery.read(dict.fromkeys(ListQuery._fields, text)).filters("Asia/Jakarta", datetime.now(UTC)),
        "2026-03-02",
        ("2199-12-31", "1901-01-01", "TH/focal-point", "2026-W01-1"),
    ),
}

_STUMBLES = (
    "",
    "\x00",
    "\n",
    "\r\n",
    "\ufeff",
    "\udcff",
    "\u2028",
    "\u0301",
    "\U0001f6a4",
    "-1",
    "9" * 40,
    "'",
    '"',
    " ",
)


@st.composite
def around(draw: st.DrawFn, parser: Parser) -> str:
    """A good text, cut up and put together again with other things between; sometimes anything at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.text(max_size=300))
    text = parser.good
    between = st.sampled_from([*parser.pieces, *_STUMBLES]) | st.text(max_size=5)
    for _ in range(draw(st.integers(1, 4))):
        at, to = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        middle = draw(st.sampled_from([text[at:to], "", text[at:to] * 2, text[:at]]))
        text = text[:at] + draw(between) + middle + draw(between) + text[to:]
    return text


@pytest.mark.parametrize("name", PARSERS)
@settings(
    deadline=None,
    max_examples=40 * DEPTH,
    database=None,
    derandomize=DEPTH == 1,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_a_parser_refuses_in_its_own_way_alone(name: str, data: st.DataObject) -> None:
    parser = PARSERS[name]
    text = data.draw(around(parser))
    with suppress(*parser.raises):
        parser.read(text)


_TIMES = 150_000


@pytest.mark.parametrize("name", PARSERS)
def test_an_endless_text_is_read_or_refused(name: str) -> None:
    parser = PARSERS[name]
    for piece in dict.fromkeys([parser.good[:1], parser.good[:40], *(one for one in parser.pieces if len(one) < 100)]):
        for text in (piece * _TIMES, parser.good[:-3] + piece * _TIMES + parser.good[-3:]):
            with suppress(*parser.raises):
                parser.read(text[: parser.longest])


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [b]\n"
        + "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 10)}]\n" for n in range(1, 12)).replace("*b0", "*a"),
        "a: " + "9" * 5000,
        "a: 1." + "9" * 5000,
    ],
)
def test_a_scenario_that_is_small_and_stands_for_much_is_refused(text: str) -> None:
    scenario, faults = checked(text)
    assert scenario is None
    assert faults


_VALUES = st.recursive(
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | st.binary(max_size=40)
    | st.sampled_from([1, 2, 3, 6, -7, -8, -257]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.integers(-3, 4) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=100 * DEPTH, database=None, derandomize=DEPTH == 1)
@given(
    key=st.dictionaries(st.sampled_from([1, 3, -1, -2, -3]), _VALUES, max_size=5),
    form=st.sampled_from(["none", "packed", "fido-u2f", "tpm", "android-key", "android-safetynet", "apple", "x"]),
    statement=st.dictionaries(
        st.sampled_from(["alg", "sig", "x5c", "ver", "response", "certInfo"]), _VALUES, max_size=6
    ),
    flags=st.sampled_from([0x41, 0x45, 0xC5, 0x01, 0xFF]),
    odd=st.none()
    | st.tuples(st.sampled_from(["id", "type", "response", "clientDataJSON", "attestationObject"]), st.text()),
)
def test_what_a_passkey_is_said_to_answer_is_read_or_refused(
    key: dict[int, Any], form: str, statement: dict[str, Any], flags: int, odd: tuple[str, str] | None
) -> None:
    chosen = SimpleNamespace(public_url="https://ahg.example.org", keyring=KEYRING)
    site, now = cast("Site", SimpleNamespace(settings=chosen)), datetime(2026, 3, 2, tzinfo=UTC)
    options, sealed = offer(site, "a@b.example", "session", [], now)
    asked = {"type": "webauthn.create", "challenge": json.loads(options)["challenge"], "origin": chosen.public_url}
    own_id = b"i" * 16
    beginning = hashlib.sha256(b"ahg.example.org").digest() + bytes([flags]) + bytes(4 + 16) + b"\x00\x10" + own_id
    made = {"fmt": form, "attStmt": statement, "authData": beginning + encode_cbor(key)}
    response = {"clientDataJSON": _url(json.dumps(asked).encode()), "attestationObject": _url(encode_cbor(made))}
    answer = {"id": _url(own_id), "rawId": _url(own_id), "type": "public-key", "response": response}
    if odd:
        (answer if odd[0] in answer else response)[odd[0]] = odd[1]
    with suppress(NotTouched):
        asyncio.run(accept_passkey(site, "a@b.example", "session", "a name", sealed, json.dumps(answer), now))


def _url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
