"""How things are said in Bahasa Indonesia, and that what the rules write into the log can be said in any language."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from models import events as e
from models.ladder import Ladder, ladder_of, ladder_on
from models.log import event_of
from models.old_sentences import NEVER_ALONE
from models.policy import Policy, Span, policy_with
from models.reasons import PLAIN, WHY_LISTED, ReasonCode, StatedReason, in_english, reason
from models.request import FIELD_WORDS, Request
from notifications import catalogues
from notifications.environment import mail_translations
from notifications.words import Words
from tests.models.helpers import (
    AU,
    ID,
    LK,
    MM,
    NZ,
    RSO,
    TH,
    approve,
    at_work,
    in_review,
    in_selection,
    invited,
    reported,
)
from tests.models.test_contesting import closing_with_waivers
from tests.table_of_scenarios import table_after
from tests.tabletop import Tabletop, directory
from web.kit import render
from web.kit.wording import section_words

NAMES = {code: member.name for code, member in directory().members.items()}
said = Words(NAMES, language="id", zone="Asia/Jakarta", translations=mail_translations("id"))
read = Words(NAMES)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


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
    assert said.ladder(_labelled(Span(span).words)) == said.span(Span(span)) == indonesian
    ladder = ladder_of(Span(span), NOW, {}, now=NOW)
    assert (ladder.label, said.ladder(ladder)) == (english, indonesian)


def _labelled(label: str) -> Ladder:
    """A ladder from before what its deadline comes from was kept with a code."""
    return Ladder(due=NOW, rungs=(), label=label)


def test_where_the_dates_of_ladders_come_from() -> None:
    ladder = ladder_on(reason(ReasonCode.DUE_ON, day="2026-05-01"), NOW, ())
    assert ladder.label == "due 2026-05-01"
    assert said.ladder(ladder) == said.ladder(_labelled(ladder.label)) == "tenggat Jumat, 1 Mei 2026"
    assert read.ladder(ladder) == "due on Friday 1 May 2026"
    assert said.ladder(_labelled("something else")) == "something else"


def test_sentences_of_old_logs_are_said_in_the_language_of_the_reader() -> None:
    sentence = "LK/focal-point submitted version 2"
    assert said.stated(sentence, None) == "narahubung Sri Lanka mengajukan versi 2"
    assert read.stated(sentence, None) == "the focal point of Sri Lanka submitted version 2"
    listed = "named as affected; its mandate: migration"
    assert said.stated(listed, None) == "disebut sebagai terdampak; mandatnya: migration"
    assert said.stated("Final report, version 3", None) == "laporan akhir, versi 3"
    closing = "Closing of the case. Waived (a): None was needed. Waived (b): Nor this."
    assert said.stated(closing, None, " ") == (
        "Penutupan kasus. Dikecualikan (a): None was needed. Dikecualikan (b): Nor this."
    )


@pytest.mark.parametrize(
    "text",
    ["I like it, version 2 even more", "we: proposed by nobody", "named as affected; but why?", "x joined the request"],
)
def test_what_people_wrote_stays_as_they_wrote_it(text: str) -> None:
    assert said.stated(text, None) == said.stated(text, ()) == text


def test_own_words_are_not_looked_at_where_the_log_tells_that_they_are() -> None:
    assert said.stated("Everyone has answered.", ()) == "Everyone has answered."
    assert said.stated("Everyone has answered.", None) == "Semua sudah menjawab."


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
        closing.do(RSO, "waive", {"term": [term], "text": "Not needed."})
    closing.do(RSO, "close")
    yield closing
    again = at_work()
    again.do(RSO, "open_report", {"kind": "interim"})
    again.do(RSO, "table")
    again.until(again.case.ladders["silence"].due)
    again.do(RSO, "revise", {"text": "New."})
    yield again
    ending = at_work(Policy.default())
    ending.do(RSO, "add_outcome", {"title": "Radio net", "owner": "TH"})
    ending.do(TH, "take_on", {"outcome": "Radio net", "answer": "decline"})
    ending.do(RSO, "open_report", {"kind": "interim"})
    ending.do(RSO, "revise", {"text": "No boats."})
    ending.do(RSO, "table")
    ending.until(ending.case.ladders["silence"].due)
    ending.do(RSO, "revise", {"text": "No boats came.", "corrects": "No boats."})
    ending.do(TH, "terminate")
    approve(ending, "termination")
    yield ending
    yield from _more_cases()


def _more_cases() -> Iterator[Tabletop]:
    lapsed = in_review()
    lapsed.wait(timedelta(days=40))
    lapsed.do(LK, "resubmit", {"situation": "More boats."})
    lapsed.do(RSO, "accept")
    lapsed.do(LK, "withdraw")
    yield lapsed
    replaced = in_selection(routes=[{"from": "LK", "via": ["ID"], "to": "AU"}], situation="Trafficking by boat.")
    replaced.do(NZ, "replace", {"member": "MY", "by": "PK"})
    approve(replaced, "participants")
    for member in ("TH", "IOM"):
        replaced.do(f"{member}/focal-point", "respond", {"answer": "decline"})
    replaced.wait(timedelta(days=30))
    yield replaced
    convened = invited()
    for member in ("TH", "IOM"):
        convened.do(f"{member}/focal-point", "respond", {"answer": "accept"})
    convened.do(AU, "convene")
    convened.do(RSO, "add_outcome", {"title": "Radio net", "owner": "TH", "due": "2026-09-01"})
    pact = {"title": "Routes", "parties": ["LK", "TH"], "begins": "2026-06-01", "review": "2026-10-01"}
    convened.do(LK, "add_arrangement", pact)
    convened.do(TH, "agree", {"arrangement": "Routes"})
    for post in (NZ, AU):
        convened.do(post, "admit", {"member": "BD"})
    convened.do(AU, "circulate", {"what": "nothing"})
    convened.until(convened.case.ladders["duration"].due - timedelta(days=1))
    convened.do(RSO, "open_report", {"kind": "interim"})
    convened.wait(timedelta(days=1))
    yield convened
    verified = at_work()
    verified.do(RSO, "add_outcome", {"title": "Radio net", "owner": "LK"})
    verified.do(RSO, "open_report")
    verified.do(RSO, "table")
    verified.until(verified.case.ladders["silence"].due)
    approve(verified, "report")
    verified.do(LK, "done", {"outcome": "Radio net"})
    verified.do(AU, "verify", {"outcome": "Radio net"})
    verified.do(RSO, "waive", {"term": ["b"], "text": "Not needed."})
    verified.do(RSO, "close")
    verified.do(RSO, "waive", {"term": ["b"], "text": "Nothing to share."})
    verified.do(ID, "object", {"outcome": "Radio net", "text": "No."})
    yield verified
    gone = at_work(policy_with({}))
    gone.do(LK, "add_arrangement", {"title": "Routes", "parties": ["LK", "TH"]})
    gone.do(TH, "leave")
    yield gone
    grounds = [{"member": "TH", "ground": "landing", "number": 1240, "of": 2000, "sources": ["UNHCR"]}]
    reviewed = in_review(grounds=grounds)
    reviewed.do(
        NZ, "review_ground", {"member": "TH", "ground": "landing", "view": "dispute", "text": "Of another year."}
    )
    reviewed.do(ID, "review_ground", {"member": "TH", "ground": "landing"})
    approve(reviewed, "activation")
    yield reviewed
    tabled = at_work()
    tabled.do(RSO, "open_report", {"kind": "interim"})
    tabled.do(RSO, "table")
    tabled.do(RSO, "revise", {"text": "New."})
    yield tabled
    reworded = in_selection(policy=Policy.default(), grounds=[{"member": "LK", "ground": "landing"}])
    kept = {"text": "A Thai boat.", "keep": ["Thai"], "why_kept": "It is public."}
    reworded.do(RSO, "circulate", kept)
    reworded.do(ID, "reword", {**kept, "text": "One Thai boat."})
    yield reworded
    rules = Path(__file__).parents[1] / "scenarios" / "rules"
    yield table_after(rules / "a-closing-ends-when-a-term-is-open-again.yaml")
    yield closing_with_waivers(reported=True)


class Stated(NamedTuple):
    """A text in the log, the reasons beside it, and what stands between their sentences."""

    text: str
    reasons: tuple[StatedReason, ...] | None
    between: str = "; "


def _stated(event: object) -> Iterator[Stated]:
    """What the rules themselves may have put into words in an event."""
    match event:
        case e.GateOpened():
            yield Stated(event.about, event.matter, " ")
        case e.PositionsVoided():
            yield Stated(event.about, event.matter, " ")
            yield Stated(event.why, event.reasons)
        case e.MinimumMissing():
            yield Stated(", ".join(event.lacks), event.reasons, ", ")
        case e.ParticipantsProposed():
            yield from (Stated(one.why, one.reasons) for one in event.listed)
        case e.ArrangementLeft() | e.ArrangementEnded() | e.OutcomeAmended():
            yield Stated(event.text, event.reasons)
        case e.LadderSet():
            yield Stated(event.ladder.label, (event.ladder.basis,) if event.ladder.basis else ())
        case e.GateDecided() | e.StageEntered() | e.Responded() | e.Convened() | e.Commented() | e.ReportMoved():
            yield Stated(event.text, event.reasons)


def _everything_stated() -> set[Stated]:
    tables = list(_cases())
    listed = {Stated(one.why, one.reasons) for table in tables for one in table.case.participants.values()}
    return listed | {one for table in tables for entry in table.entries for one in _stated(event_of(entry)) if one.text}


def test_what_the_rules_state_has_its_code_and_the_log_its_english() -> None:
    stated = _everything_stated()
    for one in stated:
        assert one.reasons, one.text
        assert in_english(one.reasons, one.between, directory().name) == one.text
    codes = {reason.code for one in stated for reason in one.reasons or ()}
    assert set(ReasonCode) - codes == {ReasonCode.LACKS_REQUESTER}  # it is in the group from the first list on


@pytest.mark.parametrize("say", [said, read], ids=["id", "en"])
def test_old_entries_that_have_the_english_alone_are_said_as_those_that_have_the_code(say: Words) -> None:
    for one in _everything_stated():
        if one.reasons and not {reason.code for reason in one.reasons} & {*SAID_BY_LADDERS, *NEVER_ALONE}:
            assert say.stated(one.text, None, one.between) == say.stated(one.text, one.reasons, one.between)


SAID_BY_LADDERS = {ReasonCode.SPAN, ReasonCode.DUE_ON, ReasonCode.REVIEW_ON, ReasonCode.DAY_WANTED}


def test_every_sentence_is_translated() -> None:
    catalogue = mail_translations("id")
    context = "why a member is listed"
    for code in ReasonCode:
        sentence = code.sentence
        known = catalogue.pgettext(context, sentence) if code in WHY_LISTED else catalogue.gettext(sentence)
        assert known != sentence or code in PLAIN, code


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
