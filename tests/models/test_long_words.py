"""Words that are as long as a command takes them are kept as far as an event holds them."""

from models.policy import Policy
from tests.models.helpers import AU, ID, NZ, RSO, at_work, in_review, in_selection, stage_of

MOST = 20_000
LONG = "x" * MOST


def test_a_comment_on_a_member_is_kept_with_its_name_as_far_as_it_fits() -> None:
    table = in_selection()
    table.do(NZ, "comment", {"text": LONG, "member": "MY"})
    assert table.entries[-1].event["text"] == f"MY: {LONG}"[:MOST]


def test_the_same_admission_said_by_another_is_a_comment_as_far_as_it_fits() -> None:
    table = at_work(Policy.default())
    table.do(NZ, "admit", {"member": "BD"})
    table.do("TH/steering-group", "admit", {"member": "BD", "text": LONG})
    assert table.entries[-1].event["text"] == f"BD: {LONG}"[:MOST]


def test_what_both_co_chairs_say_at_length_is_kept_with_the_decision_as_far_as_it_fits() -> None:
    for position, between in (("decline", " / "), ("approve with conditions", f"\n{ID}: ")):
        table = in_review()
        for post in (AU, ID):
            table.do(post, "decide", {"position": position, "text": LONG[:15_000]})
        (decided,) = (one.event for one in table.entries if one.type == "gate_decided")
        said = f"{LONG[:15_000]}{between}{LONG[:15_000]}"
        assert decided["text"] == (said if position == "decline" else f"{AU}: {said}")[:MOST]


def test_what_was_said_on_closing_is_kept_with_the_stage_as_far_as_it_fits() -> None:
    table = at_work()
    table.do(RSO, "open_report")
    table.do(RSO, "waive", {"term": ["a", "b", "c"], "text": "No boats came."})
    table.do(RSO, "close")
    for post in (AU, ID):
        table.do(post, "decide", {"gate": "closure", "position": "approve", "text": LONG[:15_000]})
    assert stage_of(table).final
    (entered,) = (one.event for one in table.entries if one.event.get("stage") == "closed")
    assert entered["text"] == f"{LONG[:15_000]}\n{LONG[:15_000]}"[:MOST]
