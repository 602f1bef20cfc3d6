"""The history of a case in words: who did what, each said once."""

import re
from datetime import UTC, datetime

import pytest

from tests.web.place import Place
from tests.web.whole_case import played
from web.case.timeline import _WITHOUT_SUBJECT, EVENT_SENTENCES, TimelineEntry


@pytest.mark.parametrize("kind", [kind for kind in EVENT_SENTENCES if kind not in _WITHOUT_SUBJECT])
def test_what_comes_after_a_post_says_what_the_post_did(kind: str) -> None:
    entry = TimelineEntry(1, datetime.now(UTC), None, "", "", None, kind)
    first = EVENT_SENTENCES[kind].partition(" ")[0]

    assert entry.names_member or entry.has_subject or first == "%(view)s" or re.fullmatch(r"[a-z]+", first)


async def test_a_member_that_answers_is_named_once(place: Place) -> None:
    table = played()
    reference = await table.record(place)
    async with place.browser() as http:
        await place.as_post(http, "TH/focal-point")
        page = (await http.get(f"/cases/{reference}/log")).text
    told = [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in re.findall(r"<br>\n(<bdi>.*</bdi>)", page)]

    assert [one for one in told if one == "Thailand: accepted"]
    assert not [one for one in told if re.match(r"The focal point of ([\w ]+?) \1\b", one)]
    assert [one for one in told if re.match(r"The [^:]+: (the|consent of) ", one)]
