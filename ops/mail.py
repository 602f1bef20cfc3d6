"""Mail for operators: reports read from files, and lines of text about stuck notices, notified posts and sample mails."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.notices import summary_of
from models.notices.state import NoticeState
from models.posts import Capacity, Post
from models.returns import Fate
from models.tables.mail import MailReturnRow
from notifications.incoming import mails_in
from notifications.preview import MailShown, mail_shown, sample_mail
from notifications.returns import read_return
from notifications.sample_facts import SAMPLE_CASE
from notifications.sample_readers import sample_reader
from notifications.texts import line
from records.directory import names_of
from records.mail_board import StuckNotice
from records.mail_pauses import Pause
from records.notices import LedgerNotice
from records.proof import ToldNotice
from records.returns import Noted, note
from settings import Settings


async def note_files(engine: AsyncEngine, path: Path, at: datetime) -> Counter[Noted]:
    """Read the mails in a file or folder and note what they say of notices; returns how many said what.

    Raises:
        OSError: the file or folder cannot be read.
    """
    counts: Counter[Noted] = Counter()
    mails = mails_in(path)
    while (mail := await asyncio.to_thread(next, mails, None)) is not None:
        counts[await note(engine, read_return(mail), at)] += 1
    return counts


def board_lines(stuck: Sequence[StuckNotice], pause: Pause | None, queued: int) -> Iterator[str]:
    """The board (``mail_board.stuck_notices``) as lines of text: by post, each notice with why and what was tried.

    ``queued``: how many notices wait to be sent.
    """
    if pause is not None:
        yield f"All mail is paused since {_at(pause.paused_at)} by {pause.paused_by}: {pause.why}"
    if queued:
        yield f"{queued} notices wait to be sent"
    for post, notices in groupby(stuck, lambda one: one.notice.post):
        yield ""
        yield post
        for one in notices:
            yield from _notice_lines(one, held=pause is not None)


def _notice_lines(stuck: StuckNotice, *, held: bool) -> Iterator[str]:
    notice = stuck.notice
    yield f"  {notice.key}"
    yield f"    {summary_of(notice.kind)}"
    yield f"    {_stands(notice, held=held, alternate_state=stuck.alternate_state)}"
    if said := notice.reason or notice.reply:
        yield f"    said: {line(said)}"
    for back in stuck.returns:
        yield _returned_line(back)
    for decision in stuck.decisions:
        what = decision.what.replace("_", " ")
        yield f"    {what} {_at(decision.decided_at)} by {line(decision.by)}: {line(decision.why)}".rstrip(": ")


def _returned_line(back: MailReturnRow) -> str:
    if back.fate == Fate.UNCONFIRMED:
        said = f"may have come back {_at(back.noted_at)}: a report names {back.address}"
    else:
        said = f"came back {_at(back.noted_at)}: {back.fate.replace('_', ' ')}"
    return f"    {said} {back.text}".rstrip()


def _stands(
    notice: LedgerNotice,
    *,
    held: bool,
    digest_state: NoticeState | None = None,
    alternate_state: NoticeState | None = None,
) -> str:
    """A notice's state, address, attempts, and what happens to it next, in one line."""
    states = dict.fromkeys((notice.state, digest_state or notice.state))
    words = [
        ": ".join(state.replace("_", " ") for state in states),
        *([f"to {notice.address}"] if notice.address else []),
    ]
    words.append(f"{notice.attempts} attempts")
    if notice.state == NoticeState.QUEUED:
        again = notice.next_attempt_at
        words.append("held by the pause" if held else f"tried again {_at(again)}" if again else "tried again at once")
    elif notice.settled_at:
        words.append(f"since {_at(notice.settled_at)}")
    if alternate_state:
        words.append(f"to the alternate instead: {alternate_state.replace('_', ' ')}")
    return ", ".join(words)


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def told_lines(notices: Iterable[ToldNotice]) -> Iterator[str]:
    """Lines of text for notices of a case (``ledger_of_case``): when, kind, post, and what became of the mail."""
    for told in notices:
        notice = told.notice
        alternate = f" ({notice.capacity})" if notice.capacity is not Capacity.HOLDER else ""
        yield f"{_at(notice.queued_at)}  {notice.kind}  {notice.post}{alternate}"
        stands = _stands(notice, held=False, digest_state=told.digest_state)
        said = notice.reason or notice.reply
        yield f"    {stands}{f': {line(said)}' if said else ''}"
        if notice.acknowledged_at:
            yield f"    confirmed by its reader {_at(notice.acknowledged_at)}"


async def preview_lines(
    connection: AsyncConnection, settings: Settings, kind: str, post: Post | None, language: str, now: datetime
) -> MailShown:
    """A kind of notice as a post would get it, with made-up facts (``notifications.preview``). Nothing is sent."""
    reader = await sample_reader(connection, kind, post=post, language=language, now=now)
    about = SAMPLE_CASE.model_copy(update={"names": await names_of(connection)})
    own = {"mail_from": settings.mail_from, "reply_to": settings.mail_from, "public_url": settings.public_url}
    return mail_shown(sample_mail(kind, reader=reader, about=about, **own))
