"""How often links are sent: each asker for itself, and no mailbox flooded."""

from datetime import UTC, datetime, timedelta

from models.sign_in_limits import (
    LINKS_OF_A_BROWSER,
    LINKS_OF_A_CLIENT,
    MAILS_OF_AN_ADDRESS,
    WINDOW,
    Asker,
    is_known,
    is_mailed,
    seconds_to_wait,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STRANGER, OWN = Asker(client="203.0.113.7"), Asker(client="203.0.113.7", browser="b1")


def test_a_browser_that_the_owner_knows_is_counted_apart_from_its_client() -> None:
    assert STRANGER.counted_as != OWN.counted_as
    assert is_known(OWN.counted_as)
    assert not is_known(STRANGER.counted_as)


def test_who_has_asked_often_waits_until_the_first_of_its_requests_is_an_hour_old() -> None:
    asked = [NOW - timedelta(minutes=minutes) for minutes in range(1, 1 + LINKS_OF_A_CLIENT)]

    assert seconds_to_wait(STRANGER, asked[1:], NOW) == 0
    assert seconds_to_wait(STRANGER, asked, NOW) == (60 - LINKS_OF_A_CLIENT) * 60 + 1
    assert seconds_to_wait(OWN, asked, NOW) == 0
    assert seconds_to_wait(OWN, [NOW] * LINKS_OF_A_BROWSER, NOW) == WINDOW.total_seconds() + 1
    assert seconds_to_wait(STRANGER, [NOW - WINDOW] * 9, NOW) == 0


def test_a_mailbox_is_full_for_strangers_and_never_for_its_owners_browser() -> None:
    assert is_mailed(STRANGER, MAILS_OF_AN_ADDRESS - 1)
    assert not is_mailed(STRANGER, MAILS_OF_AN_ADDRESS)
    assert is_mailed(OWN, MAILS_OF_AN_ADDRESS * 10)
