"""Links in mails that act: what they hold, how long they live, and that nobody else makes one."""

import base64
import hashlib
import re
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest
from itsdangerous import Signer

from models.posts import Post
from notifications.answer_links import GRACE, AnswerLinks, until
from notifications.preview import SAMPLE_LINKS, reader_of
from notifications.registry import REGISTRY
from notifications.sample_facts import SAMPLE_CASE, SAMPLE_DUE, SAMPLE_TIME
from notifications.signing import NotOurs
from tests.notifications.samples import mail, parts


def token_of(message: EmailMessage) -> str:
    found = re.search(r"https://ahg\.example\.org/answer/(\S+)", parts(message)[0])
    assert found is not None
    return found[1]


def test_the_link_of_an_invitation_says_which_notice_which_post_and_until_when() -> None:
    link = SAMPLE_LINKS.read(token_of(mail("invited")))
    assert (link.key, link.reference) == ("AHG-2009-001/7/invited/desk@example.org", "AHG-2009-001")
    assert (link.post, link.do, link.until) == ("ID/focal-point", "respond", SAMPLE_DUE + GRACE)
    assert SAMPLE_LINKS.was_for(link, "Desk@example.org")
    assert not SAMPLE_LINKS.was_for(link, "other@example.org")


def test_a_link_lives_sixty_days_at_most_and_never_ends_before_its_mail() -> None:
    assert until(None, SAMPLE_TIME) == SAMPLE_TIME + timedelta(days=60)
    assert until(SAMPLE_TIME + timedelta(days=300), SAMPLE_TIME) == SAMPLE_TIME + timedelta(days=60)
    assert until(SAMPLE_TIME - timedelta(days=30), SAMPLE_TIME) == SAMPLE_TIME + timedelta(days=7)


def test_a_token_says_nothing_of_the_address_that_could_be_looked_up() -> None:
    token = token_of(mail("invited"))
    inside = base64.urlsafe_b64decode(token.partition(".")[0] + "==")
    assert b"desk@" not in inside.replace(b"/invited/desk@example.org", b"")  # the key of the sample holds it
    for plain in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        digest = plain(b"desk@example.org").digest()
        assert base64.urlsafe_b64encode(digest[:16]).rstrip(b"=") not in inside


@pytest.mark.parametrize("by_link", [(), ("acknowledge",)])
def test_where_the_policy_asks_for_signing_in_the_mail_leads_to_the_page(by_link: tuple[str, ...]) -> None:
    about = SAMPLE_CASE.model_copy(update={"answers_by_link": by_link})
    for kind, do in (("invited", "respond"), ("consent_requested", "consent")):
        text, page = parts(mail(kind, about=about))
        assert f"https://ahg.example.org/cases/AHG-2009-001/do/{do}\n" in text
        assert "/answer/" not in text + page
    assert ("/answer/" in parts(mail("circulated", about=about))[0]) is bool(by_link)
    assert "/answer/" not in parts(mail("invited", links=None))[0]


def test_a_co_chair_gets_a_link_that_acts_for_acknowledging_alone() -> None:
    for kind in REGISTRY:
        for post in ("AU/co-chair", "RSO/secretariat"):
            text, _ = parts(mail(kind, reader=reader_of(kind).model_copy(update={"post": Post(post)})))
            tokens = re.findall(r"/answer/(\S+)", text)
            assert [SAMPLE_LINKS.read(token).do for token in tokens] in ([], ["acknowledge"])


def test_what_a_link_is_about_cannot_leave_its_place() -> None:
    text, _ = parts(mail("outcome_due", facts={"outcome": "x&outcome=y#z\r\nBcc: a@b /?"}))
    (address,) = re.findall("https://\\S+", text)
    assert parse_qs(urlsplit(address).query) == {"outcome": ["x&outcome=y#z Bcc: a@b /?"]}


def test_a_very_long_title_is_left_out_of_the_address() -> None:
    text, _ = parts(mail("outcome_due", facts={"outcome": "ກອງປະຊຸມ" * 40}))
    assert "https://ahg.example.org/cases/AHG-2009-001/do/progress\n" in text


def test_an_older_key_still_opens_links_and_another_key_or_a_changed_token_does_not() -> None:
    old, new = b"k" * 32, b"n" * 32
    token = token_of(mail("invited"))
    rotated = AnswerLinks({"new": new, "samples": old})
    link = rotated.read(token)
    assert rotated.was_for(link, "desk@example.org")
    assert token_of(mail("invited", links=rotated)) != token
    assert AnswerLinks({"new": new}).read(token_of(mail("invited", links=rotated))) is not None
    head, _, signature = token.partition(".")
    other = base64.urlsafe_b64encode(base64.urlsafe_b64decode(head + "==").replace(b"respond", b"consent"))
    bad = [
        "",
        ".",
        "x",
        head,
        f"{head}.",
        f"{head}.{signature[:-4]}",
        f"{other.decode().rstrip('=')}.{signature}",
        f"A{token}",
        f"{token}A",
        "a" * 5000,
        "é.é",
        f"{head}\x00.{signature}",
    ]
    for tampered in bad:
        with pytest.raises(NotOurs):
            SAMPLE_LINKS.read(tampered)
    with pytest.raises(NotOurs):
        AnswerLinks({"new": new}).read(token)


def test_what_was_signed_for_another_purpose_is_no_link() -> None:
    payload = base64.urlsafe_b64encode(b'["k","AHG-2009-001","ID/focal-point","respond","","h",4102444800]')
    for salt, key in (("ahg.answer", b"k" * 32), ("itsdangerous", b"k" * 32), ("sign-in", b"k" * 32)):
        forged = Signer(key, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256).sign(payload)
        with pytest.raises(NotOurs):
            SAMPLE_LINKS.read(forged.decode())
