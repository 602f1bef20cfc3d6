"""What came back is read for what it says, whoever wrote it, and nothing in it does harm."""

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.returns import Fate
from notifications.returned_parts import LONGEST_READ
from notifications.returns import read_return
from tests.notifications.returned import ADDRESS, FOLDER, MESSAGE_ID, returned

SAMPLES = sorted(path.stem for path in FOLDER.glob("*.eml"))


def report(*, status: str = "Action: failed\nStatus: 5.1.1", before: str = "Sorry.", sent: str = MESSAGE_ID) -> bytes:
    """A delivery report of the plainest form."""
    return (
        "From: mailer-daemon@example.net\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\n\n{before}\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; {ADDRESS}\n"
        f"{status}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nTo: {ADDRESS}\nMessage-ID: {sent}\n\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    ("name", "fate", "status", "text"),
    [
        (
            "postfix-failed",
            Fate.FAILED,
            "5.1.1",
            "550 5.1.1 <desk@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
        ),
        ("postfix-delayed", Fate.DELAYED, "4.4.1", "connect to mail.example.org[192.0.2.25]:25: Connection timed out"),
        (
            "exchange-failed",
            Fate.FAILED,
            "5.1.10",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient desk@example.org not found by SMTP address lookup",
        ),
        ("exchange-gave-up", Fate.FAILED, "4.4.7", "550 4.4.7 QUEUE.Expired; message expired"),
        (
            "gmail-delayed",
            Fate.DELAYED,
            "4.4.1",
            "The recipient server did not accept our requests to connect. [mail.example.org. 192.0.2.25: timed out]",
        ),
        (
            "outlook-out-of-office",
            Fate.AUTO_REPLY,
            "",
            "Automatic reply: [AHG-2026-001] Your request has been received",
        ),
        ("gmail-vacation", Fate.AUTO_REPLY, "", "Nghỉ phép Re: [AHG-2026-001]"),
    ],
)
def test_what_mail_servers_and_programs_send_back(name: str, fate: Fate, status: str, text: str) -> None:
    read = read_return(returned(name))
    assert read is not None
    assert read.message_ids == (MESSAGE_ID,)
    (said,) = read.reports
    assert ADDRESS in said.addresses
    assert (said.fate, said.status, said.text) == (fate, status, text)


def test_a_long_diagnostic_is_read_in_one_line_with_its_markup_as_text() -> None:
    read = read_return(returned("gmail-failed"))
    assert read is not None
    (said,) = read.reports
    assert said.fate is Fate.FAILED
    assert said.text.startswith("550-5.1.1 The email account that you tried to reach does not exist.")
    assert said.text.endswith("<script>alert(1)</script> - gsmtp")


def test_a_report_on_an_address_beyond_ascii_is_read() -> None:
    read = read_return(returned("postfix-smtputf8-failed"))
    assert read is not None
    (said,) = read.reports
    assert said.addresses == {"büro@example.org"}
    assert said.text == "550 5.1.1 büro: unknown user"


def test_a_persons_reply_is_neither() -> None:
    assert read_return(returned("a-persons-reply")) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_mail_has_the_same_fingerprint_whichever_way_it_came(name: str) -> None:
    first = read_return(returned(name))
    again = read_return(b"Received: by another.example.org; Mon, 2 Mar 2026 10:00:00 +0000\r\n" + returned(name))
    assert (first and first.fingerprint) == (again and again.fingerprint)


def test_the_action_decides_and_not_the_class_of_the_status() -> None:
    for action, fate in (("failed", Fate.FAILED), ("delayed", Fate.DELAYED), ("relayed", Fate.DELIVERED)):
        read = read_return(report(status=f"Action: {action}\nStatus: 4.4.7"))
        assert read is not None
        assert read.reports[0].fate is fate


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff" * 5000,
        b"\r\n" * 5000,
        report(status="Action: exploded\nStatus: 5.1.1"),
        report(status="Status: 5.1.1"),
        report().replace(b"rfc822; desk@example.org", b"x400; /C=AU/S=DESK"),
        report().replace(b"message/delivery-status", b"text/plain"),
        report().replace(b"boundary=b", b""),
        report().replace(b"rfc822; desk@example.org", b"desk"),
        report().replace(b"rfc822; desk@example.org", b"x400; /C=AU/S=D@x"),
        b"Content-Type: message/rfc822\n\n" + report(),
    ],
)
def test_what_is_no_report_says_nothing(octets: bytes) -> None:
    assert read_return(octets) is None


@pytest.mark.parametrize(
    "octets",
    [
        returned("gateway-in-multipart-mixed"),
        report().replace(b"multipart/report", b"multipart/mixed"),
        b"Content-Type: multipart/mixed; boundary=c\n\n--c\n" + report() + b"\n--c--\n",
        report().replace(b"rfc822; desk@example.org", b"desk@example.org"),
        report().replace(b"rfc822; desk@example.org", b"<Desk@example.org>"),
        report().replace(b"rfc822; desk@example.org", b"unknown; desk@example.org"),
    ],
)
def test_a_report_in_another_form_than_the_standards_is_read_and_not_regular(octets: bytes) -> None:
    read = read_return(octets)
    assert read is not None
    assert read.message_ids == (MESSAGE_ID,)
    assert [(one.fate, one.addresses, one.regular) for one in read.reports] == [
        (Fate.FAILED, frozenset({ADDRESS}), False)
    ]
    regular = read_return(report())
    assert regular is not None
    assert regular.reports[0].regular


WITHOUT = (
    report(sent="no id at all"),
    report().replace(b"text/rfc822-headers", b"text/plain"),
    report().partition(b"--b\nContent-Type: text/rfc822-headers")[0] + b"--b--\n",
)


@pytest.mark.parametrize("octets", WITHOUT)
def test_a_report_without_our_headers_names_the_mail_by_its_envelope_id_or_not_at_all(octets: bytes) -> None:
    read = read_return(octets)
    assert read is not None
    assert (read.message_ids, read.reports[0].fate) == ((), Fate.FAILED)
    own = MESSAGE_ID.strip("<>").encode()
    named = octets.replace(b"Reporting-MTA: dns; x", b"Reporting-MTA: dns; x\nOriginal-Envelope-Id: " + own)
    read = read_return(named)
    assert read is not None
    assert read.message_ids == (MESSAGE_ID,)


def test_a_gateway_that_gives_the_mail_another_id_leaves_it_its_envelope_id() -> None:
    own = MESSAGE_ID.strip("<>").encode()
    changed = report(sent="<another@gateway.example>").replace(
        b"Reporting-MTA: dns; x", b"Original-Envelope-Id: " + own + b"\nReporting-MTA: dns; x"
    )
    read = read_return(changed)
    assert read is not None
    assert read.message_ids == ("<another@gateway.example>", MESSAGE_ID)


def test_a_report_on_many_recipients_names_each() -> None:
    more = "\n".join(f"\nFinal-Recipient: rfc822; n{n}@example.org\nAction: delayed" for n in range(3))
    read = read_return(report(status=f"Action: failed\n{more}"))
    assert read is not None
    assert [one.fate for one in read.reports] == [Fate.FAILED, *[Fate.DELAYED] * 3]


def test_a_character_set_that_nobody_knows_is_no_obstacle() -> None:
    strange = returned("outlook-out-of-office").replace(b"iso-8859-1", b"x-klingon")
    strange = strange.replace(b"Subject: Automatic reply", b"Subject: =?x-klingon?b?////?= =?utf-8?b?%%%?=")
    read = read_return(strange)
    assert read is not None
    assert "[AHG-2026-001]" in read.reports[0].text
    read = read_return(report(status="Action: failed\nDiagnostic-Code: smtp; ??? 550").replace(b"???", b"\xff\xfe\x81"))
    assert read is not None
    assert read.reports[0].text.endswith("550")


def test_of_ten_megabytes_only_the_beginning_is_read() -> None:
    whole = report().replace(b"\n--b--\n", b"\n" + b"x" * 10 * 1024**2 + b"\n--b--\n")
    assert read_return(whole) == read_return(whole[:LONGEST_READ])
    read = read_return(whole)
    assert read is not None
    assert read.reports[0].fate is Fate.FAILED
    assert read_return(report(before="x\n" * LONGEST_READ)) is None


@pytest.mark.parametrize("depth", [20, 900, 6000])
def test_parts_within_parts_within_parts_say_nothing_and_stop_nothing(depth: int) -> None:
    opening = "".join(f"--b{n}\nContent-Type: multipart/report; boundary=b{n + 1}\n\n" for n in range(depth))
    nested = f"Content-Type: multipart/report; boundary=b0\n\n{opening}".encode()
    assert read_return(nested) is None


def test_a_mail_that_quotes_our_own_as_an_attachment_reports_nothing() -> None:
    wrapped = EmailMessage()
    wrapped["From"], wrapped["To"], wrapped["Subject"] = ADDRESS, "ahg@example.org", "Fwd: look at this"
    wrapped.set_content("See below.")
    wrapped.add_attachment(report(), maintype="application", subtype="octet-stream", filename="report.eml")
    assert read_return(wrapped.as_bytes()) is None


KEYED = f"{'0a1b' * 10}@example.org"
"""A Message-ID as ``notifications.message_ids`` makes them, without its brackets."""


def in_words(name: str) -> bytes:
    """A report of failure in words alone, about the mail with that Message-ID."""
    text = (FOLDER / "in_words" / f"{name}.eml").read_text(encoding="utf-8")
    wrapped = "our-own-id@exa=\nmple.org"
    return text.replace(wrapped, f"{KEYED[:-8]}=\n{KEYED[-8:]}").replace(MESSAGE_ID.strip("<>"), KEYED).encode()


IN_WORDS = {
    "qmail": ("5.1.1", "Sorry, no mailbox here by that name."),
    "exim": ("5.1.1", "The following address(es) failed"),
    "postfix-whole": ("5.1.1", "Recipient address rejected"),
    "exchange-html": ("5.1.10", "Fehler bei der Nachrichtenzustellung an folgende Empfänger"),
    "exchange-plain": ("5.1.10", "Delivery has failed to these recipients"),
    "gateway-headers": ("5.1.1", "unknown user"),
}


@pytest.mark.parametrize("name", IN_WORDS)
def test_a_report_in_words_alone_is_known_by_our_message_id_and_proves_nothing(name: str) -> None:
    octets = in_words(name)
    status, text = IN_WORDS[name]
    for written in (octets, octets.replace(b"\n", b"\r\n")):
        read = read_return(written)
        assert read is not None
        (said,) = read.reports
        assert (read.message_ids, said.fate, said.regular) == ((f"<{KEYED}>",), Fate.FAILED, False)
        assert ADDRESS in said.addresses
        assert (said.status, text in said.text) == (status, True)


@pytest.mark.parametrize("name", IN_WORDS)
def test_what_is_no_mail_servers_word_or_names_no_mail_of_ours_is_no_report_in_words(name: str) -> None:
    octets = in_words(name)
    read = read_return(octets.replace(KEYED[:9].encode(), b"any-other"))
    assert all(one.fate is Fate.AUTO_REPLY for one in (read.reports if read else ()))
    lines = octets.split(b"\n")
    others = (b"subject", b"x-failed", b"x-ms-exchange", b"in-reply-to", b"references", b"auto-submitted")
    kept = [one for one in lines if not one.lower().startswith((b"from: m", b'from: "m', b"from: post", *others))]
    reply = b"From: A person <person@example.net>\nSubject: Re: what I got\n" + b"\n".join(kept)
    assert read_return(reply) is None


def test_a_server_that_still_tries_reports_no_failure_in_words() -> None:
    subject = b"Subject: Mail delivery failed: returning message to sender"
    for still in (b"Subject: Warning: message 1vxyz delayed 24 hours", b"Subject: Delayed Mail (still being retried)"):
        read = read_return(in_words("exim").replace(subject, still))
        assert read is None


_PIECES = (
    *("<", ">", "&lt;", "=?utf-8?q?", "?=", "0a1b", "@", KEYED, ADDRESS, "5.1.1", ".", "\n", "\n\n", "--g1\n", "a"),
    *("Message-ID: ", "From: MAILER-DAEMON@x\n", "Subject: failure notice\n", "Content-Type: text/html\n"),
)


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(IN_WORDS)), head=st.booleans(), put=st.lists(st.sampled_from(_PIECES), max_size=40))
def test_a_report_in_words_is_read_whatever_stands_in_it(name: str, *, head: bool, put: list[str]) -> None:
    octets, words = in_words(name), "".join(put).encode()
    at = 0 if head else octets.index(b"\n\n") + 2
    read = read_return(octets[:at] + words + octets[at:])
    for said in read.reports if read else ():
        assert len(said.text) <= 500
        assert len(said.addresses) <= 50
        assert all(one.isprintable() for one in (said.text, said.status, *said.addresses))


@pytest.mark.parametrize("piece", [one for one in _PIECES if one.strip()])
def test_the_work_for_a_report_in_words_grows_with_its_length_alone(piece: str) -> None:
    """As in tests/security/test_costs.py: where the work grows by the square, the suite's limit ends it."""
    count = LONGEST_READ // len(piece)
    for before, after in ((b"Subject: failure notice ", b"\n\n"), (b"Subject: failure notice\n\n", b"")):
        read_return(before + piece.encode() * count + after)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(SAMPLES),
    cuts=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 200), st.binary(max_size=60)), max_size=6),
)
def test_whatever_is_done_to_a_mail_what_it_says_stays_short_and_on_one_line(
    name: str, cuts: list[tuple[int, int, bytes]]
) -> None:
    octets = returned(name)
    for at, length, put in cuts:
        octets = octets[:at] + put + octets[at + length :]
    read = read_return(octets)
    for said in read.reports if read else ():
        assert len(said.text) <= 500
        for text in (said.text, said.status, *said.addresses):
            assert "\n" not in text
            assert "\r" not in text
            assert "\x00" not in text
            text.encode()  # no half of a surrogate pair, which no database takes
