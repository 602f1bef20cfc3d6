"""Names in a text: found as people write them, and nothing else."""

import pytest
from babel import Locale

from models.case import Consent
from models.circulation_preview import as_proposed, if_released
from models.commands import parse
from models.names.finding import find_names
from models.names.table import known_names, words_of
from models.policy import NamesSought, Policy
from models.posts import Post
from models.release import as_asked, names_found, passages
from models.visibility import as_seen
from tests.models.helpers import ID, RSO, TH, in_selection
from tests.published_names import LANGUAGES, cldr_names
from tests.tabletop import directory


def found(text: str) -> list[tuple[str, str]]:
    """The names in a text, each with the codes of those that it may name."""
    return [(one.words, " ".join(one.codes)) for one in find_names(text, directory(), NamesSought.HOWEVER_WRITTEN)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Vietnam, Laos, Turkey and Burma", "VN LA TR MM"),
        ("Hong Kong, New Caledonia, South Korea, the United States", "HK NC KR US"),
        ("the Thai navy, two Sri Lankans and a Bangladeshi boat", "TH LK BD"),
        ("Kaledonia Baru, Korsel, Tiongkok, Filipina dan Amerika Serikat", "NC KR CN PH US"),
        ("talks in Canberra, Kuala Lumpur and Naypyidaw", "AU MY MM"),
        ("TÜRKIYE, Turkiye, Türkiye; Côte d'Ivoire, Cote d’Ivoire", "TR TR TR CI CI"),
        ("Timor-Leste, Timor Leste, Timor-\nLeste", "TL TL TL"),
        ("Viet\u00adnam, Việt Nam, ＴＨＡＩ", "VN VN TH"),
        ("UAE, DPRK, ROK, PNG, the U.S. and the US coast guard", "AE KP KR PG US US"),
        ("France (New Caledonia) and Democratic People's Republic of Korea", "NC KP"),
        ("MY, TH and BD; AU and ID; said MV/focal-point", "MY TH BD AU ID MV"),
        ("IOM, the UN Refugee Agency and Organisasi Internasional untuk Migrasi", "IOM UNHCR IOM"),
        ("a Somali crew", "SO"),
        ("Papua New Guinea, Guinea, Equatorial Guinea, Niger, Nigeria", "PG GN GQ NE NG"),
        ("They met in Malé. They met in Male.", "MV MV"),
        ("Bakamla", "ID"),
    ],
)
def test_a_name_is_found_as_people_write_it(text: str, names: str) -> None:
    assert [codes for _, codes in found(text)] == names.split()


@pytest.mark.parametrize(
    "text",
    [
        "They told us in time, to no end; my boat is in no port.",
        "TELL US IN TIME TO ACT",
        "Male passengers. Lima kapal. A family reunion. Identity (ID) cards of the MV Tampa.",
        "the Indian Ocean, the South China Sea, the Gulf of Thailand, Laut Cina Selatan",
        "The Bali Process, a member, an organisation, Bahasa Indonesia",
        "Thaitanic, Omanisation, chinaware, Nigeriana",
    ],
)
def test_what_is_no_name_is_not_found(text: str) -> None:
    assert found(text) == []


def test_a_name_of_two_states_may_name_either() -> None:
    assert found("Korea and the Congo") == [("Korea", "KP KR"), ("Congo", "CD CG")]


def test_the_tables_know_every_name_that_is_published_in_the_languages_offered() -> None:
    territories = map(str, Locale(LANGUAGES[0]).territories)
    codes = [code for code in territories if len(code) == 2 and code.isalpha()]
    listed = {name.words for several in known_names(NamesSought.HOWEVER_WRITTEN).values() for name in several}
    apart = {"AC", "CP", "CQ", "DG", "EA", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}  # no states or territories

    assert [
        name for code in codes if code not in apart for name in cldr_names(code) if words_of(name) not in listed
    ] == []


@pytest.mark.parametrize("piece", ["MY ", "Male ", "U.S. ", "the people's republic of ", "Korea\u0301 ", "AU/", "\n"])
def test_a_long_text_takes_as_long_as_it_is_long(piece: str) -> None:
    """Each word is looked at once, whatever stands before it: what is found in a text is found in its halves."""
    text = piece * (4000 // len(piece))

    assert len(found(text * 2)) in (2 * len(found(text)), 2 * len(found(text)) + 1)


def test_a_preview_marks_what_would_be_refused() -> None:
    case = in_selection(policy=Policy.default()).case
    fields = {"text": "The Thai navy and Laos.", "names": ["LA"]}
    command = parse("circulate", fields, by=ID, command_id="c")
    proposed = as_proposed(case, command, case.updated_at)  # type: ignore[arg-type]
    preview = if_released(case, proposed)

    assert [one.words for one in preview.held] == ["Thai"]
    assert preview.notices == ()
    marked = passages(case, preview.release.text, preview.held)
    assert [(one.words, one.unsettled) for one in marked if one.name] == [("Thai", True), ("Laos", False)]
    assert [one.words for one in if_released(case, proposed, ["LA"]).held] == ["Thai", "Laos"]


def test_who_is_asked_reads_its_own_name_and_not_who_else_would_be_named() -> None:
    table = in_selection(policy=Policy.default())
    fields = {"text": "Thailand, Laos and Jakarta.", "names": ["TH", "LA"], "keep": ["Jakarta"], "why_kept": "Public."}
    table.do(RSO, "circulate", fields)
    table.do("LA/focal-point", "consent", {"answer": "refuse"})
    circulation = table.case.circulation
    assert circulation is not None

    assert as_asked(table.case, circulation, "TH").text == "Thailand, […] and Jakarta."
    own = as_seen(table.case, Post(TH))
    assert own is not None
    assert own.case.circulations[1].consents == {"TH": Consent.PENDING}


def test_what_is_told_in_full_is_kept_with_the_proposal() -> None:
    table = in_selection(policy=Policy.default())
    table.do(RSO, "circulate", {"what": "full", "text": "A group is formed."})
    circulation = table.case.circulation
    assert circulation is not None
    assert (circulation.outcomes, circulation.recommendations) == ((), ())
    assert names_found(table.case, "Thai", "thai", "Thailand")[0].codes == ("TH",)
    assert len(names_found(table.case, "Thai", "thai", "Thailand")) == 2
