"""Previews: any kind for any post, and nothing in them that works."""

import re

import pytest

from models.posts import Post
from notifications.answer_links import AnswerLinks
from notifications.correspondents import MailReader
from notifications.environment import mail_languages
from notifications.preview import mail_shown, sample_mail
from notifications.registry import REGISTRY
from notifications.sample_facts import SAMPLE_FACTS
from notifications.signing import NotOurs

POSTS = ("RSO/secretariat", "AU/co-chair", "NZ/steering-group", "TH/focal-point", "RSO/auditor")


def test_every_kind_has_facts_for_its_preview() -> None:
    assert sorted(SAMPLE_FACTS) == sorted(REGISTRY)


@pytest.mark.parametrize("post", POSTS)
def test_every_kind_can_be_read_beforehand_as_any_post_in_any_language(post: str) -> None:
    for language in mail_languages():
        reader = MailReader(name="Ünal", address="a@example.org", post=Post(post), language=language)
        for kind in REGISTRY:
            shown = mail_shown(sample_mail(kind, reader=reader))
            assert shown.to == "Ünal <a@example.org>"
            assert shown.subject.startswith("[AHG-2009-001] ")
            assert dict(shown.headers)["X-Ahg-Post"] == post
            assert "https://ahg.example.org/" in shown.text
            assert f'lang="{language}"' in shown.html


def test_a_line_break_in_a_name_adds_no_header_to_a_preview() -> None:
    name = 'Eve\r\nBcc: all@example.org\n"<x>'
    reader = MailReader(name=name, address="a@example.org", post=Post("TH/focal-point"))
    shown = mail_shown(sample_mail("invited", reader=reader))
    assert [value for key, value in shown.headers if key.lower() == "bcc"] == []
    assert shown.to.endswith("<a@example.org>")


def test_the_link_of_a_preview_is_good_in_no_deployment() -> None:
    reader = MailReader(name="Eve", address="a@example.org", post=Post("TH/focal-point"))
    found = re.search(r"/answer/(\S+)", mail_shown(sample_mail("invited", reader=reader)).text)
    assert found is not None
    with pytest.raises(NotOurs):
        AnswerLinks({"2026": b"q" * 32, "samples": b"r" * 32}).read(found[1])
