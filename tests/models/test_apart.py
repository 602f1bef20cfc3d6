"""What differs between two states, against its plain definition."""

from hypothesis import given
from hypothesis import strategies as st

from models.apart import changed_keys, gone_keys

VALUES = [object() for _ in range(3)]
PARTS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(VALUES))


@given(before=PARTS, after=PARTS)
def test_any_two_parts(before: dict[str, object], after: dict[str, object]) -> None:
    assert changed_keys(before, after) == [key for key in after if before.get(key) is not after[key]]
    assert gone_keys(before, after) == [key for key in before if key not in after]


@given(before=PARTS, changes=PARTS)
def test_a_part_of_which_something_is_another_or_new_behind_the_rest(
    before: dict[str, object], changes: dict[str, object]
) -> None:
    after = {**before, **changes}
    assert changed_keys(before, after) == [key for key in after if before.get(key) is not after[key]]
    assert gone_keys(before, after) == []
    assert gone_keys(after, before) == [key for key in after if key not in before]
