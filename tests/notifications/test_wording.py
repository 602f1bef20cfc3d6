"""Words are found once for all who are told the same; what is one reader's own never stands in another's mail."""

from datetime import datetime, timedelta
from textwrap import TextWrapper
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.posts import Capacity, Post
from notifications import wording
from notifications.correspondents import MailReader
from notifications.environment import PreparedText, _set_line, placeholder, template_set
from notifications.registry import REGISTRY, TEMPLATE_PARTS
from notifications.sample_facts import SAMPLE_CASE, SAMPLE_DUE, SAMPLE_FACTS, SAMPLE_TIME
from notifications.wording import About
from tests.notifications.samples import mail

POSTS = (
    "ID/focal-point",
    "LK/focal-point",
    "AU/co-chair",
    "ID/co-chair",
    "NZ/steering-group",
    "RSO/secretariat",
    "IOM/auditor",
)


def forget() -> None:
    wording._said_once.cache_clear()
    wording.mail_subject.cache_clear()


@st.composite
def readers(draw: st.DrawFn) -> MailReader:
    number = draw(st.integers(1, 3))
    return MailReader(
        name=f"Reader {number}",
        address=f"reader{number}@example.org",
        post=Post(draw(st.sampled_from(POSTS))),
        language=draw(st.sampled_from(("en", "id", "fr"))),
        zone=draw(st.sampled_from(("UTC", "Asia/Jakarta", "Pacific/Kiritimati"))),
        capacity=draw(st.sampled_from(list(Capacity))),
    )


@st.composite
def tellings(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    about: About = draw(
        st.sampled_from(
            (
                SAMPLE_CASE,
                SAMPLE_CASE.model_copy(update={"title": "Another title"}),
                SAMPLE_CASE.model_copy(update={"names": {**SAMPLE_CASE.names, "LK": "Ceylon"}}),
                SAMPLE_CASE.model_copy(update={"default_policy": False, "answers_by_link": ("respond", "decide")}),
            )
        )
    )
    facts = draw(st.sampled_from((SAMPLE_FACTS[kind], dict.fromkeys(SAMPLE_FACTS[kind], "Other words."))))
    due: datetime | None = draw(st.sampled_from((None, SAMPLE_DUE, SAMPLE_DUE + timedelta(days=1))))
    key = draw(st.sampled_from(("key/1", "key/2")))
    return {"reader": draw(readers()), "about": about, "facts": facts, "due": due, "key": key, "at": SAMPLE_TIME}


@pytest.mark.parametrize("kind", sorted(REGISTRY))
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_a_mail_is_the_same_whoever_was_told_before(kind: str, data: st.DataObject) -> None:
    told = data.draw(st.lists(tellings(kind), min_size=2, max_size=6))
    forget()
    one_after_the_other = [mail(kind, **one).as_bytes() for one in told]
    for one, written in zip(told, one_after_the_other, strict=True):
        forget()
        assert mail(kind, **one).as_bytes() == written


def test_what_thousands_are_told_is_put_into_words_once() -> None:
    forget()
    for number in range(100):
        reader = MailReader(name="", address=f"{number}@example.org", post=Post(f"M{number}/focal-point"))
        mail("circulated", reader=reader, due=None)
    assert wording._said_once.cache_info().misses == 1


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_templates_that_name_the_reader_s_post_are_known(kind: str) -> None:
    named = any(
        word in (REGISTRY[kind].folder / part).read_text(encoding="utf-8")
        for part in TEMPLATE_PARTS
        for word in ("mine", "own_member")
    )
    assert wording._asks_for(kind, wording._OF_ONE_POST) is named


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_templates_that_say_the_reader_s_own_time_are_known(kind: str) -> None:
    sources = [(REGISTRY[kind].folder / part).read_text(encoding="utf-8") for part in TEMPLATE_PARTS]
    words = ("own_time", "moved_deadlines", '"ended.txt"', '"not_held.txt"')
    named = any(word in source for source in sources for word in words)
    assert wording._asks_for(kind, wording._OF_ONE_ZONE) is named


def test_what_a_template_asks_for_is_found_in_those_that_it_is_made_of() -> None:
    asked = template_set("en", html=False).asks_for("review_overdue/body.html")
    assert {"mine", "is_secretariat", "post", "is_alternate", "due"} <= asked


TEXTS = st.text(st.sampled_from("ab,-. \t\n\xa0é漢"), max_size=300)


@settings(max_examples=300)
@given(text=TEXTS)
def test_a_paragraph_is_set_as_the_standard_library_sets_it(text: str) -> None:
    standard = TextWrapper(76, break_long_words=False, break_on_hyphens=False)
    assert _set_line(text) == standard.fill(text)


def test_a_line_with_a_place_is_set_when_the_place_is_filled() -> None:
    setting = PreparedText(
        f"Before.\n{'word ' * 14}{placeholder('post')} after.\n{placeholder('url')}\nEnd.", html=False
    )
    address = "https://ahg.example.org/" + "x" * 80
    said = setting.completed({"post": "the focal point of Sri Lanka", "url": address})
    assert said == f"Before.\n{'word ' * 14}the\nfocal point of Sri Lanka after.\n{address}\nEnd."


def test_what_is_put_into_html_stays_text() -> None:
    setting = PreparedText(f'<a href="{placeholder("url")}">{placeholder("post")}</a>', html=True)
    said = setting.completed({"post": "<b>&", "url": 'https://x.org/?a=1&b="'})
    assert said == '<a href="https://x.org/?a=1&amp;b=&#34;">&lt;b&gt;&amp;</a>'
