"""Pages from templates: the reader's language, time zone and direction, everything from people escaped."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal
from babel.support import NullTranslations
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from models import limits
from models.agenda import NextAct
from models.attachments import written_size
from models.case import Case, Outcome
from models.duties import Duty
from models.refusal import Permitted
from models.request import SECTIONS
from notifications import addresses
from notifications.catalogues import SOURCE, catalogue, languages, spoken_language
from notifications.environment import language_of
from notifications.environment import mail_translations as words_translated
from notifications.words import Words
from records.lists import ListedAct, ListedDuty
from web.kit import wording
from web.kit.forms import FIGURE_ROWS, GROUND_ROWS, GROUND_WORDS, ROUTE_ROWS
from web.kit.plots import progress_bar
from web.kit.refusal_words import refusal_words
from web.kit.visitor import Visitor

FOLDER = Path(__file__).parents[1]
STATIC = FOLDER / "static"
PAGE_CATALOGUES = FOLDER / "locale"
PAGE_DOMAIN = "web"
LANGUAGES = languages(PAGE_CATALOGUES, PAGE_DOMAIN)
"""The languages of the pages: English, and every other that has a catalogue."""

LANGUAGE_COOKIE = "ahg-language"
LANGUAGE_COOKIE_OVER_TLS = f"__Host-{LANGUAGE_COOKIE}"


def page_translations(language: str) -> NullTranslations:
    """The catalogue of the pages' words; where there is none, the words as they stand in the templates."""
    return catalogue(PAGE_CATALOGUES, language, PAGE_DOMAIN)


@lru_cache(maxsize=32)
def own_name(language: str) -> str:
    """What a language calls itself: the word of its catalogue."""
    return str(page_translations(language).pgettext("what this language calls itself", "English"))


def gettext_of(language: str) -> Callable[[str], str]:
    """The translation of one text."""
    return page_translations(language).gettext


@lru_cache(maxsize=64)
def _address_of(name: str) -> str:
    """The address of a file of ``static``; it changes with the content, so that browsers may keep it for ever."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"


def _moment(context: Context, at: datetime | None) -> Markup:
    if at is None:
        return Markup("")
    words: Words = context["say"]
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), words.moment(at))


def _day(context: Context, on: date | None) -> str:
    return format_date(on, "long", locale=context["language"]) if on else ""


def _span(context: Context, hours: float) -> str:
    """How long, in the reader's words: ``3 days``."""
    return format_timedelta(round(hours * 3600), threshold=1.2, locale=context["language"])


def _prose(text: str) -> Markup:
    """Somebody's words in paragraphs; the direction of the text is its own."""
    parts = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    lines = (escape(part.strip()).replace("\n", Markup("<br>")) for part in parts)
    return Markup("").join(Markup('<p dir="auto">{}</p>').format(line) for line in lines)


def _stage_words(context: Context, stage: str) -> str:
    words: Words = context["say"]
    return words.word("stage", stage)


def _word(context: Context) -> Callable[[str], str]:
    found: Callable[[str], str] = context["_"]
    return found


def _capitalize_first(text: object) -> str:
    """The text with a capital at its beginning; the rest stays as it was written."""
    written = str(text)
    return written[:1].upper() + written[1:]


def _moment_of(context: Context, written: str) -> Markup:
    """A moment that stands in the records as ISO 8601."""
    return _moment(context, datetime.fromisoformat(written))


def _duty_address(duty: Duty | ListedDuty, reference: str = "") -> str:
    """The page of a duty; of one of the domain, with the reference of its case beside it."""
    return addresses.duty_address(duty.do, duty.about, getattr(duty, "reference", reference))


def _duty_words(context: Context, duty: Duty | ListedDuty) -> str:
    return wording.duty_words(duty.do, duty.about, context["say"], _word(context))


def _offered(context: Context, permitted: Permitted) -> list[tuple[str, str]]:
    return wording.offered(permitted.commands, permitted.reference, _word(context))


def _act_words(context: Context, act: NextAct | ListedAct) -> str:
    return wording.act_words(act.subject, act.act, context["say"], _word(context))


def _section_words(context: Context, section: str) -> str:
    """A section of a request, as people say it."""
    return wording.section_words(section, _word(context))


def _place_words(context: Context, place: str) -> str:
    """A place on a route: a member by its name, else as it was written."""
    names: Mapping[str, str] = context.get("names") or {}
    return names.get(place, place)


def _outside(context: Context, place: str) -> str:
    """The mark of a place that is no member; nothing for a member."""
    names: Mapping[str, str] = context.get("names") or {}
    _ = _word(context)
    outside = _("outside the membership")
    return "" if place in names else f" ({outside})"


def _term_words(context: Context, term: str) -> Markup | str:
    """A term that a gate decides on: a moment in the reader's time zone, else as it was written, with names."""
    words: Words = context["say"]
    try:
        at = datetime.fromisoformat(term)
    except ValueError:
        return words.named(term)
    return _moment(context, at) if at.tzinfo and MINYEAR < at.year < MAXYEAR else words.when(term)


def _refusal(context: Context, sentence: str) -> Markup:
    english = words_for_reader(context["visitor"], SOURCE, context.get("names"))
    return refusal_words(sentence, context["language"], context["say"], english, _word(context))


def _number(context: Context, value: float) -> str:
    return format_decimal(value, locale=context["language"])


def _progress_bar(context: Context, outcome: Outcome) -> Markup:
    return progress_bar(outcome, _word(context), context["language"])


_FILTERS: dict[str, Callable[..., Any]] = {
    "act_words": pass_context(_act_words),
    "capitalize_first": _capitalize_first,
    "day": pass_context(_day),
    "file_size": written_size,
    "duty_address": _duty_address,
    "duty_words": pass_context(_duty_words),
    "moment": pass_context(_moment),
    "moment_of": pass_context(_moment_of),
    "number": pass_context(_number),
    "offered": pass_context(_offered),
    "outside": pass_context(_outside),
    "place_words": pass_context(_place_words),
    "progress_bar": pass_context(_progress_bar),
    "prose": _prose,
    "refusal": pass_context(_refusal),
    "section_words": pass_context(_section_words),
    "span": pass_context(_span),
    "stage": pass_context(_stage_words),
    "term_words": pass_context(_term_words),
}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters.update(_FILTERS)
    rows = {"figure_rows": range(FIGURE_ROWS), "route_rows": range(ROUTE_ROWS), "ground_rows": range(GROUND_ROWS)}
    environment.globals.update(static=_address_of, sections=SECTIONS, ground_words=GROUND_WORDS, bounds=limits, **rows)
    return environment


def language_for(request: Request, visitor: Visitor | None) -> str:
    """The language of a page: the one chosen, else the account's, else the first the browser asks for that we have."""
    kept = request.cookies.get(LANGUAGE_COOKIE_OVER_TLS) or request.cookies.get(LANGUAGE_COOKIE, "")
    wanted = [kept, visitor.language if visitor else ""]
    asked = request.headers.get("accept-language", "")
    wanted += [part.partition(";")[0].strip() for part in asked.split(",")[:10]]
    chosen = (spoken_language(tag, LANGUAGES) for tag in wanted)
    return next((language for language in chosen if language), SOURCE)


def words_for_reader(
    visitor: Visitor | None, language: str, names: Mapping[str, str] | None = None, zone: str = "UTC"
) -> Words:
    """The words for posts, members, gates and moments, for this reader; ``zone``: the one of who is not signed in."""
    zone = visitor.zone if visitor else zone
    return Words(names or {}, language=language, zone=zone, translations=words_translated(language_of(language)))


def names_in(case: Case) -> dict[str, str]:
    """Names of members by code, as the case's own directory has them."""
    return {code: member.name for code, member in case.directory.members.items()}


def words_of_page(request: Request, visitor: Visitor, names: Mapping[str, str]) -> tuple[Words, wording.Translate]:
    """The words for posts and the like, and the translation of one text, both in the language of the page."""
    language = language_for(request, visitor)
    return words_for_reader(visitor, language, names), gettext_of(language)


def render(
    request: Request, name: str, status: int = 200, *, headers: Mapping[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """A page made of a template. ``names`` in the context: names of members by their codes; else those of ``case``."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    case: Case | None = context.get("case")
    names: Mapping[str, str] = context.get("names") or (names_in(case) if case else {})
    language = language_for(request, visitor)
    catalogue = page_translations(language)
    page = _environment().get_template(name)
    html = page.render(
        {
            "_": catalogue.gettext,
            "gettext": catalogue.gettext,
            "ngettext": catalogue.ngettext,
            "direction": Locale.parse(language).text_direction,
            "form_key": visitor.form_key if visitor else "",
            "language": language,
            "languages": [(one, own_name(one)) for one in LANGUAGES],
            "names": names,
            "path": request.url.path,
            "query": request.url.query,
            "refused": None,
            "say": words_for_reader(visitor, language, names),
            "visitor": visitor,
            **context,
        }
    )
    if visitor is not None and visitor.audience is not None:
        html = _kept_as(html, visitor.audience.reference, visitor.post)
    return HTMLResponse(html, status, dict(headers or {}))


_FORM = re.compile(r"(<form\b[^>]*>)(.*?)(</form>)", re.DOTALL)


def _kept_as(html: str, reference: str, post: str) -> str:
    """The page with its links to the same case kept to the same post (``?as=``), and with its forms disabled."""
    html = _FORM.sub(r'\1<fieldset class="contents" disabled>\2</fieldset>\3', html)
    case = re.escape(f"/cases/{quote(reference, safe='')}")
    link = re.compile(rf'(<a\b(?![^>]*\bown-view\b)[^>]*\bhref=")((?:{case}(?=[/?#"])|\?)[^"#]*)')
    kept = f"as={quote(post, safe='/')}"
    return link.sub(lambda found: f"{found[1]}{found[2]}{'&amp;' if '?' in found[2] else '?'}{kept}", html)
