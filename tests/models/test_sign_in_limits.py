"""How often a link to sign in by goes out."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from models.sign_in_limits import (
    ALWAYS_AFTER,
    LINKS_OF_A_BROWSER,
    LINKS_OF_A_CLIENT,
    MAILS_OF_AN_ADDRESS,
    WINDOW,
    Asker,
    EarlierRequest,
    LinkVerdict,
    answer_request,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STRANGER, OWN = Asker(client="203.0.113.7"), Asker(client="203.0.113.7", browser="b1")
SENT, NOT_SENT = LinkVerdict(0, mailed=True), LinkVerdict(0, mailed=False)


def asked(asker: Asker, times: int, *, mailed: bool = True, at: datetime = NOW) -> list[EarlierRequest]:
    return [EarlierRequest(asker.counted_as, at, mailed)] * times


def test_a_browser_that_the_owner_knows_is_counted_apart_from_its_client() -> None:
    often = asked(STRANGER, LINKS_OF_A_CLIENT)

    assert answer_request(STRANGER, often[1:], NOW) == SENT
    assert answer_request(STRANGER, often, NOW).wait > 0
    assert answer_request(OWN, often, NOW) == SENT
    assert answer_request(OWN, asked(OWN, LINKS_OF_A_BROWSER), NOW).wait > 0


def test_a_mailbox_is_full_for_strangers_and_never_for_its_owners_browser() -> None:
    others = [EarlierRequest(f"198.51.100.{number}", NOW, mailed=True) for number in range(MAILS_OF_AN_ADDRESS)]

    assert answer_request(STRANGER, others[1:], NOW) == SENT
    assert answer_request(STRANGER, others, NOW) == NOT_SENT
    assert answer_request(STRANGER, others[1:] + asked(OWN, 5), NOW) == SENT
    assert answer_request(OWN, others * 10, NOW) == SENT


def test_who_has_used_its_number_up_waits_for_a_few_minutes_at_most() -> None:
    for asker in (STRANGER, OWN):
        often = asked(asker, 50)
        assert answer_request(asker, often, NOW) == LinkVerdict(int(ALWAYS_AFTER.total_seconds()) + 1, mailed=False)
        assert answer_request(asker, often, NOW + ALWAYS_AFTER) == SENT
    old = asked(STRANGER, 9, at=NOW - WINDOW + timedelta(seconds=9))
    assert answer_request(STRANGER, old + asked(OWN, 1), NOW) == LinkVerdict(10, mailed=False)
    assert answer_request(STRANGER, asked(STRANGER, 9, at=NOW - WINDOW) + asked(OWN, 1), NOW) == SENT


def test_however_much_is_asked_a_mail_goes_out_every_few_minutes_and_no_flood() -> None:
    """Many clients ask for an address at every ten seconds of five hours."""
    earlier: list[EarlierRequest] = []
    for number in range(6 * 60 * 5):
        now = NOW + timedelta(seconds=10 * number)
        asker = Asker(client=f"client {number % 100}")
        told = answer_request(asker, earlier, now)
        if not told.wait:
            earlier.append(EarlierRequest(asker.counted_as, now, told.mailed))
    mails = [one.at for one in earlier if one.mailed]
    gaps = [after - before for before, after in pairwise(mails)]

    assert max(gaps) <= ALWAYS_AFTER
    assert max(sum(one <= at < one + WINDOW for at in mails) for one in mails) <= MAILS_OF_AN_ADDRESS + 12
