"""A proposed policy is told to whom it concerns, through the ledger and the real delivery."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.letters import ANSWERED
from models.notices import POLICY_PROPOSED, POLICY_SETTLED
from models.policy import Policy, policy_with
from models.posts import Post
from ops.catcher import Catcher, CaughtMail
from records import policies
from records.directory_changes import Editor
from records.mail_pauses import pause_mail, resume_mail
from tests.activities.post_office import PostOffice, post_office
from tests.web.place import address_of

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
AU, ID, RSO = "AU/co-chair", "ID/co-chair", "RSO/secretariat"


@pytest_asyncio.fixture
async def office(engine: AsyncEngine, catcher: Catcher) -> AsyncIterator[PostOffice]:
    async with post_office(engine, catcher, MONDAY) as made:
        yield made


def editor(office: PostOffice, post: str, form: str = "1") -> Editor:
    address = address_of(post)
    return Editor(post=Post(post), email=address, name="Desk", at=office.now, form=form, seen="")


async def propose(office: PostOffice, by: str, gate: str = "3wd", form: str = "1") -> policies.Proposal:
    policy = policy_with({"gate": gate})
    return await policies.propose_policy(
        office.engine, editor(office, by, form), policy, Policy.default().version, "June was slow."
    )


def asked(office: PostOffice, post: str, kind: str = POLICY_PROPOSED) -> list[CaughtMail]:
    return [mail for mail in office.mails(post) if mail.message["X-Ahg-Kind"] == kind]


@pytest.mark.parametrize(("by", "told"), [(RSO, {AU, ID}), (AU, {ID}), (ID, {AU})])
async def test_who_is_to_answer_is_asked_once(office: PostOffice, by: str, told: set[str]) -> None:
    for _ in range(2):  # the same form sent twice is one proposal
        await propose(office, by)
        await office.deliver()
    assert {post for post in (AU, ID, RSO) for _ in asked(office, post)} == told
    (mail,) = asked(office, min(told))
    text = mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "June was slow." in text
    assert "https://ahg.example.org/admin/policy#proposal" in text.split()


async def test_a_co_chair_is_asked_in_its_language_whatever_it_wants_of_other_mails(office: PostOffice) -> None:
    await office.changed("holders", ID, language="id")
    await propose(office, RSO)
    await office.deliver()
    (mail,) = asked(office, ID)
    assert mail.message["Subject"] == "[AHG] Sebuah kebijakan diusulkan: jawaban Anda diminta"


@pytest.mark.parametrize("settled", ["answered", "refused by the other", "withdrawn", "another proposed since"])
async def test_what_is_settled_meanwhile_is_asked_of_nobody(office: PostOffice, settled: str) -> None:
    await pause_mail(office.engine, by="operator", why="maintenance", at=office.now)
    first = await propose(office, RSO)
    match settled:
        case "answered":
            await policies.answer_proposal(office.engine, editor(office, AU), first.id, "agree", "")
        case "refused by the other":
            await policies.answer_proposal(office.engine, editor(office, ID), first.id, "refuse", "No.")
        case _:
            await policies.withdraw_proposal(office.engine, editor(office, RSO), first.id)
    if settled == "another proposed since":
        await propose(office, RSO, "4wd", "2")
    await resume_mail(office.engine, by="operator", at=office.now)
    await office.deliver()
    rows = [row for row in await office.ledger(POLICY_PROPOSED, AU) if row.stored_facts["proposal"] == first.id]
    assert [(row.state, row.reason) for row in rows] == [("superseded", ANSWERED)]
    assert len(asked(office, AU)) == (settled == "another proposed since")


async def test_the_alternate_is_asked_for_whoever_cannot_be_reached(office: PostOffice) -> None:
    await office.changed("holders", AU, email="")
    await propose(office, RSO)
    await office.deliver()
    rows = await office.ledger(POLICY_PROPOSED, AU)
    assert [(row.capacity, row.state) for row in rows] == [("holder", "undeliverable"), ("alternate", "sent")]
    (mail,) = asked(office, rows[1].address)
    text = mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "as the alternate for this post: the Co-Chair (Australia)" in " ".join(text.split())


@pytest.mark.parametrize(
    ("by", "acts", "outcome", "told"),
    [
        (RSO, [(AU, "agree"), (ID, "agree")], "in_force", {AU, RSO}),
        (AU, [(ID, "agree")], "in_force", {AU, RSO}),
        (RSO, [(AU, "agree"), (ID, "refuse")], "refused", {AU, RSO}),
        (ID, [(AU, "refuse")], "refused", {ID, RSO}),
        (ID, [(RSO, "withdraw")], "withdrawn", {AU, ID}),
        (AU, [(AU, "withdraw")], "withdrawn", {ID, RSO}),
        (RSO, [(AU, "agree")], "", set()),
    ],
)
async def test_whom_it_concerns_is_told_once_what_has_become_of_it(
    office: PostOffice, by: str, acts: list[tuple[str, str]], outcome: str, told: set[str]
) -> None:
    proposal = await propose(office, by)
    for post, word in acts:
        for _ in range(2):  # the same button pressed twice
            if word == "withdraw":
                await policies.withdraw_proposal(office.engine, editor(office, post), proposal.id)
            else:
                await policies.answer_proposal(office.engine, editor(office, post), proposal.id, word, "As agreed.")
        await office.deliver()
    rows = [row for post in (AU, ID, RSO) for row in await office.ledger(POLICY_SETTLED, post)]
    assert {(row.post, row.state, row.stored_facts["outcome"]) for row in rows} == {
        (post, "sent", outcome) for post in told
    }
    assert {post: len(asked(office, post, POLICY_SETTLED)) for post in (AU, ID, RSO)} == {
        post: int(post in told) for post in (AU, ID, RSO)
    }
