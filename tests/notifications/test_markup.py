"""Every mail is well-formed HTML, and each of its links says what it is for."""

import re

import pytest

from models.notices import POLICY_PROPOSED, POLICY_SETTLED
from notifications.environment import TEMPLATES, mail_languages
from notifications.preview import reader_of
from notifications.registry import REGISTRY
from tests.notifications.markup import links, read, said
from tests.notifications.samples import mail, parts


@pytest.mark.parametrize("language", mail_languages())
@pytest.mark.parametrize("kind", [*REGISTRY, POLICY_PROPOSED, POLICY_SETTLED])
def test_a_mail_is_well_formed_and_no_link_is_without_a_purpose(kind: str, language: str) -> None:
    message = mail(kind, reader=reader_of(kind).model_copy(update={"language": language}))
    text, page = parts(message)
    tree = read(page)
    assert (tree.attrib["lang"], tree.attrib["dir"]) == (language, "ltr")
    assert tree.findtext("head/title") == message["Subject"]

    found = links(tree)
    assert 1 <= len(found) == len({link.words for link in found}) == len({link.address for link in found})
    for link in found:
        assert link.address.startswith("https://ahg.example.org/")
        words = link.words.removesuffix(link.address).strip()
        assert len(words.split()) > 1
        assert re.search(rf"^\* {re.escape(words)}\n(.|\n)*?^{re.escape(link.address)}$", text, re.MULTILINE)
    assert set(said(tree)) <= set(text.split())


def test_the_look_of_mails_is_the_same_in_both_directions_of_writing() -> None:
    css = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    assert not re.search(r"\b(left|right)\b", css)
    for sides in re.findall(r"(?:margin|padding): *([^;]*);", css):
        if len(given := sides.split()) == 4:
            assert given[1] == given[3], sides
