"""A refusal as its reader is told it, in the words of pages: names, what is decided, and the headings of forms."""

import re

from babel.numbers import format_decimal
from markupsafe import Markup

from models.too_much import too_much_in
from notifications.catalogues import SOURCE
from notifications.words import Words
from web.kit.wording import Translate, command_words, has_page


def refusal_words(sentence: str, language: str, say: Words, english: Words, _: Translate) -> Markup:
    """A sentence of a refusal. Most of the rules' are English (decision 26), and are marked as such for who listens."""
    if found := too_much_in(sentence):
        form, facts = found
        translated = _(form) % {name: _fact(name, fact, language, say, _) for name, fact in facts.items()}
    else:
        sentence = _COMMAND.sub(_heading, sentence)
        translated = _(sentence)
    if translated != sentence or language == SOURCE:
        return Markup("<bdi>{}</bdi>").format(_begun(say.named(translated)))
    return Markup('<bdi lang="{}" dir="ltr">{}</bdi>').format(SOURCE, _begun(english.named(sentence)))


def _begun(sentence: str) -> str:
    """With a capital at its beginning, where a post has become "the focal point of ..."."""
    return sentence[:1].upper() + sentence[1:]


_COMMAND = re.compile(r"(?<=[Tt]he command ')\w+(?=')")


def _heading(found: re.Match[str]) -> str:
    """A command that a sentence of the rules names, by the heading of its page."""
    return command_words(found[0], str) if has_page(found[0]) else found[0]


def _fact(name: str, fact: int | str, language: str, say: Words, _: Translate) -> str:
    if isinstance(fact, int):
        return format_decimal(fact, locale=language)
    if name == "command" and has_page(fact):
        return command_words(fact, _)
    return say.gate(fact) if name == "gate" else _(fact) if name == "kind" else fact
