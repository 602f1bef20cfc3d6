"""What shows from outside that the log was changed: the mark of an entry that mails bear, and files that hold some."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from models.log import Entry

MARK_FIELD = "AHG-Record"
"""The header field of a mail that holds the mark of the entry of which it tells; a digest has several."""

_MARK = re.compile(r"\b(AHG-\d{4}-\d{3,9}(?:/R\d{1,9})?)[\s>]*#(\d{1,9})[\s>]*sha256:([0-9a-f]{64})\b")

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_TAG = re.compile(r"<[^<>]*>")
_WRITTEN = {"&nbsp;": " ", "&#160;": " ", "&#xa0;": " ", "&gt;": ">", "&#35;": "#", "&num;": "#", "&#58;": ":"}
_WRITTEN_AS = re.compile("|".join(_WRITTEN), re.IGNORECASE)


class Evidence(NamedTuple):
    """An entry of a log as something outside the database tells of it; ``source`` says what does."""

    stream: str
    seq: int
    hash: str
    source: str


def mark_of(stream: str, seq: int, digest: str) -> str:
    """The mark of an entry: its log, its number and its hash."""
    return f"{stream} #{seq} sha256:{digest}"


def marks_in(text: str, source: str) -> list[Evidence]:
    """The entries whose marks stand in a text, each once: also where it was quoted, its lines were broken, or it is HTML
    with tags between.
    """
    seen = _UNSEEN.sub("", text)
    page = _WRITTEN_AS.sub(lambda found: _WRITTEN[found[0].lower()], seen)
    forms = (seen, _TAG.sub(" ", page), _TAG.sub("", page))
    found = dict.fromkeys(mark for form in dict.fromkeys(forms) for mark in _MARK.findall(form))
    return [Evidence(stream, int(seq), digest, source) for stream, seq, digest in found]


def splits(evidence: Iterable[Evidence]) -> list[tuple[Evidence, Evidence]]:
    """Pairs that tell of one entry in two ways: two histories were shown."""
    first: dict[tuple[str, int], Evidence] = {}
    found = []
    for one in evidence:
        other = first.setdefault((one.stream, one.seq), one)
        if other.hash != one.hash:
            found.append((other, one))
    return found


def difference(log: Sequence[Entry], told: Iterable[Evidence]) -> str:
    """How a log differs from what was told of its entries, the first that differs named; empty if it does not.

    ``log``: all entries of one stream, whose chain is whole; ``told``: of the same stream.
    """
    agreed = 0
    for one in sorted(told, key=lambda each: each.seq):
        if one.seq > len(log) or one.seq < 1:
            return f"the log ends at entry {len(log)}; {one.source} tells of entry {one.seq}: it was shortened"
        hash_ = log[one.seq - 1].hash
        if hash_ != one.hash:
            first = f"entry {one.seq}" if one.seq == agreed + 1 else f"one of the entries {agreed + 1} to {one.seq}"
            known = f"; up to entry {agreed} it is as it was" if agreed else ""
            return (
                f"the log was rewritten: the first entry that differs is {first}{known}. Entry {one.seq} is "
                f"{one.hash[:16]} in {one.source} and {hash_[:16]} in the log"
            )
        agreed = one.seq
    return ""


def marks_by_stream(evidence: Iterable[Evidence]) -> Mapping[str, list[Evidence]]:
    """What is told, by the stream that it tells of."""
    found: dict[str, list[Evidence]] = {}
    for one in evidence:
        found.setdefault(one.stream, []).append(one)
    return found
