"""A refusal as its reader is told it, in the words of pages: names, what is decided, and the headings of forms."""

import re

from babel.numbers import format_decimal
from markupsafe import Markup

from models.request import FIELD_WORDS
from models.too_much import too_much_in
from notifications.catalogues import SOURCE
from notifications.words import Words
from web.kit.forms import FORMS
from web.kit.wording import Translate, command_words, has_page


def refusal_words(sentence: str, language: str, say: Words, english: Words, _: Translate) -> Markup:
    """A sentence of a refusal. Most of the rules' are English (decision 26), and are marked as such for who listens."""
    if found := too_much_in(sentence):
        form, facts = found
        do = str(facts.get("command", ""))
        translated = _(form) % {name: _fact(do, name, fact, language, say, _) for name, fact in facts.items()}
    else:
        sentence = _UNREADABLE.sub(_by_labels, sentence)
        translated = _(sentence)
    if translated != sentence or language == SOURCE:
        return Markup("<bdi>{}</bdi>").format(_begun(say.named(translated)))
    return Markup('<bdi lang="{}" dir="ltr">{}</bdi>').format(SOURCE, _begun(english.named(sentence)))


def _begun(sentence: str) -> str:
    """With a capital at its beginning, where a post has become "the focal point of ..."."""
    return sentence[:1].upper() + sentence[1:]


_UNREADABLE = re.compile(r"The command '(\w+)' cannot be read: (.*)", re.DOTALL)
_FIELD = re.compile(r"(?:^|(?<=; ))(\w+)((?:\.\w+)*)(?=: )")
"""Where a part of such a sentence begins: the field, and where in it."""


def _by_labels(found: re.Match[str]) -> str:
    """What cannot be read of a command, by the heading of its page and the labels of its fields."""
    do, faults = found.groups()
    if not has_page(do):
        return found[0]
    return f"'{command_words(do, str)}' cannot be taken so: {_FIELD.sub(lambda one: _label(do, one[1], str), faults)}"


def _label(do: str, field: str, _: Translate) -> str:
    labels = {one.name: one.label for one in FORMS[do].fields} if do in FORMS else {}
    return _(labels.get(field, FIELD_WORDS.get(field, field)))


def _fact(do: str, name: str, fact: int | str, language: str, say: Words, _: Translate) -> str:
    if isinstance(fact, int):
        return format_decimal(fact, locale=language)
    if name == "command" and has_page(fact):
        return command_words(fact, _)
    if name == "field":
        return _label(do, fact, _)
    return say.gate(fact) if name == "gate" else _(fact) if name == "kind" else fact
