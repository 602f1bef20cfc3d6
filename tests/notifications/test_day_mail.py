"""The mail about announced days of an office: what it says of them, and that whatever is written stays text."""

import pytest

from notifications.preview import sample_day_mail
from notifications.sample_facts import SAMPLE_NAMES
from tests.notifications.hostile import HOSTILE, received
from tests.notifications.markup import links, read, said
from tests.notifications.samples import parts

DAYS = {"number": "7", "member": "ID", "by": "Siti", "first": "2026-05-04", "last": "2026-05-04", "closed": "closed"}


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({}, "Siti has entered that the office of Indonesia is closed on Monday 4 May 2026."),
        ({"closed": "open"}, "Siti has entered that the office of Indonesia is open on Monday 4 May 2026."),
        ({"last": "2026-05-06"}, "is closed from Monday 4 May 2026 to Wednesday 6 May 2026."),
        ({"last": "2026-05-06", "closed": "open"}, "is open from Monday 4 May 2026 to Wednesday 6 May 2026."),
    ],
)
def test_it_says_which_days_and_whether_the_office_is_open(days: dict[str, str], says: str) -> None:
    text = " ".join(parts(sample_day_mail(facts={**DAYS, "why": "", **days}))[0].split())

    assert says in text
    assert "Before Monday 4 May 2026." in text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_add_no_field_no_recipient_and_no_link(text: str) -> None:
    def written(word: str) -> tuple[list[str], list[str], list[str]]:
        facts = {**DAYS, "by": word, "why": word}
        message = received(sample_day_mail(facts=facts, names=dict.fromkeys(SAMPLE_NAMES, word)))
        plain, page = parts(message)
        tree = read(page)
        assert set(said(tree)) <= set(plain.split())
        to = [one.addr_spec for one in message["To"].addresses]
        return sorted(message.keys()), to, [link.address for link in links(tree)]

    assert written(text) == written("word")
