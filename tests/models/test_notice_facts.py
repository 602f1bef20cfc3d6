"""Facts of notices: as the ledger holds them, and as it held them when all of them were texts."""

from datetime import UTC, date, datetime

import pytest

from models.case import GateName
from models.notices.facts import DutyFact, MeetingFact, NoticeFacts, facts_of_row
from models.posts import Post
from tests.models.helpers import at_work, in_review, reported
from tests.tabletop import Tabletop

NOW = NoticeFacts(
    gate=GateName.EXTENSION,
    round=2,
    interests=(Post("ID/co-chair"),),
    silent=(Post("AU/co-chair"), Post("ID/co-chair")),
    undecided=(GateName.EXTENSION, GateName.CLOSURE),
    changed=("situation", "asks"),
    missing=("Source of the figures", "Routes, by sea"),
    moved=True,
    until=date(2009, 12, 31),
    dates=(DutyFact(do="decide", about="extension", due=datetime(2009, 11, 20, 2, tzinfo=UTC)),),
    over=(DutyFact(do="progress", about="Radio net"), DutyFact(do="respond")),
    not_held=(MeetingFact(title="Second meeting, by video", starts="2009-11-23T09:00:00+08:00"),),
)
BEFORE = {
    "gate": "extension",
    "round": "2",
    "interests": "ID/co-chair",
    "silent": "AU/co-chair, ID/co-chair",
    "undecided": "extension, closure",
    "changed": "situation, asks",
    "missing": "Source of the figures\nRoutes, by sea",
    "moved": "yes",
    "until": "2009-12-31",
    "dates": "2009-11-20T02:00:00+00:00 decide extension",
    "over": "progress Radio net\nrespond",
    "not_held": "2009-11-23T09:00:00+08:00 Second meeting, by video",
    "something_of_old": "that no template speaks of any more",
}


def test_a_row_holds_what_is_said_and_gives_it_back() -> None:
    row = NOW.model_dump(mode="json")
    assert "text" not in row
    assert row["silent"] == ["AU/co-chair", "ID/co-chair"]
    assert row["over"] == [
        {"do": "progress", "about": "Radio net", "due": None},
        {"do": "respond", "about": "", "due": None},
    ]
    assert facts_of_row(row) == NOW
    assert facts_of_row(None) == facts_of_row({}) == NoticeFacts()
    assert NoticeFacts().model_dump(mode="json") == {}


def test_a_row_of_texts_from_before_reads_as_the_same() -> None:
    assert facts_of_row(BEFORE) == NOW


@pytest.mark.parametrize("table", [in_review(), at_work(), reported()], ids=["review", "work", "report"])
def test_what_notices_tell_comes_back_from_the_ledger(table: Tabletop) -> None:
    told = [one.facts for one in table.notices]
    assert told
    assert [facts_of_row(facts.model_dump(mode="json")) for facts in told] == told
