"""The files that come with a form: each is checked, then saved for the member or refused with a sentence."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from models.attachments import FILE_KINDS, clean_name, suffix_of, too_much, written_size
from models.refusal import Refused
from models.request import Attachment
from web.kit.render import gettext_of, language_for
from web.kit.trace import trace
from web.kit.visitor import Visitor, current_site
from web.request.file_kinds import kind_of
from web.request.unwanted import UnwantedFile

ACCEPT = ",".join(suffix for kind in FILE_KINDS for suffix in kind.suffixes)
"""What a browser offers first when files are chosen."""

kinds_in_words = ", ".join(kind.words for kind in FILE_KINDS)


async def taken_in(
    request: Request, visitor: Visitor, sent: FormData, present: Iterable[Attachment]
) -> tuple[list[Attachment], list[str]]:
    """The files of the field ``files``: those that were kept for the visitor's member; a sentence for each other.

    ``present``: what is attached already, which counts towards the limits. A file that is present is kept again, under
    its new name.
    """
    site = current_site(request)
    store, limits = site.attachments, site.attachments.limits
    _ = gettext_of(language_for(request, visitor))
    kept = {one.sha256: one for one in present}
    new: dict[str, Attachment] = {}
    faults = []
    for upload in _uploads(sent):
        name = clean_name(upload.filename or "") or _("file without a name")
        look = await asyncio.to_thread(_look_at, upload, name, limits.each, _)
        others = [one for one in kept.values() if one.sha256 != look.file.sha256]
        fault = look.fault or too_much([*others, look.file], limits)
        fault = fault or await store.no_room_for(visitor.post.member, look.file)
        if fault:  # nothing is written that would be refused afterwards
            trace(request, "a file was refused", visitor.email)
            faults.append(fault)
            continue
        try:
            one = await store.keep(visitor.post.member, name, look.file.kind, upload.file, site.clock())
        except Refused as refused:
            faults.append(refused.sentence)
            continue
        kept[one.sha256] = new[one.sha256] = one
    return list(new.values()), faults


def _uploads(sent: FormData) -> list[UploadFile]:
    """The files that were chosen. Where none was, a browser sends an empty part without a name."""
    files = [one for one in sent.getlist("files") if isinstance(one, UploadFile)]
    return [one for one in files if one.filename or one.size]


class _Look(NamedTuple):
    """A file as it was sent; ``fault`` is the sentence that refuses it, or empty."""

    file: Attachment
    fault: str = ""


def _look_at(upload: UploadFile, name: str, each: int, _: Callable[[str], str]) -> _Look:
    size = upload.size or 0
    file = Attachment(name=name, sha256="0" * 64, size=size)
    if not size:
        return _Look(file, _("%(name)s is empty.") % {"name": name})
    if size > each:
        sentence = _("%(name)s has %(size)s; a file may have at most %(limit)s.")
        return _Look(file, sentence % {"name": name, "size": written_size(size), "limit": written_size(each)})
    try:
        kind = kind_of(upload.file, suffix_of(name))
    except UnwantedFile as unwanted:
        return _Look(file, _(unwanted.sentence) % {"name": name})
    if kind is None:
        sentence = _("%(name)s is none of the kinds that can be attached: %(kinds)s, without macros or password.")
        return _Look(file, sentence % {"name": name, "kinds": kinds_in_words})
    if suffix_of(name) not in kind.suffixes:
        sentence = _("%(name)s is %(kind)s by its content; its name must end in %(ending)s.")
        return _Look(file, sentence % {"name": name, "kind": kind.words, "ending": kind.suffixes[0]})
    digest = hashlib.file_digest(upload.file, "sha256").hexdigest()  # type: ignore[arg-type]  # a spooled file is one
    upload.file.seek(0)
    return _Look(file.model_copy(update={"sha256": digest, "kind": kind.media}))


async def chosen(
    request: Request, visitor: Visitor, sent: FormData, before: Sequence[Attachment]
) -> tuple[list[Attachment], list[str]]:
    """The attachments of a new version: those of ``attachments`` that stay, and those of ``files`` that come.

    ``before``: those of the newest version. What is named and is in neither it nor the member's own files is not there.
    """
    hashes = list(dict.fromkeys(str(one) for one in sent.getlist("attachments")))[:100]
    known = {one.sha256: one for one in before}
    own = await current_site(request).attachments.put_in(visitor.post.member, hashes)
    stay = {one: known.get(one) or own[one] for one in hashes if one in known or one in own}
    new, faults = await taken_in(request, visitor, sent, stay.values())
    return list({**stay, **{one.sha256: one for one in new}}.values()), faults
