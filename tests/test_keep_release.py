"""What is kept of releases stays within its bounds, and is spread over the years."""

from datetime import UTC, datetime

from tests.keep_release import BOUNDS, kept_in, to_go


def test_something_is_kept_of_a_release_in_each_place_and_not_more_than_its_bound() -> None:
    for place, bound in BOUNDS.items():
        sizes = [path.stat().st_size for path in kept_in(place)]
        assert 0 < sum(sizes) <= bound, place


def test_what_goes_leaves_the_first_the_newest_and_years_between() -> None:
    years = (2026, 2027, 2028, 2036, 2037, 2046)
    kept = [(datetime(year, 1, 1, tzinfo=UTC), 10) for year in years]
    assert to_go(kept, 60) == []
    assert {years[at] for at in range(6) if at not in to_go(kept, 40)} == {2026, 2028, 2037, 2046}
    assert {years[at] for at in range(6) if at not in to_go(kept, 5)} == {2026, 2046}
