"""How things are said in Bahasa Indonesia, and that what the rules write into the log can be said in any language."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from models import events as e
from models.log import event_of
from models.policy import Span
from models.request import FIELD_WORDS, Request
from notifications import catalogues, sentences
from notifications.environment import mail_translations
from notifications.words import Words
from tests.models.helpers import AU, LK, MM, NZ, RSO, TH, approve, at_work, in_review, in_selection, reported
from tests.tabletop import Tabletop, directory
from web import render
from web.wording import section_words

NAMES = {code: member.name for code, member in directory().members.items()}
said = Words(NAMES, language="id", zone="Asia/Jakarta", translations=mail_translations("id"))
read = Words(NAMES)


def test_dates_and_moments_are_written_as_the_language_writes_them() -> None:
    at = datetime(2026, 8, 17, 3, 5, tzinfo=UTC)
    assert said.moment(at) == "Senin, 17 Agustus 2026, pukul 10.05 (Asia/Jakarta)"
    assert said.when("2026-05-01") == "Jumat, 1 Mei 2026"
    assert read.moment(at) == "Monday 17 August 2026, 03:05 (UTC)"


def test_posts_gates_and_seats() -> None:
    assert said.post("LK/focal-point") == "narahubung Sri Lanka"
    assert said.gate("activation") == "pengaktifan Kelompok Ad Hoc"
    assert said.seat("observer") == "sebagai pengamat"


def test_a_word_is_translated_by_the_thing_it_is_said_of() -> None:
    assert (said.word("participant", "declined"), said.word("decision", "declined")) == ("menolak", "ditolak")
    assert said.word("stage", "co_chair_review") == "peninjauan Ketua Bersama"
    assert read.word("stage", "co_chair_review") == "Co-Chair review"


@pytest.mark.parametrize(
    ("span", "english", "indonesian"),
    [("1wd", "1 working day", "1 hari kerja"), ("72h", "72 hours", "72 jam"), ("12mo", "12 months", "12 bulan")],
)
def test_lengths_of_time(span: str, english: str, indonesian: str) -> None:
    assert read.span(Span(span)) == english == Span(span).words
    assert said.ladder(Span(span).words) == said.span(Span(span)) == indonesian


def test_the_dates_of_ladders() -> None:
    assert said.ladder("due 2026-05-01") == "tenggat Jumat, 1 Mei 2026"
    assert said.ladder("something else") == "something else"


def test_sentences_of_the_log_are_said_in_the_language_of_the_reader() -> None:
    sentence = "LK/focal-point submitted version 2"
    assert said.own(sentence) == "narahubung Sri Lanka mengajukan versi 2"
    assert read.own(sentence) == "the focal point of Sri Lanka submitted version 2"
    assert said.own("named as affected; its mandate: migration") == "disebut sebagai terdampak; mandatnya: migration"
    assert said.own("Final report, version 3") == "laporan akhir, versi 3"


@pytest.mark.parametrize(
    "text",
    ["I like it, version 2 even more", "we: proposed by nobody", "named as affected; but why?", "x joined the request"],
)
def test_what_people_wrote_stays_as_they_wrote_it(text: str) -> None:
    assert said.own(text) == text


def _cases() -> Iterator[Tabletop]:
    amended = in_review()
    amended.do(LK, "resubmit", {"situation": "More boats."})
    amended.do(MM, "join")
    amended.do(MM, "withdraw")
    amended.wait(timedelta(days=60))
    yield amended
    listed = in_selection()
    listed.do(NZ, "propose", {"members": ["BD"], "observers": ["VN"]})
    approve(listed, "participants")
    listed.do("MY/focal-point", "respond", {"answer": "decline"})
    listed.do(NZ, "replace", {"member": "MY", "by": "PK"})
    listed.wait(timedelta(days=30))
    yield listed
    split = in_review()
    for _round in range(2):
        first, second = (one.post for one in split.case.gates[next(iter(split.case.gates))].deciders)
        split.do(first, "decide", {"gate": "activation", "position": "approve"})
        split.do(second, "decide", {"gate": "activation", "position": "decline", "text": "No."})
    yield split
    late = in_review()
    late.do(AU, "decide", {"gate": "activation", "position": "decline", "text": "No."})
    late.wait(timedelta(days=30))
    yield late
    longer = at_work()
    longer.do(TH, "extend", {"by": "3mo", "text": "More\ntime."})
    approve(longer, "extension")
    longer.do(TH, "extend")
    longer.do(RSO, "open_report")
    longer.do(TH, "terminate")
    yield longer
    closing = reported()
    closing.do(AU, "circulate", {"what": "full", "to": "participants", "names": ["TH"], "text": "Done."})
    approve(closing, "circulation")
    closing.do(TH, "consent", {"answer": "give"})
    for term in ("a", "b"):
        closing.do(RSO, "waive", {"term": term, "text": "Not needed."})
    closing.do(RSO, "close")
    yield closing
    again = at_work()
    again.do(RSO, "open_report", {"kind": "interim"})
    again.do(RSO, "table")
    again.until(again.case.ladders["silence"].due)
    again.do(RSO, "revise", {"text": "New."})
    yield again


def _own(event: object) -> Iterator[str]:
    """What the rules themselves put into words in an event."""
    match event:
        case e.GateOpened():
            yield event.about
        case e.PositionsVoided():
            yield from (event.about, event.why)
        case e.GateDecided() | e.StageEntered() | e.Responded() | e.Convened():
            yield event.text
        case e.MinimumMissing():
            yield from event.lacks
        case e.ParticipantsProposed():
            yield from (part for one in event.listed for part in one.why.split("; "))


def test_every_sentence_that_the_rules_write_is_known() -> None:
    given = {"No.", ""}  # what the posts above say themselves
    written = {
        text for table in _cases() for entry in table.entries for text in _own(event_of(entry)) if text not in given
    }
    assert len(written) > 20
    unknown = {
        text for text in written if said.own(text) == read.own(text) and sentences.sentence_in(text, str, {}) is None
    }
    assert unknown == set()


def test_fields_of_a_request_are_said_in_mails_as_on_pages() -> None:
    assert read.fields(("situation", "urgency", "asks")) == "the situation, urgency, what is asked"
    assert (
        said.fields(("situation", "urgency", "asks", "unheard_of"))
        == "situasi, tingkat urgensi, apa yang diminta, unheard_of"
    )
    assert set(FIELD_WORDS) == set(Request.model_fields)
    pages = catalogues.catalogue(render.PAGE_CATALOGUES, "id", render.PAGE_DOMAIN)
    for name, words in FIELD_WORDS.items():
        assert section_words(name, str) == words
        assert section_words(name, pages.gettext) == said.fields([name]) != words
