"""Sentences of the procedure's own, as the log keeps them: in English, because a log is one text for all its readers.

Where they are shown they are recognised by their form and said in the reader's language; what people wrote in them stays.
A sentence that is not recognised stays English (decision 26).
"""

import re
from collections.abc import Callable, Mapping

from models.base import N_

_NOBODY = {"none": N_("none"), "nobody": N_("nobody")}

_SENTENCES = (
    # what a decision is about
    N_("Request of %(who)s, version %(version)s: %(title)s"),
    N_("Participants: %(participants)s. Observers: %(observers)s."),
    N_("Extension until %(day)s. %(words)s"),
    N_("Extension until %(day)s."),
    N_("Early termination, asked for by %(post)s. %(words)s"),
    N_("Early termination, asked for by %(post)s."),
    N_("%(report)s, version %(version)s"),
    N_("Circulation %(number)s: %(kind)s to %(count)s members, naming %(naming)s"),
    N_("Closing of the case. Waived %(words)s"),
    N_("Closing of the case."),
    # why it was amended
    N_("%(post)s proposed %(member)s in the place of %(replaced)s"),
    N_("%(post)s proposed participants"),
    N_("%(post)s submitted version %(version)s"),
    N_("%(post)s waived (%(term)s)"),
    N_("%(post)s wrote version %(version)s"),
    N_("%(member)s joined the request"),
    N_("%(member)s no longer submits jointly"),
    # why a member is listed
    N_("its mandate: %(word)s"),
    N_("proposed by %(post)s"),
    N_("in the place of %(member)s"),
    # how a decision or a step ended
    N_("Declined by one; the other did not answer by the deadline."),
    N_("No agreement in the second round."),
    N_("There was no decision in time; nothing is decided."),
    N_("The group reports; its activation is not extended any more."),
    N_("The Co-Chairs declined."),
    N_("The gate lapsed; nothing is decided."),
    N_("The case is %(stage)s."),
    N_("Resubmitted after it lapsed."),
    N_("Everyone has answered."),
    N_("Convened by %(post)s."),
    # what the minimum composition lacks
    N_("the requester"),
    N_("%(count)s other most-affected member"),
    N_("%(count)s organisation"),
)


_CODE = r"[A-Z][A-Z0-9-]*"
_PARTS = {
    "post": rf"{_CODE}/[a-z-]+",
    "member": _CODE,
    "replaced": _CODE,
    "naming": rf"nobody|{_CODE}(?:, {_CODE})*",
    "report": "(?:Final|Interim) report",
    "kind": "full|summary",
    "term": "[abc]",
    "day": r"\d{4}-\d\d-\d\d",
    "number": r"\d+",
    "version": r"\d+",
    "count": r"\d+",
    "words": r"(?s:.+)",
}
"""What can stand in a sentence under a name, so that nobody's own words are taken for one; else anything on a line."""


def _form(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", sentence)
    return re.compile(
        "".join(f"(?P<{part}>{_PARTS.get(part, '.+')})" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    )


_FORMS = tuple((_form(sentence), sentence) for sentence in _SENTENCES)


def sentence_in(text: str, translate: Callable[[str], str], put: Mapping[str, Callable[[str], str]]) -> str | None:
    """The sentence in the reader's language; None: it is none of these.

    ``put``: how what stands in a sentence is said, by its name (``post``, ``member``, ``day``, ...); what has none
    stays as it is written.
    """
    for form, sentence in _FORMS:
        if found := form.fullmatch(text):
            parts = {name: put.get(name, str)(part) for name, part in found.groupdict().items()}
            parts = {name: translate(_NOBODY[part]) if part in _NOBODY else part for name, part in parts.items()}
            return translate(sentence) % parts
    return None
