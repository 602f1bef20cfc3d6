"""A digest as a mail: well formed, by case, what waits first, and nobody's words make it into another mail."""

from datetime import timedelta

import pytest

from models.posts import Capacity
from notifications.digest import Item
from notifications.environment import mail_languages
from notifications.preview import SAMPLE_OFF_LINKS, reader_of, sample_digest
from notifications.registry import REGISTRY, Optionality, Sensitivity
from notifications.sample_facts import SAMPLE_CASE, SAMPLE_DUE, SAMPLE_FACTS, SAMPLE_TIME
from tests.notifications.hostile import HOSTILE, received
from tests.notifications.markup import links, read, said
from tests.notifications.samples import parts

OPTIONAL = [kind for kind, entry in REGISTRY.items() if entry.optionality is Optionality.OPTIONAL]


def item(kind: str, **changes: object) -> Item:
    about = {
        "kind": kind,
        "about": SAMPLE_CASE,
        "facts": SAMPLE_FACTS[kind],
        "due": None,
        "queued_at": SAMPLE_TIME,
        **changes,
    }
    return Item.model_validate(about)


@pytest.mark.parametrize("language", mail_languages())
def test_a_digest_is_well_formed_and_no_link_is_without_a_purpose(language: str) -> None:
    reader = reader_of("invited").model_copy(update={"language": language})
    message = sample_digest(reader=reader)
    text, page = parts(message)
    tree = read(page)
    assert (tree.attrib["lang"], tree.attrib["dir"]) == (language, "ltr")
    assert tree.findtext("head/title") == message["Subject"]
    found = links(tree)
    assert len(found) == len({link.address for link in found})
    for link in found:
        assert link.address.startswith("https://ahg.example.org/")
        assert len(link.words.split()) > 1
        assert link.address in text.split()
    assert set(said(tree)) <= set(text.split())


@pytest.mark.parametrize("kind", OPTIONAL)
def test_whatever_may_be_gathered_says_in_a_digest_what_its_subject_says(kind: str) -> None:
    text, _ = parts(sample_digest(items=[item(kind, due=SAMPLE_DUE)], reader=reader_of(kind)))
    assert "    - " in text
    if REGISTRY[kind].sensitivity is Sensitivity.LINK:
        assert not any((getattr(SAMPLE_FACTS[kind], name) or "Words") in text for name in ("text", "why"))


def test_no_link_of_a_digest_acts_by_itself() -> None:
    about = SAMPLE_CASE.model_copy(update={"answers_by_link": ("progress", "adopt", "acknowledge")})
    text, page = parts(sample_digest(items=[item("outcome_due", about=about), item("recommendation_due", about=about)]))
    assert "/answer/" not in text + page


def test_a_date_that_is_a_default_of_the_product_is_called_one() -> None:
    words = "follows from a default of the product"
    owed = item("situation_update_due", due=SAMPLE_DUE)
    own = owed.model_copy(update={"about": SAMPLE_CASE.model_copy(update={"default_policy": False})})
    for items, labelled in (([owed], True), ([own], False), ([item("outcome_due", due=SAMPLE_DUE)], False)):
        text, _ = parts(sample_digest(items=items))
        assert (words in " ".join(text.split())) == labelled


def test_what_waits_comes_first_in_a_case_and_among_cases() -> None:
    other = SAMPLE_CASE.model_copy(update={"reference": "AHG-2009-000", "title": "", "stage": ""})
    later = SAMPLE_DUE + timedelta(days=1)
    text, _ = parts(
        sample_digest(
            items=[
                item("situation_updated", about=other),
                item("request_joined"),
                item("outcome_due", due=later, facts={"outcome": "second"}),
                item("outcome_due", due=SAMPLE_DUE, facts={"outcome": "first"}),
            ]
        )
    )
    order = ["* AHG-2009-001", "soon: first", "soon: second", "Sri Lanka", "* AHG-2009-000", "situation"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_a_digest_is_of_no_thread_and_is_switched_off_by_one_click() -> None:
    message = received(sample_digest())
    assert message["References"] is None
    assert message["Precedence"] == "bulk"
    assert (message["X-Ahg-Kind"], message["X-Ahg-Case"]) == ("digest", None)
    link = SAMPLE_OFF_LINKS.read(str(message["List-Unsubscribe"])[1:-1].rpartition("/")[2])
    assert (link.kind, link.case) == ("digest", "")
    assert str(message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    (address,) = message["Reply-To"].addresses
    assert (address.display_name, address.addr_spec) == ("Secretariat", "secretariat@example.org")
    assert bytes(sample_digest()) == bytes(sample_digest())


def test_a_digest_for_the_alternate_is_its_holders_to_switch_off() -> None:
    alternate = reader_of("invited").model_copy(update={"capacity": Capacity.ALTERNATE})
    message = received(sample_digest(reader=alternate))
    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_add_no_field_no_recipient_and_no_link(text: str) -> None:
    def written(word: str) -> tuple[list[str], list[str], list[str]]:
        about = SAMPLE_CASE.model_copy(
            update={"title": word, "stage": word, "names": dict.fromkeys(SAMPLE_CASE.names, word)}
        )
        items = [
            item(
                kind, about=about, facts={name: word for name, fact in SAMPLE_FACTS[kind] if fact and type(fact) is str}
            )
            for kind in ("outcome_due", "request_joined")
        ]
        message = received(sample_digest(items=items, reader=reader_of("invited").model_copy(update={"name": word})))
        plain, page = parts(message)
        tree = read(page)
        assert set(said(tree)) <= set(plain.split())
        where = [link.address.split("/")[:4] for link in links(tree)]
        return sorted(message.keys()), [one.addr_spec for one in message["To"].addresses], where  # type: ignore[return-value]

    assert written(text) == written("word")


def test_several_recommendations_of_one_case_are_told_apart() -> None:
    told = ("Nominate a contact.", "Share routes weekly.", "Train interviewers. " * 20)
    items = [item("recommendation_due", due=SAMPLE_DUE, facts={"recommendation": text}) for text in told]
    text, _ = parts(sample_digest(items=items))
    lines = text.split("    - ")[1:]
    assert [line.split(": ", 1)[1].split()[0] for line in lines] == ["Nominate", "Share", "Train"]
    assert "/do/adopt?recommendation=Share+routes+weekly%2E" in lines[1]
    assert len(" ".join(lines[2].partition("Asked of you")[0].split())) <= 150
