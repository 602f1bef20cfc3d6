"""A command that a page or a program gives: it is done, it is refused, or the case does not answer."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import structlog
from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from casework import CommandResult
from models.authentication import Means, PasskeyTouch, Standing, needs_proof, standing_of, suffices
from models.case import Case
from models.policy import Policy
from models.posts import Capacity, Post
from models.refusal import RefusalKind, Refused
from tracing import span
from web.kit.render import render
from web.kit.site import Site
from web.kit.visitor import ProveFirst, Visitor
from workflows.client import NotAnswered, NotRecorded

_LOG = structlog.get_logger(__name__)


class CaseAway(Exception):
    """The command may or may not have been taken; to give it again under the same id is safe.

    ``unrecorded``: the case could not record the step, and an operator must look. Otherwise nothing has answered in time.
    """

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.unrecorded = isinstance(reason, NotRecorded)


async def give_command(
    site: Site,
    do: str,
    fields: Mapping[str, Any],
    *,
    by: Post,
    command_id: str,
    means: Means,
    capacity: Capacity | None = None,
    touch: PasskeyTouch | None = None,
    heard: bool = False,
    standing: Standing | None = None,
    reference: str | None = None,
    seen: int | None = None,
) -> CommandResult:
    """Give a command to a case; the arguments are those of ``casework.Casework.act``.

    ``means``: by what the person is known who gives it, as ``capacity`` of the post; None where that is not known.
    ``heard``: the directory has it already, and the case only hears of it. ``standing``: as whom, where neither says it.

    Raises:
        Refused: the rules do not allow it, or not by these means.
        CaseAway: the case, Temporal or the records do not answer.
    """
    why = suffices(do, by, means)
    if why:
        raise Refused(RefusalKind.FORBIDDEN, why)
    try:
        casework = await site.casework()
        with span("command", {"ahg.do": do, "ahg.command": command_id, "ahg.case": reference or ""}):
            done = await casework.act(
                do,
                fields,
                by=by,
                means=means,
                touch=touch,
                standing=standing or standing_of(capacity, heard=heard),
                command_id=command_id,
                reference=reference,
                seen=seen,
            )
    except (NotAnswered, NotRecorded) as reason:
        _LOG.warning("a command was not answered", do=do, case=reference, command=command_id)
        raise CaseAway(reason) from reason
    except Refused:
        _LOG.info("a command was refused", do=do, case=reference, command=command_id)
        raise
    _LOG.info("a command was taken", do=do, case=done.reference, command=command_id, entry=done.seq)
    return done


async def done_before(site: Site, reference: str, command_id: str) -> CommandResult | None:
    """What came of a command that a case has taken already; None where it has not. Raises CaseAway."""
    try:
        return await (await site.casework()).recorded(reference, command_id)
    except (NotAnswered, NotRecorded) as reason:
        raise CaseAway(reason) from reason


def must_prove(request: Request, visitor: Visitor, do: str, sent: FormData, policy: Policy | None = None) -> None:
    """Have the visitor show the second factor, where the command that a form gives needs it at that moment.

    ``policy``: of the case that it is for.

    Raises:
        ProveFirst: it was not shown a moment ago; what was written is kept, and sent again with it.
    """
    if needs_proof(do, policy) and suffices(do, visitor.post, visitor.means, policy):
        raise ProveFirst(request.url.path, [(name, str(value)) for name, value in sent.multi_items()])


def must_prove_anew(request: Request, visitor: Visitor, sent: FormData) -> None:
    """Have the visitor show the second factor, where it was not shown a moment ago.

    Raises:
        ProveFirst: as ``must_prove``.
    """
    if visitor.means is not Means.SECOND_FACTOR:
        raise ProveFirst(request.url.path, [(name, str(value)) for name, value in sent.multi_items()])


async def page_of_command(
    request: Request,
    given: Awaitable[CommandResult],
    *,
    sent: Iterable[tuple[str, object]],
    refused: Callable[[Refused], Awaitable[Response]],
    case: Case | None,
    headers: Mapping[str, str] | None = None,
    done: Callable[[CommandResult], Response] | None = None,
) -> Response:
    """The answer to a form that gives a command.

    303 to the case with the new entry, or what ``done`` makes; when the command is refused, the page that ``refused``
    makes, with what was written in it; 503 when the case does not answer, with a button that sends the same form again.

    ``sent``: the fields of the form, by name. ``case`` and ``headers``: for the page of the 503.
    """
    try:
        result = await given
    except Refused as refusal:
        return await refused(refusal)
    except CaseAway:
        return render(
            request,
            "kit/not_answered.html",
            503,
            headers={**(headers or {}), "Retry-After": "10"},
            case=case,
            again=request.url.path,
            sent=[(name, str(value)) for name, value in sent],
        )
    return done(result) if done else RedirectResponse(f"/cases/{result.reference}?entry={result.seq}", 303)
