"""Every kind of notice leads to a page that there is and that the post it goes to may open, at the moment it is told."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from db import write_transaction
from models.agenda import next_act
from models.asks import asked_of
from models.notices import NOTICE_KINDS, facts_of_row
from models.posts import Capacity, Post, Role, needs_second_factor
from models.tables import TABLES
from notifications.compose import compose
from notifications.correspondents import MailReader, Sender
from notifications.preview import SAMPLE_IDS, reader_of
from notifications.sample_facts import SAMPLE_FACTS
from notifications.wording import About
from ops.scenarios.reading import read_scenario
from records.offices import addressee_of
from records.sessions import begin_session, cookie_name
from tests.notifications.samples import parts
from tests.rig import TO_WORK
from tests.web.place import Place
from tests.web.programs import Recorded

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
_NOTICES = TABLES.tables["notices"]


class Walk:
    """Follows the links of notices as they are queued; each kind, post's role and command once."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.seen: set[tuple[str, str, str]] = set()
        self.after = 0

    @property
    def kinds(self) -> set[str]:
        """The kinds whose links were followed."""
        return {kind for kind, _, _ in self.seen}

    async def follow(self, table: Recorded) -> None:
        """Follow what has been queued since the last time."""
        self.place.now = table.now
        await table.record(self.place)
        async with self.place.engine.connect() as connection:
            of_a_case = _NOTICES.c.id > self.after, _NOTICES.c.reference != ""
            queued = select(_NOTICES).where(*of_a_case).order_by(_NOTICES.c.id)
            rows = [dict(row) for row in (await connection.execute(queued)).mappings()]
        for row in rows:
            self.after = row["id"]
            post = Post(row["post"])
            asked = asked_of(row["kind"], post, facts_of_row(row["facts"]))
            key = (row["kind"], post.role.value, asked.do if asked else "")
            if key not in self.seen:
                self.seen.add(key)
                await self.open(row, table)

    async def open(self, row: Mapping[str, Any], table: Recorded, *, may: bool = True) -> None:
        """Open every link of a notice's mail as the post it goes to; ``may``: it may also do there what it is asked."""
        post, capacity = Post(row["post"]), Capacity(row["capacity"])
        async with self.place.engine.connect() as connection:
            holder = await addressee_of(connection, post, capacity, self.place.now)
        assert holder is not None
        about = About(reference=row["reference"], answers_by_link=("respond", "consent", "acknowledge"))
        mail = compose(
            row["kind"],
            reader=MailReader(name="x", address=holder.email, post=post, capacity=capacity),
            about=about,
            facts=facts_of_row(row["facts"]),
            due=row["due"],
            at=self.place.now,
            key=row["key"],
            sender=Sender(
                "ahg@example.org", "ahg@example.org", self.place.settings.public_url, SAMPLE_IDS, self.place.site.links
            ),
        )
        ways = re.findall(r"http://127\.0\.0\.1:8000\S+", parts(mail)[0])
        assert ways, row["kind"]
        async with self.place.browser() as http:
            if any("/answer/" not in way for way in ways):
                http.cookies.set(
                    cookie_name(False), await self._cookie(post, holder.email), domain="127.0.0.1", path="/"
                )
            for way in ways:
                page = await http.get(way)
                told = f"{row['kind']} to {post} in {table.case.stage.words} leads to {urlsplit(way).path}"
                assert page.status_code == 200, told
                if may and "/do/" in way and "/do/adopt" not in way:
                    assert "Not now, or not by this post" not in page.text, told

    async def _cookie(self, post: Post, email: str) -> str:
        async with self.place.engine.begin() as connection:
            token = await begin_session(connection, email, "A test", self.place.now)
        strong = "UPDATE sessions SET strong = :strong, post = :post WHERE email = :email AND ended_at IS NULL"
        await self.place.sql(strong, strong=needs_second_factor(post), post=post, email=email)
        return token


async def test_every_notice_of_every_scenario_leads_to_a_page_its_post_may_open(place: Place) -> None:
    walk = Walk(place)
    for number, file in enumerate(SCENARIOS, start=1):
        scenario = read_scenario(file)
        table = Recorded(number, policy=scenario.policy_document(), now=scenario.start)
        draft: Mapping[str, Any] = {}
        for at, act in scenario.in_order(table.case.calendars):
            while (next_ := next_act(table.case)) is not None and next_.at <= at:
                table.until(next_.at)
                await walk.follow(table)
            table.until(max(at, table.now))
            if act.do == "draft" and not act.refused:
                draft = act.fields
            if act.do in (None, "draft", "adopt") or act.refused:
                continue
            assert act.do is not None
            table.do(str(act.by), act.do, {**draft, **act.fields} if act.do == "submit" else act.fields)
            await walk.follow(table)
    assert len(walk.kinds) > 50
    await _follow_samples(walk, sorted(set(NOTICE_KINDS) - walk.kinds))
    assert walk.kinds == set(NOTICE_KINDS)


async def _follow_samples(walk: Walk, kinds: list[str]) -> None:
    """What no scenario tells is told in a case that is at work: there the pages exist and may be opened."""
    table = Recorded(99)
    table.do("LK/focal-point", "submit", {"title": "Boats", "situation": "They leave.", "affected": ["MY", "TH"]})
    for by, do, fields in TO_WORK:
        table.do(by, do, fields)
    await walk.follow(table)
    for kind in kinds:
        post = reader_of(kind).post
        if post.role is Role.FOCAL_POINT:
            post = Post("LK/focal-point")
        row = {
            "key": f"{table.case.reference}#1:{kind}:{post}",
            "reference": table.case.reference,
            "seq": 1,
            "kind": kind,
            "post": str(post),
            "capacity": "holder",
            "due": table.now,
            "facts": SAMPLE_FACTS[kind].model_dump(mode="json"),
            "queued_at": table.now,
            "state": "sent",
            "attempts": 1,
            "reserved_by": "",
            "address": "",
            "reply": "",
            "message_id": "",
        }
        async with write_transaction(walk.place.engine) as connection:
            await connection.execute(_NOTICES.insert(), row)
        await walk.open(row, table, may=False)
        walk.seen.add((kind, post.role.value, "sample"))
