"""The one way in for commands of pages, the API, the command line and scenarios.

It gives references, keeps drafts, and brings each command to the workflow that it is for. It decides nothing.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from models.authentication import Means, PasskeyTouch, Standing
from models.base import Value
from models.case import Case
from models.commands import ActFor, Adopt, Command, Contest, Draft, Resubmit, Submit, parse, unreadable
from models.faults import faults
from models.policy import Policy
from models.posts import Post, Role
from models.recommendation import catch_up_follow_up, follow_up_of, follow_up_stream
from models.refusal import RefusalKind, Refused
from models.request import Attachment, Request
from models.rules import apply_command, case_of_log, must_be_brief
from models.tables.cases import CaseRow, FollowUpRow
from models.zones import day_in
from records import queries, references
from records.attachments import Attachments
from records.directory import opening, zone_of_member
from records.ledger import waiting_since
from records.log import entry_of_command, heads
from records.log_trust import LogTrust
from records.mail_pauses import current_pause
from records.tree import grown_since, newest_frontier
from workflows.activation import Receipt
from workflows.client import CaseClient, NotAnswered, Over
from workflows.lifesigns import Stranded
from workflows.upkeep import Flaw

DRAFT = "request"
"""The name of a member's draft; one at a time is enough until pages offer more."""


MAIL_MAY_WAIT = timedelta(minutes=1)
"""How long a mail that is due waits before it counts as held up."""


_LOOKED_BACK = 1000
"""Leaves at the end of the record that are looked at when a worker starts."""


_MOMENT = 0.1
_CATCHES_UP_IN = 30
"""Moments that a workflow gets to catch up with its log before its sender is told to come again."""


class CommandResult(Value):
    """The answer to a command that was taken: the case, its newest entry, its stage, and the posts that it waits for."""

    reference: str
    seq: int
    stage: str
    waiting_on: tuple[str, ...] = ()


class Casework:
    """Brings commands to cases.

    ``policy``: for new cases, instead of the deployment's newest (rehearsals). ``files``: where the files of requests
    are; without it nothing can be attached.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        desk: CaseClient,
        policy: Policy | None = None,
        files: Attachments | None = None,
        trust: LogTrust | None = None,
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._policy = policy
        self._files = files
        self._trust = trust

    async def act(
        self,
        do: str,
        fields: Mapping[str, Any],
        *,
        by: str,
        means: Means,
        command_id: str,
        reference: str | None = None,
        seen: int | None = None,
        at: datetime | None = None,
        touch: PasskeyTouch | None = None,
        standing: Standing = Standing.POST,
    ) -> CommandResult:
        """Do a command. ``means``: by what the person was known who gives it, ``standing``: as whom; both are signed.

        ``touch``: the holder's own signature, with ``Means.PASSKEY``.
        ``reference`` is left out for ``draft`` and ``submit``; ``at`` is case time (default: now).

        Raises:
            Refused: the command cannot be read, or the rules refuse; nothing has been written.
            NotAnswered: the case or the records did not answer in time; send the command again with the same id.
        """
        at = at or datetime.now(UTC) + self._desk.shift
        try:
            if do == "submit" and reference is None:
                return await self._submit(do, fields, by, means, command_id, at)
            command = parse(do, fields, by=by, command_id=command_id, seen=seen)
            if reference is None and isinstance(command.body, ActFor) and isinstance(command.body.command, Submit):
                return await self._submit(do, fields, by, means, command_id, at)  # the request came by letter
            if isinstance(command.body, Draft):
                return await keep_draft(self._engine, command.by, fields, at)
            if reference is None:
                raise Refused(RefusalKind.INVALID, f"Say which case the command {do!r} is for.")
            return await self._bring(reference, command, means, touch, standing)
        except DBAPIError as away:
            raise NotAnswered(f"The records do not answer; send the command again: {str(away.orig).strip()}") from away

    async def _bring(
        self, reference: str, command: Command, means: Means, touch: PasskeyTouch | None, standing: Standing
    ) -> CommandResult:
        """Bring a command to the workflow of its case, or of the recommendation that it is about."""
        number = await self._followed(reference, command) if is_of_recommendation(command) else None
        stream = reference if number is None else follow_up_stream(reference, number)
        before = await self._first_result(reference, stream, command.id)
        if before is not None:
            return before
        try:
            return await self._given(reference, stream, number, command, means, touch, standing)
        except Over:
            if stream in await self.open_logs():
                lost = f"{stream} has lost its workflow and begins again from its log"
                raise NotAnswered(f"{lost}; send the command again in a while.") from None
            if number is not None:
                raise
            return await self._told_after_the_end(reference, command, means, touch, standing)
        except Refused:
            if not await self._was_behind(stream):
                raise
        return await self._given(reference, stream, number, command, means, touch, standing)

    async def _told_after_the_end(
        self, reference: str, command: Command, means: Means, touch: PasskeyTouch | None, standing: Standing
    ) -> CommandResult:
        """Give a command to a case that has ended, if the rules take it still: it has the wider membership told.

        Raises:
            Refused: they do not, or the log of the case is not to be believed.
        """
        case, followed = await self._believed(reference)
        apply_command(case, command, datetime.now(UTC) + self._desk.shift)
        receipt = await self._desk.tell_after_the_end(case, followed, command, means, touch, standing)
        await self._must_be_recorded(reference, command.id, receipt.seq)
        return _taken(receipt)

    async def _believed(self, reference: str) -> tuple[Case, tuple[int, ...]]:
        """A case as its log gives it, and the recommendations that have their follow-ups.

        Raises:
            Refused: there is no such case, or its log is not to be believed.
        """
        async with self._engine.connect() as connection:
            fault = await self._trust.fault(connection, reference) if self._trust else None
            if fault:
                raise Refused(RefusalKind.CONFLICT, f"The log of {reference} is not to be believed: {fault}.")
            case = case_of_log(reference, await queries.entries(connection, reference))
            followed = [row.number for row in await queries.parts(connection, reference, FollowUpRow)]
        if not case.seq:
            raise Refused(RefusalKind.NOT_FOUND, f"There is no case {reference}.")
        return case, tuple(followed)

    async def _was_behind(self, stream: str) -> bool:
        """Whether the workflow knew less than its log when it judged; then it has caught up now.

        Raises:
            NotAnswered: it has been told to, and has not yet.
        """
        async with self._engine.connect() as connection:
            log = await heads(connection, [stream])
        if not await self._desk.behind(log):
            return False
        await self._desk.nudge(stream)
        for _ in range(_CATCHES_UP_IN):  # a query may be answered while the log is being read
            if not await self._desk.behind(log):
                return True
            await asyncio.sleep(_MOMENT)
        raise NotAnswered(f"{stream} did not know all of its log, and catches up; send the command again in a while.")

    async def catch_up(self, size: int | None = None) -> int:
        """Have those of the workflows catch up whose log has grown since the record had ``size`` leaves, and that do not
        know of it: a worker died between a commit and its answer, and nobody has sent the command again.

        Without ``size`` the look begins so far back that all is in it that was under way when the last worker ended.
        Returns the size of the record that was looked at.

        Raises:
            NotAnswered: Temporal does not answer.
        """
        async with self._engine.connect() as connection:
            whole = (await newest_frontier(connection)).size
            grown = await grown_since(connection, max(whole - _LOOKED_BACK, 0) if size is None else size)
            still = await queries.open_logs(connection) if grown else {}
        for stream in await self._desk.behind({name: seq for name, seq in grown.items() if name in still}):
            await self._desk.nudge(stream)
        return whole

    async def _given(
        self,
        reference: str,
        stream: str,
        number: int | None,
        command: Command,
        means: Means,
        touch: PasskeyTouch | None,
        standing: Standing,
    ) -> CommandResult:
        if number is not None:
            state = await self._desk.submit_resolution(reference, number, command, means, standing)
            await self._must_be_recorded(stream, command.id)
            row = await self._row(reference)
            return CommandResult(reference=reference, seq=row.seq, stage=state)
        await self._check_files(command, reference)
        receipt = await self._desk.submit_command(reference, command, means, touch, standing)
        await self._must_be_recorded(reference, command.id, receipt.seq)
        return _taken(receipt)

    async def _submit(
        self, do: str, fields: Mapping[str, Any], by: str, means: Means, command_id: str, at: datetime
    ) -> CommandResult:
        """Open a case; what ``submit`` leaves out is taken from the member's draft."""
        member = by.partition("/")[0]
        async with self._engine.connect() as connection:
            given = await references.given_for(connection, command_id)
            draft = await references.read_draft(connection, member, DRAFT) if do == "submit" else None
            year = day_in(await zone_of_member(connection, member), at).year
            found = await opening(connection, year, self._policy)
        gone = (
            draft is None and do == "submit" and "title" not in fields
        )  # the draft it was made from, when it was taken
        if given is not None:
            before = await (self.recorded(given, command_id) if gone else self._first_result(given, given, command_id))
            if before is not None:
                return before
        command = parse(do, {**(draft or {}), **fields}, by=by, command_id=command_id)
        await self._check_files(command)
        # The rules are asked before a number is given, so that a refused request does not use one up.
        must_be_brief(command)
        blank = Case(reference="AHG", directory=found.directory, calendars=found.calendars, policy=found.policy)
        apply_command(blank, command, at)
        reference = given or await references.reference_for(self._engine, command_id, year)
        copied = found.directory, found.calendars, found.policy
        receipt = await self._desk.submit_request(reference, command, *copied, at, means=means)
        await self._must_be_recorded(reference, command_id, receipt.seq)
        if draft is not None:
            await references.drop_draft(self._engine, member, DRAFT)
        return _taken(receipt)

    async def _check_files(self, command: Command, reference: str | None = None) -> None:
        """Check that the files of a command are here, and that its member put them in or the newest version has them.

        Rules know no files, so this is checked before them.

        Raises:
            Refused: a file is not here, or is another member's.
        """
        found = _attached(command)
        if found is None:
            return
        member, wanted = found
        carried: list[tuple[Attachment, ...]] = []
        if reference is not None:
            async with self._engine.connect() as connection:
                carried = await queries.files_of_versions(connection, reference)
        newest = carried[-1] if carried else ()
        if self._files is None and wanted:
            raise Refused(RefusalKind.INVALID, "No files are kept here, so none can be attached.")
        if self._files is not None:
            earlier = [one for files in carried for one in files]
            await self._files.check(member, wanted, {one.sha256: one for one in newest}, earlier)

    async def stranded(
        self, *, tasks: bool = True, state: bool = False, only: Collection[str] | None = None
    ) -> dict[str, Stranded]:
        """The open cases and follow-ups whose workflow does not go on, and what is the matter with each.

        ``tasks`` and ``state``: how closely it is looked (``workflows.lifesigns.stranded``); ``only``: at which of them.

        Raises:
            NotAnswered: Temporal does not answer.
        """
        logs = await self.open_logs()
        asked = {stream: seq for stream, seq in logs.items() if only is None or stream in only}
        found = await self._desk.stranded(asked, tasks=tasks, state=state)
        still = await self.open_logs() if found else {}  # a case may have ended meanwhile
        return {stream: matter for stream, matter in found.items() if stream in still}

    async def flaws(self, deliveries: str, *, mailbox: bool) -> list[Flaw]:
        """What must be there on Temporal beside the cases and is not. ``deliveries``: the queue of the deliveries;
        ``mailbox``: one is read.

        Raises:
            NotAnswered: Temporal does not answer.
        """
        async with self._engine.connect() as connection:
            paused = await current_pause(connection)
            late = await waiting_since(connection, datetime.now(UTC) - MAIL_MAY_WAIT)
        waits = late is not None and paused is None
        found = await self._desk.flaws(deliveries, mail_waits=waits, mailbox=mailbox)
        return [*found, *await self.strays()]

    async def strays(self) -> list[Flaw]:
        """Workflows under references and ids of follow-ups that have no open log and are not ours, as one flaw if any.

        Raises:
            NotAnswered: Temporal does not answer.
        """
        async with self._engine.connect() as connection:
            found = await self._desk.strays(await queries.open_logs(connection))
            late = [one.id for one in found if not one.foreign]
            logged = await heads(connection, late) if late else {}
        strange = [one for one in found if one.foreign or one.id not in logged]
        return [self._desk.flaw_of(strange)] if strange else []

    async def open_logs(self) -> dict[str, int]:
        """The logs that somebody or the clock may still add to, each with its newest entry."""
        async with self._engine.connect() as connection:
            return await queries.open_logs(connection)

    async def revive(self, stream: str, *, anew: bool = False) -> None:
        """Begin the workflow of a case or a follow-up again, with the state that its log gives; one that runs goes on.

        ``anew``: one that runs is ended first, because it cannot go on.

        Raises:
            Refused: there is no such log, or it is over and nothing is awaited.
            NotAnswered: Temporal does not take it.
        """
        reference, _, number = stream.partition("/R")
        async with self._engine.connect() as connection:
            for log in dict.fromkeys((reference, stream)):
                fault = await self._trust.fault(connection, log) if self._trust else None
                if fault:
                    raise Refused(RefusalKind.CONFLICT, f"The log of {log} is not to be believed: {fault}.")
            case = case_of_log(reference, await queries.entries(connection, reference))
            if not case.seq:
                raise Refused(RefusalKind.NOT_FOUND, f"There is no case {reference}.")
            if stream not in await queries.open_logs(connection):
                raise Refused(RefusalKind.CONFLICT, f"Nothing is awaited in {stream}; it needs no workflow.")
            if number:
                begun = follow_up_of(case, int(number))
                after = catch_up_follow_up(begun, await queries.entries(connection, stream))
                return await self._desk.begin_again(after, anew=anew)
            followed = [row.number for row in await queries.parts(connection, reference, FollowUpRow)]
        return await self._desk.begin_again(case, tuple(followed), anew=anew)

    async def _must_be_recorded(self, stream: str, command_id: str, seq: int | None = None) -> None:
        """Believe an answer that came through Temporal when the log holds the command, as entry ``seq``.

        Raises:
            NotAnswered: the log does not; whoever answered was not the case.
        """
        async with self._engine.connect() as connection:
            found = await entry_of_command(connection, stream, command_id)
        if found is None or (seq is not None and found != seq):
            raise NotAnswered(f"The answer for {stream} does not fit its log; send the command again.")

    async def _first_result(self, reference: str, stream: str, command_id: str) -> CommandResult | None:
        """The first result of a command that came before, whatever has happened to the case since."""
        async with self._engine.connect() as connection:
            seq = await queries.settled_duplicate(connection, stream, command_id)
            row = await queries.case_row(connection, reference)
        if seq is None or row is None:
            return None
        return CommandResult(reference=reference, seq=seq, stage=row.stage, waiting_on=tuple(row.waiting_on))

    async def recorded(self, reference: str, command_id: str) -> CommandResult | None:
        """What came of a command that the log of a case holds, by the case as it is now; None where it does not."""
        async with self._engine.connect() as connection:
            seq = await entry_of_command(connection, reference, command_id)
            row = await queries.case_row(connection, reference)
        if seq is None or row is None:
            return None
        return CommandResult(reference=reference, seq=seq, stage=row.stage, waiting_on=tuple(row.waiting_on))

    async def _followed(self, reference: str, command: Command) -> int | None:
        """The number of the recommendation that is meant, if it is followed."""
        async with self._engine.connect() as connection:
            followed = await queries.followed_recommendations(connection, reference)
        return recommendation_meant(command, followed)

    async def _row(self, reference: str) -> CaseRow:
        async with self._engine.connect() as connection:
            row = await queries.case_row(connection, reference)
        if row is None:
            raise Refused(RefusalKind.NOT_FOUND, f"There is no case {reference}.")
        return row


def _said_in(command: Command) -> Value:
    """The body of a command; of what is recorded for another post, that of the command inside."""
    return command.body.command if isinstance(command.body, ActFor) else command.body


def is_of_recommendation(command: Command) -> bool:
    """Whether a command answers a recommendation, or contests such an answer."""
    said = _said_in(command)
    return isinstance(said, Adopt) or (isinstance(said, Contest) and bool(said.recommendation))


def recommendation_meant(command: Command, followed: Mapping[int, str]) -> int | None:
    """The number of the recommendation that a command means: by its text, or the only one that is followed."""
    text = str(getattr(_said_in(command), "recommendation", ""))
    if not text and len(followed) == 1:
        return next(iter(followed))
    return next((number for number, known in followed.items() if known == text), None)


def _taken(receipt: Receipt) -> CommandResult:
    waiting_on = tuple(receipt.waiting_on)
    return CommandResult(reference=receipt.reference, seq=receipt.seq, stage=receipt.stage.value, waiting_on=waiting_on)


def _attached(command: Command) -> tuple[str, tuple[Attachment, ...]] | None:
    """The member that attaches, and the files; None when the command says nothing of files."""
    given = command.body
    meant = (given.command, given.post) if isinstance(given, ActFor) else (given, command.by)
    body, member = meant[0], meant[1].member
    if isinstance(body, Submit):
        return member, body.attachments
    if not isinstance(body, Resubmit) or "attachments" not in body.changes:
        return None
    try:
        return member, Request.model_validate({"attachments": body.changes["attachments"]}).attachments
    except ValidationError as error:
        raise Refused(RefusalKind.INVALID, unreadable("resubmit", faults(error, Request))) from None


async def keep_draft(engine: AsyncEngine, post: Post, fields: Mapping[str, Any], at: datetime) -> CommandResult:
    """Keep a member's request that is not submitted yet, over what was kept before. It needs no Temporal.

    Raises:
        Refused: the post is no focal point, or a field cannot be read.
    """
    content = _drafted(post, fields)
    await references.store_draft(engine, post.member, DRAFT, content, at)
    return CommandResult(reference="", seq=0, stage="draft")


async def amend_draft(
    engine: AsyncEngine, post: Post, change: Callable[[dict[str, Any]], dict[str, Any]], at: datetime
) -> None:
    """Keep what ``change`` makes of the draft of the post's member. Two changes at once are made one after the other.

    Raises:
        Refused: as ``keep_draft``, and what ``change`` raises.
    """
    await references.change_draft(engine, post.member, DRAFT, lambda before: _drafted(post, change(before)), at)


def _drafted(post: Post, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's fields, once they can be read and the post may draft."""
    parse("draft", fields, by=post, command_id="draft")
    must_be_allowed_to_draft(post)
    return {name: value for name, value in fields.items() if name != "do"}


def must_be_allowed_to_draft(post: Post) -> None:
    """Refuse a draft of a post that is no member's focal point. Raises Refused."""
    if post.role is not Role.FOCAL_POINT:
        raise Refused(RefusalKind.FORBIDDEN, f"Only a member's focal point may draft a request; {post} may not.")
