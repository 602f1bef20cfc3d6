"""A reminder of a recommendation that waits goes out to who has not answered by then."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db import write_transaction
from models.commands import parse
from models.policy import Policy
from models.projection import Step
from models.recommendation import apply_clock_to_follow_up, follow_up_of, open_follow_up, resolve_follow_up
from ops.catcher import Catcher
from records.log import append
from records.mail_pauses import pause_mail, resume_mail
from tests.activities.post_office import PostOffice, post_office
from tests.models.helpers import DAY, MONDAY, MY, RSO, TH, approve
from tests.tabletop import REQUEST
from tests.web.programs import Recorded

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ASKED = {"recommendation": "Share routes"}


def _reported() -> Recorded:
    table = Recorded(policy=Policy.default(), now=MONDAY)
    table.do("LK/focal-point", "submit", REQUEST)
    table.do(RSO, "accept")
    approve(table, "activation")
    approve(table, "participants")
    for member in ("MY", "TH", "IOM", "UNHCR"):
        table.do(f"{member}/focal-point", "respond", {"answer": "accept"})
    table.do(RSO, "open_report")
    due = (MONDAY + 60 * DAY).date().isoformat()
    table.do(RSO, "recommend", {"text": "Share routes", "to": ["MY", "TH"], "due": due})
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    approve(table, "report")
    return table


async def _recorded(made: PostOffice, step: Step) -> None:
    async with write_transaction(made.engine) as connection:
        await connection.run_sync(append, [step])
    await made.deliver()


@pytest.mark.parametrize("contested", [False, True], ids=["recorded for it", "and contested"])
async def test_an_answer_that_was_contested_settles_no_reminder(
    engine: AsyncEngine, catcher: Catcher, contested: bool
) -> None:
    async with post_office(engine, catcher, MONDAY) as made:
        table = _reported()
        await made.tell(table)
        one, step = open_follow_up(follow_up_of(table.case, 1), table.now)
        await _recorded(made, step)
        await pause_mail(engine, RSO, "the mail server moves", made.now)
        assert one.ladder is not None
        assert one.ladder.next is not None
        made.now = one.ladder.next.at
        struck = apply_clock_to_follow_up(one, made.now)
        assert struck is not None
        one, step = struck
        await _recorded(made, step)

        inner = {"do": "adopt", **ASKED, "state": "declined"}
        fields = {"post": MY, "how": "telephone", "text": "The line was down.", "command": inner}
        one, step = resolve_follow_up(one, parse("act_for", fields, by=RSO, command_id="a"), made.now)
        await _recorded(made, step)
        if contested:
            said = parse("contest", {**ASKED, "text": "We never said so."}, by=MY, command_id="b")
            one, step = resolve_follow_up(one, said, made.now)
            await _recorded(made, step)
        await resume_mail(engine, RSO, made.now)
        await made.until(made.now + 5 * DAY)  # they go into the next digest

        states = {post: [row.state for row in await made.ledger("recommendation_due", post)] for post in (MY, TH, RSO)}
        assert states == {MY: ["gathered" if contested else "superseded"], TH: ["gathered"], RSO: ["gathered"]}
