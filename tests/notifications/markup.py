"""The HTML of a mail as a strict reader takes it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from html5lib import HTMLParser

ELEMENTS = frozenset(
    {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "p",
        "h2",
        "a",
        "br",
        "span",
        "footer",
        "blockquote",
        "bdi",
        "ul",
        "li",
        "strong",
    }
)
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "html": frozenset({"lang", "dir"}),
    "meta": frozenset({"charset", "name", "content"}),
    "a": frozenset({"href"}),
}
"""What an element may carry besides ``class`` and ``style``."""


_APART = frozenset({"p", "h2", "br", "blockquote", "li", "footer"})
"""What does not stand in one line with what is before and after it."""


class Link(NamedTuple):
    """Where a link leads, and its words."""

    address: str
    words: str


def read(page: str) -> Element:
    """The page; the first error of the HTML standard's parser fails the test, as does what mails never hold."""
    tree: Any = HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    for element in tree.iter():
        assert element.tag in ELEMENTS, element.tag
        assert set(element.attrib) <= {"class", "style"} | ATTRIBUTES.get(element.tag, frozenset()), element.attrib
    found: Element = tree
    return found


def links(tree: Element) -> list[Link]:
    """The links of a page, in their order."""
    return [Link(one.attrib["href"], " ".join("".join(one.itertext()).split())) for one in tree.iter("a")]


def said(tree: Element) -> list[str]:
    """The words that a reader of the page sees."""
    body = tree.find("body")
    assert body is not None
    return "".join(_texts(body)).split()


def _texts(element: Element) -> Iterator[str]:
    apart = " " if element.tag in _APART else ""
    yield apart + (element.text or "")
    for inner in element:
        yield from _texts(inner)
        yield inner.tail or ""
    yield apart
