"""The templates, compiled once for each language and form.

A kind's words stand once, in ``<kind>/body.txt``: they fill blocks of ``notice.txt``, which the layout arranges
(``base.txt`` in the plain form, ``base.html`` in HTML). ``<kind>/body.html`` extends it for HTML and may say a block in
another way. Only HTML is escaped. CSS is written into the elements when the layout is loaded, not for every mail.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from textwrap import TextWrapper
from typing import Any, cast

from babel.support import NullTranslations
from css_inline import CSSInliner
from jinja2 import BaseLoader, Environment, StrictUndefined, Template, meta, nodes
from jinja2.ext import InternationalizationExtension
from jinja2.parser import Parser
from markupsafe import Markup, escape

from notifications import catalogues

TEMPLATES = Path(__file__).parent / "templates"
SHARED = (
    "base.html",
    "base.txt",
    "ended.txt",
    "footer.txt",
    "gate.txt",
    "head.html",
    "not_held.txt",
    "notice.txt",
    "style.css",
)
"""The files that belong to no single kind."""

MAIL_CATALOGUES = Path(__file__).parent / "locale"
MAIL_DOMAIN = "notifications"

_SET = "\x1f"
"""Begins a line that is laid out already; no text from outside holds it (``texts``)."""

_PLACE = "\x01"
"""Stands around the name of a placeholder for one reader's own words; no text from outside holds it either."""

_WIDTH = 76


def _wrapper(first: str = "", next_: str = "") -> TextWrapper:
    # Long words are addresses of pages more often than not: never broken.
    return TextWrapper(
        _WIDTH, initial_indent=first, subsequent_indent=next_, break_long_words=False, break_on_hyphens=False
    )


_paragraph, _quotation, _item = _wrapper(), _wrapper("    ", "    "), _wrapper("    - ", "      ")
_under_item = _wrapper("      ", "      ")


class _Loader(BaseLoader):
    """Loads templates from the folder; a whole page in HTML gets its head and its style."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = TEMPLATES / template
        return styled(path.read_text(encoding="utf-8")), str(path), lambda: True


def styled(source: str) -> str:
    """A template that is a whole page, with the common head (``head.html``) and the CSS in its elements.

    Rules for dark mode cannot be inlined and stay in the head. Any other template is returned unchanged.
    """
    comment, start, page = source.partition("<!DOCTYPE html>")
    if not start:
        return source
    head = (TEMPLATES / "head.html").read_text(encoding="utf-8")
    head = head.replace("<style></style>", f"<style>{_css()}</style>")
    page = page.replace("<head></head>", f"<head>\n{head}</head>")
    return comment + CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(start + page)


def _css() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _opening() -> dict[str, str]:
    """The opening tags, with their style, of the elements in which filters set text."""
    bare = '<p></p><p class="quiet"></p><blockquote></blockquote><ul></ul><li></li><strong></strong>'
    tags = re.findall("<[^/][^>]*>", CSSInliner(load_remote_stylesheets=False).inline_fragment(bare, _css()))
    return dict(zip(("", "quiet", "blockquote", "ul", "li", "strong"), tags, strict=True))


class _Translated(InternationalizationExtension):
    """``{% trans %}``, translated when the template is compiled, unless values are put into the words.

    Each set of templates is of one language, so words need not be looked up for each mail.
    """

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """The translated words; where values are put into them, the call that translates when a mail is written."""
        parsed = super().parse(parser)
        match parsed:
            case nodes.Output(
                nodes=[nodes.Call(node=nodes.Name(name="gettext"), args=[nodes.Const(value=words)], kwargs=[])]
            ):
                catalogue = cast("NullTranslations", self.environment.globals["translations"])
                said = str(catalogue.gettext(words)) % {}  # "%%" stands for "%"
                return nodes.Output([nodes.TemplateData(said)], lineno=parsed.lineno)
        return parsed


class TemplateSet:
    """The templates of one language, in plain text or in HTML."""

    def __init__(self, language: str, html: bool) -> None:
        self._loader = _Loader()
        self._environment = Environment(
            loader=self._loader,
            extensions=[_Translated],
            autoescape=html,  # noqa: S701 - plain text is not HTML
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._environment.policies["ext.i18n.trimmed"] = True
        self._environment.globals["translations"] = mail_translations(language)
        self._environment.install_gettext_translations(  # type: ignore[attr-defined]
            mail_translations(language), newstyle=True
        )
        self._environment.globals["layout"] = "base.html" if html else "base.txt"
        self._environment.filters.update(_HTML if html else _PLAIN)

    def template(self, name: str) -> Template:
        """A template, compiled when it is first used."""
        return self._environment.get_template(name)

    def setting(self, name: str, context: Mapping[str, Any]) -> "PreparedText":
        """The rendered template; placeholders in the context stay open."""
        text = self.template(name).render(context)
        return PreparedText(text, html=bool(self._environment.autoescape))

    def asks_for(self, name: str) -> frozenset[str]:
        """The names that a template and those that it includes take from the context; the layout's are left out."""
        source = self._loader.get_source(self._environment, name)[0]
        parsed = self._environment.parse(source)
        parts = [part for part in meta.find_referenced_templates(parsed) if part]
        return frozenset(meta.find_undeclared_variables(parsed)).union(*map(self.asks_for, parts))


def placeholder(name: str) -> str:
    """A placeholder in a context for one reader's own words, which complete a ``PreparedText``."""
    return f"{_PLACE}{name}{_PLACE}"


class PreparedText:
    """A rendered text with placeholders. Lines that hold one are laid out when the text is completed."""

    def __init__(self, text: str, *, html: bool) -> None:
        self._html = html
        self._parts = (_HTML_PLACE if html else _LINE_WITH_PLACES).split(text)

    def completed(self, own: Mapping[str, str]) -> str:
        """The text with one reader's own words, by the names of the placeholders."""
        parts = list(self._parts)
        for number in range(1, len(parts), 2):
            parts[number] = escape(own[parts[number]]) if self._html else _plain_line(parts[number], own)
        return "".join(parts)


_HTML_PLACE = re.compile(f"{_PLACE}([a-z_]+){_PLACE}")
_LINE_WITH_PLACES = re.compile(f"(?m)^(.*{_PLACE}.*)$")


def _plain_line(open_line: str, own: Mapping[str, str]) -> str:
    words = open_line.split(_PLACE)
    words[1::2] = [own[name] for name in words[1::2]]
    return _set_line("".join(words)) if any(words[::2]) else "".join(words)


@lru_cache(maxsize=256)
def language_of(tag: str) -> str:
    """The language a reader is written to in: the one it asks for if there is a catalogue, else English."""
    return catalogues.spoken_language(tag, mail_languages()) or catalogues.SOURCE


def mail_languages() -> tuple[str, ...]:
    """The languages that mails are written in: English, and every language that has a catalogue."""
    return catalogues.languages(MAIL_CATALOGUES, MAIL_DOMAIN)


def mail_translations(language: str) -> NullTranslations:
    """The catalogue of a language; an empty one, with which words stay English, where the language has none."""
    return catalogues.catalogue(MAIL_CATALOGUES, language, MAIL_DOMAIN)


@lru_cache(maxsize=32)
def template_set(language: str, html: bool) -> TemplateSet:
    """The templates in one language and form."""
    return TemplateSet(language, html)


# how text is set --------------------------------------------------------------------------------------------

# What is said to many readers is set once. Typed: HTML and the text that it would be unescaped are not the same.
_set_once = lru_cache(maxsize=256, typed=True)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _blocks_of(text: str) -> Iterator[tuple[bool, list[str]]]:
    """The lines of each paragraph, quotation and list, and whether they are laid out already. Blank lines part them."""
    lines = text.splitlines()
    for is_set, found in groupby(lines, lambda one: one.startswith(_SET) or (False if one.strip() else None)):
        if is_set is not None:
            yield is_set, [one[1:] if is_set else one.strip() for one in found]


@_set_once
def _set_line(text: str) -> str:
    """A paragraph in lines. ``_paragraph.fill`` gives the same and takes several times as long."""
    words = text.split(" ")
    if "" in words or not text.isprintable():
        return _paragraph.fill(text)
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


@_set_once
def _plain_paragraphs(text: str) -> str:
    return "\n\n".join(
        "\n".join(lines) if is_set else _plain_paragraph(" ".join(lines)) for is_set, lines in _blocks_of(text)
    )


def _plain_paragraph(words: str) -> str:
    return words if _PLACE in words else _set_line(words)


def _plain_lines(wrapper: TextWrapper, text: str) -> str:
    wrapped = "\n".join(wrapper.fill(one) for one in text.split("\n"))
    return "\n" + "\n".join(_SET + one for one in wrapped.split("\n")) + "\n"


@_set_once
def _plain_quoted(text: str) -> str:
    """Somebody's own words, indented, in their own lines."""
    return _plain_lines(_quotation, text)


@_set_once
def _plain_items(text: str) -> str:
    """A list of what stands on lines of its own."""
    return _plain_lines(_item, "\n".join(one for one in text.split("\n") if one.strip()))


def _plain_under(text: str) -> str:
    """What stands under one item of a list."""
    return _under_item.fill(" ".join(text.split()))


@_set_once
def _html_paragraphs(text: Markup, kind: str = "") -> Markup:
    opening = _opening()[kind]
    parts = ("\n".join(lines) if is_set else f"{opening}{' '.join(lines)}</p>" for is_set, lines in _blocks_of(text))
    return Markup("\n".join(parts))  # noqa: S704 - made of escaped parts


@_set_once
def _html_quoted(text: str) -> Markup:
    # <bdi>: the direction of somebody's words never turns the sentence around them.
    inside = str(escape(text)).replace("\n", "<br>")
    return Markup(f"\n{_SET}{_opening()['blockquote']}<bdi>{inside}</bdi></blockquote>\n")  # noqa: S704


@_set_once
def _html_items(text: str) -> Markup:
    li = _opening()["li"]
    inside = "".join(f"{li}<bdi>{escape(one)}</bdi></li>" for one in text.split("\n") if one.strip())
    return Markup(f"\n{_SET}{_opening()['ul']}{inside}</ul>\n")  # noqa: S704


def _html_strong(text: str) -> Markup:
    return Markup(f"{_opening()['strong']}{escape(text)}</strong>")  # noqa: S704


_PLAIN: dict[str, Callable[..., str]] = {
    "first_upper": _first_upper,
    "item": _item.fill,
    "items": _plain_items,
    "paragraphs": _plain_paragraphs,
    "quoted": _plain_quoted,
    "strong": str,
    "under": _plain_under,
}
_HTML: dict[str, Callable[..., str]] = {
    "first_upper": _first_upper,
    "items": _html_items,
    "paragraphs": _html_paragraphs,
    "quoted": _html_quoted,
    "strong": _html_strong,
}
