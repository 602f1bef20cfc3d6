"""The deployment's policies: versions in force, and proposals that wait for both Co-Chairs (decision 25)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import lock_table, write_transaction
from models.base import Value
from models.notices import POLICY_PROPOSED, POLICY_SETTLED
from models.policy import Policy
from models.policy_meaning import policy_differences
from models.posts import SECRETARIAT, Post, Role
from models.refusal import RefusalKind, Refused
from models.tables import TABLES
from models.tables.administration import PolicyProposalRow
from records.directory_changes import Editor, directory_fingerprint
from records.notices import NewNotice, queue_notices
from records.rows import columns_of, fetch_row, fetch_rows

_POLICIES, _PROPOSALS = TABLES.tables["policies"], TABLES.tables["policy_proposals"]
_MEMBERS = TABLES.tables["members"]


class Proposal(Value):
    """A policy that was proposed. ``answers``: by post, what was said (``agree``, ``refuse``), when, by whom, and why."""

    id: str
    state: str
    policy: Policy
    based_on: str
    version: str = ""
    why: str = ""
    at: datetime
    by: str
    email: str = ""
    name: str = ""
    answers: Mapping[str, Mapping[str, str]] = {}
    settled_at: datetime | None = None


def _proposal(row: PolicyProposalRow) -> Proposal:
    fields = columns_of(row)
    return Proposal(policy=Policy.model_validate(fields.pop("body")), **fields)


async def policy_versions(connection: AsyncConnection) -> list[Policy]:
    """Every version that has been in force, the newest first."""
    query = select(_POLICIES.c.body).order_by(_POLICIES.c.id.desc())
    return [Policy.model_validate(body) for (body,) in await connection.execute(query)]


async def policy_in_force(connection: AsyncConnection) -> Policy:
    """The newest version: what a case that is submitted now copies."""
    query = select(_POLICIES.c.body).order_by(_POLICIES.c.id.desc()).limit(1)
    body = (await connection.execute(query)).scalar()
    return Policy.model_validate(body) if body else Policy.default()


async def policy_co_chairs(connection: AsyncConnection) -> tuple[Post, ...]:
    """The Co-Chairs as the directory has them now: whose agreement a policy needs."""
    query = select(_MEMBERS.c.code).where(_MEMBERS.c.co_chair).order_by(_MEMBERS.c.position)
    return tuple(Post.of(code, Role.CO_CHAIR) for (code,) in await connection.execute(query))


async def proposals(connection: AsyncConnection, limit: int = 100) -> list[Proposal]:
    """What was proposed, the newest first."""
    query = select(PolicyProposalRow).order_by(_PROPOSALS.c.at.desc(), _PROPOSALS.c.id).limit(limit)
    return [_proposal(row) for row in await fetch_rows(connection, query)]


async def open_proposal(connection: AsyncConnection) -> Proposal | None:
    """The proposal that waits for answers; None when there is none. There is one at a time."""
    row = await fetch_row(connection, select(PolicyProposalRow).where(_PROPOSALS.c.state == "open"))
    return _proposal(row) if row else None


async def awaiting(connection: AsyncConnection, post: Post) -> Proposal | None:
    """The open proposal that this Co-Chair has not answered; None when there is none, and for any other post."""
    proposal = await open_proposal(connection)
    return proposal if proposal and post in await awaited(connection, proposal) else None


async def awaited(connection: AsyncConnection, proposal: Proposal) -> list[Post]:
    """The Co-Chairs of now that have not answered a proposal."""
    return [post for post in await policy_co_chairs(connection) if str(post) not in proposal.answers]


async def _read(connection: AsyncConnection, number: str) -> Proposal | None:
    row = await fetch_row(connection, select(PolicyProposalRow).where(_PROPOSALS.c.id == number))
    return _proposal(row) if row else None


async def _known(connection: AsyncConnection, number: str) -> Proposal:
    """A proposal by its id, which no other transaction changes before this one ends."""
    await lock_table(connection, "policy_proposals")
    found = await _read(connection, number)
    if found is None:
        raise Refused(RefusalKind.NOT_FOUND, "There is no such proposal.")
    return found


def _refuse_settled(found: Proposal) -> None:
    if found.state != "open":
        raise Refused(RefusalKind.CONFLICT, f"The proposal is settled already: {found.state.replace('_', ' ')}.")


async def propose_policy(engine: AsyncEngine, editor: Editor, policy: Policy, based_on: str, why: str) -> Proposal:
    """Propose a policy. A Co-Chair that proposes agrees by it. The same form sent twice is one proposal.

    Each Co-Chair that is to answer is told: whoever proposes nudges the delivery afterwards.

    Raises:
        Refused: another proposal is open, a newer version is in force than it is based on, or nothing differs.
    """
    number = directory_fingerprint([editor.email, editor.post, "policy", editor.form])
    async with write_transaction(engine) as connection:
        await lock_table(connection, "policy_proposals")
        known = await _read(connection, number)
        if known is not None:
            return known
        newest = await policy_in_force(connection)
        waiting = await open_proposal(connection)
        if waiting is not None:
            said = f"A proposal of {waiting.by} waits for answers; it is decided or withdrawn before the next."
            raise Refused(RefusalKind.CONFLICT, said)
        if newest.version != based_on:
            said = f"Version {newest.version} is in force meanwhile; look at it before you go on."
            raise Refused(RefusalKind.CONFLICT, said)
        if policy.model_dump(exclude={"version"}) == newest.model_dump(exclude={"version"}):
            raise Refused(RefusalKind.INVALID, "Nothing is different from the policy in force; nothing was recorded.")
        deciding = await policy_co_chairs(connection)
        if editor.post.role is Role.CO_CHAIR and editor.post not in deciding:
            raise Refused(RefusalKind.FORBIDDEN, "Only the Co-Chairs of now and the secretariat propose a policy.")
        answers = {str(editor.post): _said("agree", editor, "")} if editor.post in deciding else {}
        who = editor.model_dump(include={"at", "email", "name"})
        asked = {**who, "by": str(editor.post), "why": why, "answers": answers}
        body = policy.model_dump(mode="json")
        row = PolicyProposalRow(id=number, state="open", body=body, based_on=based_on, **asked)
        await connection.execute(_PROPOSALS.insert(), columns_of(row))
        made = _proposal(row)
        changes = str(len(policy_differences(newest, policy)))
        facts = {"proposal": number, "by": made.by, "why": why, "version": newest.version, "changes": changes}
        await _tell(connection, POLICY_PROPOSED, await awaited(connection, made), editor.at, facts)
    return made


async def _tell(
    connection: AsyncConnection, kind: str, posts: Iterable[Post], at: datetime, facts: Mapping[str, str]
) -> None:
    new = [NewNotice(f"{kind}:{post}:{facts['proposal']}", kind, post, at, facts=facts) for post in posts]
    await connection.run_sync(queue_notices, new)


async def _settle(
    connection: AsyncConnection, found: Proposal, editor: Editor, outcome: str, why: str = "", **changes: Any
) -> Proposal:
    """Settle a proposal and tell the Co-Chairs, its maker and the secretariat, except the post that acts."""
    version = changes.get("version") or (await policy_in_force(connection)).version
    changes |= {"state": outcome, "settled_at": editor.at}
    await connection.execute(_PROPOSALS.update().where(_PROPOSALS.c.id == found.id).values(**changes))
    facts = {"proposal": found.id, "by": found.by, "why": why, "version": version}
    facts |= {"who": str(editor.post), "outcome": outcome}
    concerned = dict.fromkeys((*await policy_co_chairs(connection), Post(found.by), SECRETARIAT))
    told = [post for post in concerned if post != editor.post]
    await _tell(connection, POLICY_SETTLED, told, editor.at, facts)
    return found.model_copy(update=changes)


def _said(word: str, editor: Editor, why: str) -> dict[str, str]:
    return {"answer": word, "at": editor.at.isoformat(), "email": editor.email, "name": editor.name, "why": why}


async def answer_proposal(engine: AsyncEngine, editor: Editor, number: str, word: str, why: str) -> Proposal:
    """Record that a Co-Chair agrees to a proposal or refuses it. With both agreed it is in force; one refusal ends it.

    The same answer given again changes nothing. Once the proposal is settled, the posts that it concerns are told:
    whoever answers nudges the delivery afterwards.

    Raises:
        Refused: there is none such, it is settled, or the post does not co-chair now.
    """
    if word not in ("agree", "refuse"):
        raise Refused(RefusalKind.INVALID, "Say whether you agree or refuse.")
    async with write_transaction(engine) as connection:
        found = await _known(connection, number)
        said = found.answers.get(str(editor.post), {}).get("answer")
        if said == word:
            return found
        _refuse_settled(found)
        deciding = await policy_co_chairs(connection)
        if editor.post not in deciding:
            raise Refused(RefusalKind.FORBIDDEN, "Only the two Co-Chairs answer a proposed policy.")
        answers = {**found.answers, str(editor.post): _said(word, editor, why)}
        if word == "refuse":
            return await _settle(connection, found, editor, "refused", why, answers=answers)
        if all(answers.get(str(post), {}).get("answer") == "agree" for post in deciding):
            version = await _put_in_force(connection, found.policy)
            return await _settle(connection, found, editor, "in_force", why, answers=answers, version=version)
        await connection.execute(_PROPOSALS.update().where(_PROPOSALS.c.id == number).values(answers=answers))
        return found.model_copy(update={"answers": answers})


async def withdraw_proposal(engine: AsyncEngine, editor: Editor, number: str) -> Proposal:
    """Take a proposal back, which the post that made it and the secretariat may do. The posts that it concerns are told.

    Raises:
        Refused: there is none such, it is settled, or it is somebody else's.
    """
    async with write_transaction(engine) as connection:
        found = await _known(connection, number)
        if found.state == "withdrawn":
            return found
        _refuse_settled(found)
        if editor.post.role is not Role.SECRETARIAT and editor.post != found.by:
            said = f"Only {found.by} or the secretariat may take back what {found.by} proposed."
            raise Refused(RefusalKind.FORBIDDEN, said)
        return await _settle(connection, found, editor, "withdrawn")


async def _put_in_force(connection: AsyncConnection, policy: Policy) -> str:
    known = [one.version for one in await policy_versions(connection)]
    number = max((int(one) for one in known if one.isascii() and one.isdigit()), default=len(known)) + 1
    named = policy.model_copy(update={"version": str(number)})
    body = named.model_dump(mode="json")
    await connection.execute(_POLICIES.insert(), {"version": named.version, "body": body})
    return named.version
