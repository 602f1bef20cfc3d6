"""What the API tells of the answers to a recommendation."""

from models.commands import parse
from models.posts import Post
from models.recommendation import follow_up_of, open_follow_up, resolve_follow_up
from models.tables.cases import FollowUpRow
from models.visibility import as_seen
from tests.models.helpers import MY, RSO, TH, policy, reported
from web.api.case_views import case_view


def test_who_wrote_an_answer_down_in_anothers_name_is_told_with_it() -> None:
    table = reported(policy())
    one, _ = open_follow_up(follow_up_of(table.case, 1).model_copy(update={"to": ("MY", "TH")}), table.now)
    inner = {"recommendation": "Share routes", "state": "adopted"}
    fields = {"post": MY, "how": "telephone", "text": "The line was down.", "command": {"do": "adopt", **inner}}
    one, _ = resolve_follow_up(one, parse("act_for", fields, by=RSO, command_id="x"), table.now)
    one, step = resolve_follow_up(one, parse("adopt", inner, by=TH, command_id="y"), table.now)

    seen = as_seen(table.case, Post(TH))
    assert seen is not None
    (told,) = case_view(table.case, seen, {1: FollowUpRow(**step.rows[0].columns)}).recommendations

    assert told.answers == {"MY": "adopted", "TH": "adopted"}
    recorded = told.recorded["MY"]
    assert (list(told.recorded), recorded.by, recorded.at) == (["MY"], RSO, table.now)
    assert recorded.contest_until == one.answers["MY"].contest_until
