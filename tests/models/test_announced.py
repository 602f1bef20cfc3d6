"""What is announced of a Co-Chair's post: whether its holders were told, and who may do what about it."""

from datetime import UTC, datetime, timedelta

import pytest

from models.directory_changes import ChangeKind, MailToHolder, holders_told, may_agree, may_stop, posts_that_stop
from models.notices.state import NoticeState
from models.posts import SECRETARIAT, Capacity, Post

AU, ID, MY = Post("AU/co-chair"), Post("ID/co-chair"), Post("MY/focal-point")
AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
LATER = AT + timedelta(days=3)
_TELLS = {NoticeState.SENT: (LATER, False)}
_WAITS = (NoticeState.QUEUED, NoticeState.RESERVED, NoticeState.DIGEST, NoticeState.GATHERED)


@pytest.mark.parametrize("state", NoticeState)
def test_only_a_mail_that_the_server_has_taken_tells_a_holder(state: NoticeState) -> None:
    told = holders_told(AT, [MailToHolder(NoticeState.SENT, AT), MailToHolder(state, LATER)])
    assert told == _TELLS.get(state, (None, state not in _WAITS))


def test_where_nobody_is_there_to_be_told_the_time_counts_from_the_announcement() -> None:
    assert holders_told(AT, []) == (AT, False)


def test_who_stops_what_is_announced_and_who_agrees() -> None:
    for kind, about, stops in ((ChangeKind.HANDED_OVER, AU, {AU}), (ChangeKind.MARKS, "marks", {AU, ID})):
        able = posts_that_stop(kind, about, [AU, ID])
        assert set(able) == stops
        everybody = [(post, capacity) for post in (AU, ID, MY, SECRETARIAT) for capacity in Capacity]
        holders = {(post, Capacity.HOLDER) for post in stops}
        desk = {(SECRETARIAT, capacity) for capacity in Capacity}
        assert {one for one in everybody if may_stop(*one, able)} == holders | desk
        own = set() if kind is ChangeKind.MARKS else holders
        assert {one for one in everybody if may_agree(kind, *one, able, ())} == own
        co_chairs = {(AU, Capacity.HOLDER), (ID, Capacity.HOLDER)}
        assert {one for one in everybody if may_agree(kind, *one, able, [AU, ID])} == co_chairs
