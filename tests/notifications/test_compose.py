"""What a mail holds, and that nothing put into it can change whom it goes to or what it is."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, compat32
from html import unescape
from urllib.parse import urlsplit

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from models.asks import asked_of
from models.notices import NOTICE_KINDS
from models.posts import Capacity, Post
from notifications.addresses import command_address
from notifications.correspondents import MailReader
from notifications.preview import SAMPLE_IDS, reader_of
from notifications.registry import REGISTRY, Optionality, Sensitivity, rows
from notifications.sample_facts import SAMPLE_CASE, SAMPLE_FACTS
from notifications.texts import line
from notifications.wording import About
from tests.notifications.hostile import HOSTILE, received
from tests.notifications.samples import mail, parts, with_facts

NAMES = [
    "Nguyễn Thị Minh Khai",
    "Željko Đorđević",
    "محمد بن عبد الله",
    "\u200fמשה כהן\u200e",
    "ສົມສັກ ພົມມະຈັນ",
    "Ü" * 200,
    "Sri Lanka, Ministry of Foreign Affairs (Consular) " * 4,
    'The "Desk" \\ 7',
    "a  b",
]


def heard(message: EmailMessage, field: str) -> str:
    """A header as a second, independent reading of it gives it: RFC 2047 without the new policies."""
    old = message_from_bytes(message.as_bytes(policy=SMTP), policy=compat32)
    return str(make_header(decode_header(re.sub(r"\r\n(?=[ \t])", "", old[field]))))


@settings(max_examples=200, deadline=None)
@given(name=st.text(max_size=200))
@example(name=NAMES[0])
@example(name=NAMES[2])
@example(name=NAMES[5])
@example(name=NAMES[6])
@example(name=HOSTILE[2])
@example(name=HOSTILE[5])
def test_a_name_comes_out_as_it_went_in(name: str) -> None:
    message = mail("invited", reader=reader_of("invited").model_copy(update={"name": name}))
    said = heard(message, "To")
    shown = said.rpartition("<")[0].strip() if "<desk" in said else ""
    if "=?" not in message["To"].fold(policy=SMTP) and shown.startswith('"'):
        shown = re.sub(r"\\(.)", r"\1", shown[1:-1])
    assert shown == line(name)
    assert said.endswith("desk@example.org>") or said == "desk@example.org"


@pytest.mark.parametrize("name", NAMES)
def test_names_in_many_scripts_reach_the_standard_librarys_reader(name: str) -> None:
    message = mail("invited", reader=reader_of("invited").model_copy(update={"name": name}))
    (address,) = received(message)["To"].addresses
    # Python's own parser leaves a blank between two encoded words, which RFC 2047 (6.2) says to ignore.
    assert address.display_name.replace(" ", "") == line(name).replace(" ", "")


@settings(max_examples=100, deadline=None)
@given(title=st.text(max_size=80))
@example(title=HOSTILE[2])
def test_a_title_in_the_subject_comes_out_as_it_went_in(title: str) -> None:
    message = mail("outcome_due", facts={"outcome": title})
    said = " ".join(line(title).split())
    assert heard(message, "Subject") == f"[AHG-2009-001] An outcome is due soon: {said}".rstrip()


def test_a_long_subject_is_cut_between_words() -> None:
    subject = str(mail("outcome_due", facts={"outcome": "interview form " * 20})["Subject"])
    assert len(subject) <= 150
    assert subject.endswith(("form…", "interview…"))


@pytest.mark.parametrize("kind", REGISTRY)
def test_a_mail_reads_well_without_any_fact_or_date(kind: str) -> None:
    message = mail(kind, facts={}, due=None, about=About(reference="AHG-2009-001"))
    text, page = parts(message)
    for said in (text, page, str(message["Subject"])):
        assert "None" not in said
        assert "Undefined" not in said
        assert "!" not in said.replace("!important", "").replace("<!DOCTYPE", "")


@pytest.mark.parametrize("kind", REGISTRY)
def test_every_mail_keeps_the_order_and_leads_to_one_page(kind: str) -> None:
    text, page = parts(mail(kind))
    headings = re.findall(r"^\* (.*)$", text, re.MULTILINE)
    asked = asked_of(kind, reader_of(kind).post, SAMPLE_FACTS[kind])
    answered_here = asked is not None and asked.do in ("respond", "consent")
    confirmed = asked is None and REGISTRY[kind].optionality is Optionality.MANDATORY
    leads = "Answer here, without signing in" if answered_here else "Go to the page where this is done"
    whole = ["What is asked of you", "Until when", "If nobody acts", leads if asked else "Open the case"]
    whole += ["Confirm that this message has reached you"] if confirmed else []
    assert headings in (whole, [one for one in whole if one != "Until when"])
    addresses = re.findall("https://\\S+", text)
    assert addresses == [unescape(one) for one in re.findall('href="([^"]*)"', page)]
    pages = [urlsplit(one).path.partition("/answer/")[0] or "/answer" for one in addresses]
    first = "/answer" if answered_here else "/cases/AHG-2009-001"
    if asked and not answered_here:
        first = command_address(asked.do, "AHG-2009-001")
    assert pages == [first, *(["/answer"] if confirmed else [])]
    assert "voluntary and non-binding" in text
    assert not re.search("<img|<script|<link|@import|url\\(", page)
    assert max(len(one) for one in text.splitlines() if "https://" not in one) <= 78


@pytest.mark.parametrize("kind", [kind for kind in REGISTRY if NOTICE_KINDS[kind].asks])
def test_who_is_asked_is_told_what_happens_without_an_answer(kind: str) -> None:
    text, _ = parts(mail(kind))
    assert "Nothing depends on an answer" not in text


def test_sensitive_mails_quote_nothing() -> None:
    for kind, entry in REGISTRY.items():
        secret = dict.fromkeys(("text", "about", "why"), "a secret of two states")
        message = mail(kind, facts=with_facts(kind, **secret))
        found = any("a secret of two states" in one for one in (*parts(message), str(message["Subject"])))
        assert not (found and entry.sensitivity is Sensitivity.LINK), kind


def test_a_circulation_holds_only_what_was_released() -> None:
    message = mail("circulated")
    assert all("Merak" not in one for one in (*parts(message), str(message["Subject"])))
    assert message["Precedence"] == "bulk"
    assert mail("invited")["Precedence"] is None
    assert mail("situation_updated")["Precedence"] == "bulk"


def test_dates_are_written_out_in_the_readers_own_time() -> None:
    text, _ = parts(mail("invited", due=datetime(2009, 11, 13, 2, 0, tzinfo=UTC)))
    assert "Friday 13 November 2009, 09:00 (Asia/Jakarta)" in text
    nowhere = reader_of("invited").model_copy(update={"zone": "Nowhere/At_all"})
    assert "Friday 13 November 2009, 02:00 (UTC)" in parts(mail("invited", reader=nowhere))[0]


def test_defaults_of_the_product_are_labelled() -> None:
    assert "a default of the product" in parts(mail("invited"))[0]
    own = SAMPLE_CASE.model_copy(update={"default_policy": False})
    assert "follows from the policy of the case" in " ".join(parts(mail("invited", about=own))[0].split())
    assert "default of the product" not in parts(mail("outcome_due"))[0]


def test_silence_adopts_a_report_and_nothing_else() -> None:
    text = " ".join(parts(mail("report_tabled"))[0].split())
    assert "adopted unless a member of the Steering Group objects by Friday 13 November 2009" in text
    for kind in REGISTRY:
        if kind not in ("report_tabled", "admission_considered"):  # the two silence procedures of the Steering Group
            assert "silence counts as agreement" not in " ".join(parts(mail(kind))[0].split())


def test_the_same_notice_gives_the_same_mail() -> None:
    first, again = mail("meeting_called"), mail("meeting_called")
    assert first.as_bytes(policy=SMTP) == again.as_bytes(policy=SMTP)
    key = "AHG-2009-001/7/meeting_called/desk@example.org"
    assert first["Message-ID"] == SAMPLE_IDS.of(key, "x <ahg@example.org>")
    assert mail("invited")["Message-ID"] != mail("invited", key="another")["Message-ID"]
    assert mail("invited")["References"] == mail("circulated")["References"]


def test_a_mail_can_be_sent_through_servers_of_seven_bits() -> None:
    message = mail("case_ended", facts={"stage": "closed", "text": "Đã đóng. " * 400})
    octets = message.as_bytes(policy=SMTP.clone(cte_type="7bit"))
    assert octets.isascii()
    assert "Đã đóng." in parts(received(message, SMTP.clone(cte_type="7bit")))[0]


def test_plain_text_is_not_escaped_and_html_is() -> None:
    text, page = parts(mail("case_ended", facts={"stage": "closed", "text": 'Tom & "Jerry" <b>'}))
    assert 'Tom & "Jerry" <b>' in text
    assert "Tom &amp; &#34;Jerry&#34; &lt;b&gt;" in page


def test_texts_cannot_reorder_the_words_around_them() -> None:
    text, _ = parts(mail("case_ended", facts={"stage": "closed", "text": "a\u202eb\u2066c"}))
    assert "abc" in text


@pytest.mark.parametrize("starts", ["2009-11-16", "2009-11-16T09:00"])
def test_a_moment_without_a_time_zone_takes_the_whole_day(starts: str) -> None:
    message = mail("meeting_called", facts={"meeting": "First", "starts": starts})
    (file,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    (event,) = icalendar.Calendar.from_ical(file.get_content()).walk("VEVENT")
    assert str(event.decoded("dtstart")) == "2009-11-16"
    assert str(event.decoded("dtend")) == "2009-11-17"


def test_a_meeting_at_a_time_in_words_has_no_calendar_file() -> None:
    message = mail("meeting_called", facts={"meeting": "First", "starts": "after the plenary"})
    assert "after the plenary" in parts(message)[0]
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "address", ["a@b.org, c@d.org", "a@b.org\r\nBcc: c", "no-at", "<a@b.org>", "a b@c.org", "@x", ""]
)
def test_what_is_not_one_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="not one mail address"):
        MailReader(name="x", address=address, post=Post("ID/co-chair"))


def test_an_address_beyond_ascii_needs_smtputf8_only_before_the_at() -> None:
    reader = reader_of("invited")
    abroad = reader.model_copy(update={"address": "desk@bücher.example"})
    assert b"<desk@xn--bcher-kva.example>" in mail("invited", reader=abroad).as_bytes(policy=SMTP)
    local = reader.model_copy(update={"address": "büro@example.org"})
    assert "<büro@example.org>".encode() in mail("invited", reader=local).as_bytes(policy=SMTPUTF8)
    with pytest.raises(UnicodeError):
        mail("invited", reader=local).as_bytes(policy=SMTP)


def test_an_alternate_is_told_why_it_is_written_to() -> None:
    assert "as the alternate for this post" in parts(mail("review_escalated"))[0]
    holder = reader_of("review_escalated").model_copy(update={"capacity": Capacity.HOLDER})
    assert "because you hold this post" in parts(mail("review_escalated", reader=holder))[0]


def test_the_follow_up_of_a_recommendation_links_to_its_case() -> None:
    text, _ = parts(mail("recommendation_due", about=About(reference="AHG-2009-001/R2")))
    assert "https://ahg.example.org/cases/AHG-2009-001/do/adopt?recommendation=Members+nominate+" in text
    text, _ = parts(mail("recommendation_resolved", about=About(reference="AHG-2009-001/R2")))
    assert "https://ahg.example.org/cases/AHG-2009-001\n" in text


def test_what_the_procedure_depends_on_cannot_be_switched_off() -> None:
    for kind in ("review_requested", "review_escalated", "invited", "consent_requested", "circulated"):
        assert REGISTRY[kind].optionality is Optionality.MANDATORY
    assert len(list(rows())) == len(NOTICE_KINDS) == len(SAMPLE_FACTS)
