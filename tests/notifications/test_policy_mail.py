"""The mail about a proposed policy: about no case, from the secretariat's address, and whatever is written stays text."""

import pytest

from models.notices import POLICY_PROPOSED
from notifications.preview import NAMES, reader_of, sample_policy
from tests.notifications.hostile import HOSTILE, received
from tests.notifications.markup import links, read, said
from tests.notifications.samples import parts


def test_it_belongs_to_no_case_and_cannot_be_switched_off() -> None:
    message = received(sample_policy())
    assert (message["X-Ahg-Kind"], message["X-Ahg-Case"], message["References"]) == (
        POLICY_PROPOSED,
        None,
        None,
    )
    assert message["List-Unsubscribe"] is None
    assert message["Precedence"] is None
    (address,) = message["Reply-To"].addresses
    assert (address.display_name, address.addr_spec) == ("Secretariat", "secretariat@example.org")
    assert bytes(sample_policy()) == bytes(sample_policy())


def test_one_value_is_said_as_one() -> None:
    facts = {"by": "ID/co-chair", "why": "", "version": "4", "changes": "1"}
    text = " ".join(parts(sample_policy(facts=facts))[0].split())
    assert (
        "The Co-Chair (Indonesia) proposes another policy for new cases. 1 of its values differs from version 4"
        in text
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_add_no_field_no_recipient_and_no_link(text: str) -> None:
    def written(word: str) -> tuple[list[str], list[str], list[str]]:
        message = received(
            sample_policy(
                facts={"by": word, "why": word, "version": word, "changes": "2"}, names=dict.fromkeys(NAMES, word),
                reader=reader_of(POLICY_PROPOSED).model_copy(update={"name": word}),
            )
        )  # fmt: skip
        plain, page = parts(message)
        tree = read(page)
        assert set(said(tree)) <= set(plain.split())
        to = [one.addr_spec for one in message["To"].addresses]
        return sorted(message.keys()), to, [link.address for link in links(tree)]

    assert written(text) == written("word")
