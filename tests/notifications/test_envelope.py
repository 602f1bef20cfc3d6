"""The header fields that programs read: threads, replies, lists, one click to switch off."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from models.posts import Capacity, Post
from notifications.off_links import OffLinks
from notifications.preview import SAMPLE_OFF_LINKS, reader_of
from notifications.registry import REGISTRY, Optionality
from notifications.sample_facts import SAMPLE_CASE
from notifications.signing import NotOurs
from notifications.wording import About
from tests.notifications.samples import mail

OPTIONAL = [kind for kind, entry in REGISTRY.items() if entry.optionality is Optionality.OPTIONAL]
MANDATORY = [kind for kind, entry in REGISTRY.items() if entry.optionality is Optionality.MANDATORY]


def read(message: EmailMessage) -> EmailMessage:
    """The mail as the other end reads it."""
    found = message_from_bytes(message.as_bytes(policy=SMTP), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def threads(mails: list[EmailMessage]) -> list[set[str]]:
    """Mails gathered by the Message-IDs that they have or refer to, as programs do (RFC 5256, 3)."""
    found: list[set[str]] = []
    for one in mails:
        ids = {str(one["Message-ID"]), *str(one["References"]).split(), *str(one["In-Reply-To"]).split()}
        for other in [thread for thread in found if thread & ids]:
            found.remove(other)
            ids |= other
        found.append(ids)
    return found


# threads and replies --------------------------------------------------------------------------------------------


def test_the_mails_of_a_case_to_one_reader_are_one_thread() -> None:
    desk = reader_of("invited")
    mine = [mail(kind, reader=desk) for kind in ("invited", "invitation_reminder", "group_convened")]
    assert len(threads(mine)) == 1
    assert len({str(one["Message-ID"]) for one in mine}) == 3


def test_another_case_and_another_post_are_threads_of_their_own() -> None:
    desk = reader_of("invited")
    other_case = mail(
        "invited", reader=desk, about=SAMPLE_CASE.model_copy(update={"reference": "AHG-2009-002"}), key="b"
    )
    other_post = mail("invited", reader=desk.model_copy(update={"post": Post("LK/focal-point")}), key="c")
    assert len(threads([mail("invited", reader=desk), other_case, other_post])) == 3


def test_a_reply_goes_to_the_secretariat_and_names_the_case() -> None:
    (address,) = read(mail("invited"))["Reply-To"].addresses
    assert address.addr_spec == "secretariat@example.org"
    assert address.display_name == "Secretariat (AHG-2009-001)"
    hostile = About(reference='x"\r\nBcc: thief@example.net, <thief@example.net>')
    (address,) = read(mail("invited", about=hostile))["Reply-To"].addresses
    assert address.addr_spec == "secretariat@example.org"
    (bare,) = read(mail("invited", reply_to="secretariat@example.org"))["Reply-To"].addresses
    assert bare.display_name == "(AHG-2009-001)"


@pytest.mark.parametrize("kind", REGISTRY)
def test_no_robot_answers(kind: str) -> None:
    message = mail(kind)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert str(message["List-Id"]) == "Bali Process Ad Hoc Group <ahg.example.org>"


# switching off --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", OPTIONAL)
def test_an_optional_mail_is_switched_off_by_one_click(kind: str) -> None:
    message = read(mail(kind))
    field = str(message["List-Unsubscribe"])
    assert field.startswith("<https://ahg.example.org/my-mails/off/")
    assert field.endswith(">")
    assert str(message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    link = SAMPLE_OFF_LINKS.read(field[1:-1].rpartition("/")[2])
    assert (link.post, link.kind, link.case) == (reader_of(kind).post, kind, "AHG-2009-001")
    assert SAMPLE_OFF_LINKS.was_for(link, "Desk@Example.org")
    assert not SAMPLE_OFF_LINKS.was_for(link, "next@example.org")
    assert "desk" not in link.holder


@pytest.mark.parametrize("kind", OPTIONAL)
def test_what_goes_to_an_alternate_is_its_holders_to_switch_off(kind: str) -> None:
    alternate = reader_of(kind).model_copy(update={"capacity": Capacity.ALTERNATE})
    message = mail(kind, reader=alternate)
    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None
    assert message["Precedence"] == "bulk"


@pytest.mark.parametrize("kind", MANDATORY)
def test_a_mandatory_mail_is_not(kind: str) -> None:
    message = mail(kind)
    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None


def test_one_click_is_offered_over_https_alone() -> None:
    message = mail("situation_updated", public_url="http://127.0.0.1:8000")
    assert str(message["List-Unsubscribe"]).startswith("<http://127.0.0.1:8000/my-mails/off/")
    assert message["List-Unsubscribe-Post"] is None


def test_a_link_that_is_changed_or_signed_for_another_purpose_is_not_ours() -> None:
    token = SAMPLE_OFF_LINKS.link(
        post=Post("LK/focal-point"), kind="situation_updated", case="AHG-2009-001", address="a@b.org"
    )
    other = OffLinks({"other": b"o" * 32})
    answer = str(mail("invited").get_body(("plain",))).partition("/answer/")[2].split()[0]
    for wrong in (token[:-1], "x" + token, "", "é", "a" * 3000, answer):
        with pytest.raises(NotOurs):
            SAMPLE_OFF_LINKS.read(wrong)
    with pytest.raises(NotOurs):
        other.read(token)
    rotated = OffLinks({"new": b"n" * 32, "samples": b"k" * 32})
    assert rotated.was_for(rotated.read(token), "a@b.org")
