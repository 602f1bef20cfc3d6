"""Text from outside, made fit for mails: what could break or reorder a line is taken out, nothing else."""

import re

# Halves of surrogate pairs, and what is no character in Unicode (the last two of each plane, and 32 more).
_NONE = r"\ud800-\udfff\ufdd0-\ufdef" + "".join(f"\\U{plane:04x}fffe-\\U{plane:04x}ffff" for plane in range(17))
# What str.splitlines() splits on, and all other controls (C0, DEL, C1).
_CONTROLS = re.compile(rf"[\x00-\x1f\x7f-\x9f\u2028\u2029{_NONE}]+")
_CONTROLS_IN_PROSE = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_NONE}]+")
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Embeddings, overrides and isolates (UAX #9): left open, they reorder what follows. Marks (LRM, RLM) stay.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def line(text: str) -> str:
    """One line: line ends and control characters become a blank, outer blanks go."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _REORDERING.sub("", _CONTROLS.sub(" ", text)).strip()


def prose(text: str) -> str:
    """Running text: line ends become ``\\n``, other control characters a blank, outer blanks go."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _REORDERING.sub("", _CONTROLS_IN_PROSE.sub(" ", _LINE_ENDS.sub("\n", text).replace("\t", " "))).strip()


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words where there are any, with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > limit // 2 else head).rstrip(" ,;:.-") + "…"
