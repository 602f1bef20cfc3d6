"""Names that are written otherwise than they are spelled: found where people read them, and nothing else."""

import pytest
from babel.core import get_global

from models.names.finding import find_names
from models.names.looks import plain_letter
from models.names.table import known_names, words_of
from models.policy import NamesSought
from tests.published_names import own_names
from tests.tabletop import directory


def found(text: str, sought: NamesSought = NamesSought.HOWEVER_WRITTEN) -> list[tuple[str, str]]:
    """The names in a text, each with the codes of those that it may name."""
    return [(one.words, " ".join(one.codes)) for one in find_names(text, directory(), sought)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # everyday names, in both languages
        ("a Persian dhow", [("Persian", "IR")]),
        ("kapal Persia", [("Persia", "IR")]),
        ("Papuan, Papua", [("Papuan", "PG ID"), ("Papua", "PG ID")]),
        ("Pinoy, Pilipinas", [("Pinoy", "PH"), ("Pilipinas", "PH")]),
        ("Lanka, Burmese", [("Lanka", "LK"), ("Burmese", "MM")]),
        ("Paman Sam dan Negeri Jiran", [("Paman Sam", "US"), ("Negeri Jiran", "MY")]),
        ("a Sino-Viet talk", [("Sino", "CN"), ("Viet", "VN")]),
        ("S. Korea, M'sia", [("S. Korea", "KR"), ("M'sia", "MY")]),
        ("Nippon, Zhongguo", [("Nippon", "JP"), ("Zhongguo", "CN")]),
        # what it is called at home
        ("เรือของประเทศไทย", [("ไทย", "TH")]),
        ("中国的船, 한국의", [("中国", "CN"), ("한국", "KR")]),
        ("ایران, বাংলাদেশ", [("ایران", "IR"), ("বাংলাদেশ", "BD")]),
        # letters that look alike
        ("Тhаіlаnd", [("Тhаіlаnd", "TH")]),
        ("ΙΝDΙΑ and Μyanmar", [("ΙΝDΙΑ", "IN"), ("Μyanmar", "MM")]),
        ("тнаі", [("тнаі", "TH")]),
        ("ｖｉｅｔ ｎａｍ", [("ｖｉｅｔ ｎａｍ", "VN")]),
        ("ᴛʜᴀɪ, 𝕃𝕒𝕠𝕤, Ⓛⓐⓞⓢ", [("ᴛʜᴀɪ", "TH"), ("𝕃𝕒𝕠𝕤", "LA"), ("Ⓛⓐⓞⓢ", "LA")]),
        ("🅘🅡🅐🅝, 🅻🅰🅾🆂, 🄸🅁🄰🄽", [("🅘🅡🅐🅝", "IR"), ("🅻🅰🅾🆂", "LA"), ("🄸🅁🄰🄽", "IR")]),
        ("İran, Türkıye", [("İran", "IR"), ("Türkıye", "TR")]),
        ("UΝHCR", [("UΝHCR", "UNHCR")]),
        # digits and pairs that look like a letter
        (
            "Tha1land, V1etnam, Ma1aysia, 1nd0nesia",
            [("Tha1land", "TH"), ("V1etnam", "VN"), ("Ma1aysia", "MY"), ("1nd0nesia", "ID")],
        ),
        ("lndonesia, lran, ThaiIand", [("lndonesia", "ID"), ("lran", "IR"), ("ThaiIand", "TH")]),
        ("Myanrnar, Taivvan", [("Myanrnar", "MM"), ("Taivvan", "TW")]),
        ("Thailand2026", [("Thailand2026", "TH")]),
        # signs
        ("🇹🇭 and 🇲🇾", [("🇹🇭", "TH"), ("🇲🇾", "MY")]),
        (
            "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            [("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "GB")],
        ),
        ("write to desk@mfa.gov.au or see www.imigrasi.go.id.", [("au", "AU"), ("id", "ID")]),
        # points, and letters one by one
        ("U.N.H.C.R., I.O.M. and U.N.O.D.C.", [("U.N.H.C.R", "UNHCR"), ("I.O.M", "IOM"), ("U.N.O.D.C", "UNODC")]),
        ("P.N.G. U.A.E.", [("P.N.G", "PG"), ("U.A.E", "AE")]),
        ("U. N. H. C. R.", [("U. N. H. C. R", "UNHCR")]),
        ("a T h a i l a n d boat", [("T h a i l a n d", "TH")]),
        ("T-h-a-i and I.r.a.n", [("T-h-a-i", "TH"), ("I.r.a.n", "IR")]),
        # broken up, or put together
        (
            "Thai\u00adland, Thai\u200bland, Thai\u2060land, Thai\ufeffland",
            [("Thai\u00adland", "TH"), ("Thai\u200bland", "TH"), ("Thai\u2060land", "TH"), ("Thai\ufeffland", "TH")],
        ),
        (
            "Myan\u3164mar, Myan\x08mar, M\u20ddyanmar",
            [("Myan\u3164mar", "MM"), ("Myan\x08mar", "MM"), ("M\u20ddyanmar", "MM")],
        ),
        (
            "Thai\u2011land, Malay-sia, Myan·mar, Bangla_desh",
            [("Thai\u2011land", "TH"), ("Malay-sia", "MY"), ("Myan·mar", "MM"), ("Bangla_desh", "BD")],
        ),
        ("Bangla-\ndesh", [("Bangla-\ndesh", "BD")]),
        ("SriLanka, NEWZEALAND, #southkorea", [("SriLanka", "LK"), ("NEWZEALAND", "NZ"), ("southkorea", "KR")]),
        ("#ThaiNavy, ThailandBoats", [("Thai", "TH"), ("Thailand", "TH")]),
        ("Thailandʼs boat", [("Thailand", "TH")]),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, names: list[tuple[str, str]]) -> None:
    """As it stands there, though it is read as something else."""
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Anak-anak di taman kanak-kanak; dari sana, polen bunga.",
        "Phil's boat; Mr. A.S. Rahman, J.O. Smith, M.Y. Tan and P.K. Singh; e.g. in-to, to-go, i.e. A. B. C.",
        "modern western corn, born on board; burn; learn 24 names",
        "MH370, COVID19, 3rd, 10m, B2B, H1N1, 4th; ref. 0x1ran0",
        "iPhone, GnuPG, MyUSB, GoUAE, McDonald, MoU, LoA, YouTube, WhatsApp, PowerPoint",
        "The boat\u2019s crew \u2013 some 1,240 people \u2013 left; \u201cnobody\u201d knew: naïve café, São, ½.",
        "the Persian Gulf, Teluk Persia, Bahasa Melayu, Malay Peninsula, Indo-Pacific",
        "мир и труд; ναύτης και θάλασσα; мама, тема, нет",
        "I ran. U turn. Be nin. Ma lay down. Per sian. Chin a. Om an.",
        "all llamas fly; lynx; lmao; mall; mail; island; islands",
        "A child from that land; is land in sight; no way; over land-based routes; a co-operation",
        "see www.example.com, 12.in the morning, mail@example.com.",
        "1. in 2. to 3. la 4. and; (a) id, (b) my",
        "🎉 🚢 ✅ 🏴 🇦 🇽🇽",
        "male passengers; polish the deck; a family reunion; lima orang",
    ],
)
def test_what_only_looks_like_a_name_is_not_found(text: str) -> None:
    assert found(text.replace("", "")) == []


def test_what_it_is_called_at_home_is_known() -> None:
    """In every official language that CLDR has of it."""
    listed = {one.words for several in known_names(NamesSought.HOWEVER_WRITTEN).values() for one in several}
    codes = [code for code in get_global("territory_languages") if len(code) == 2]

    assert [name for code in codes for name in own_names(code) if words_of(name, plain_letter) not in listed] == []


def test_a_case_of_before_finds_what_it_found() -> None:
    text = "Тhаіlаnd, Pilipinas, U.N.H.C.R., 🇹🇭 and Thailand"

    assert found(text, NamesSought.AS_SPELLED) == [("Thailand", "TH")]


@pytest.mark.parametrize(
    "piece", ["T h a i ", "a-b-c ", "U.N.", "l1l1l1l1 ", "ӏӏ1", "ThaiThai", "rnrn", "S.", "🇹🇭", "go.id.", "@a.", "ไทย"]
)
def test_a_long_text_takes_as_long_as_it_is_long(piece: str) -> None:
    """No piece is read again for each that stands before it: twice the text has twice the names, but for one."""
    text = piece * (2000 // len(piece))

    assert abs(len(found(text * 2)) - 2 * len(found(text))) <= 1
