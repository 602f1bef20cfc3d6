"""Mails about a proposed policy: about no case, from the secretariat's address; whatever is written stays text."""

import pytest

from models.notices import POLICY_PROPOSED, POLICY_SETTLED
from notifications.preview import reader_of, sample_policy
from notifications.sample_facts import SAMPLE_NAMES
from tests.notifications.hostile import HOSTILE, received
from tests.notifications.markup import links, read, said
from tests.notifications.samples import parts

BOTH = (POLICY_PROPOSED, POLICY_SETTLED)


@pytest.mark.parametrize("kind", BOTH)
def test_it_belongs_to_no_case_and_cannot_be_switched_off(kind: str) -> None:
    message = received(sample_policy(kind))
    assert [message[name] for name in ("X-Ahg-Kind", "X-Ahg-Case", "References")] == [kind, None, None]
    assert message["List-Unsubscribe"] is None
    assert message["Precedence"] is None
    (address,) = message["Reply-To"].addresses
    assert (address.display_name, address.addr_spec) == ("Secretariat", "secretariat@example.org")
    assert bytes(sample_policy(kind)) == bytes(sample_policy(kind))


def test_one_value_is_said_as_one() -> None:
    facts = {"by": "ID/co-chair", "why": "", "version": "4", "changes": "1"}
    text = " ".join(parts(sample_policy(POLICY_PROPOSED, facts=facts))[0].split())
    assert (
        "The Co-Chair (Indonesia) proposes another policy for new cases. 1 of its values differs from version 4" in text
    )


@pytest.mark.parametrize(
    ("outcome", "subject", "says"),
    [
        ("in_force", "Version 3 of the policy is in force", "It is in force as version 3."),
        ("refused", "The proposed policy is refused", "The Co-Chair (Indonesia) refuses the policy"),
        ("withdrawn", "The proposed policy is taken back", "The Co-Chair (Indonesia) has taken back the policy"),
    ],
)
def test_what_has_become_of_it_is_said(outcome: str, subject: str, says: str) -> None:
    facts = {"by": "RSO/secretariat", "why": "", "version": "3", "outcome": outcome, "who": "ID/co-chair"}
    message = received(sample_policy(POLICY_SETTLED, facts=facts))
    assert message["Subject"] == f"[AHG] {subject}"
    assert says in " ".join(parts(message)[0].split())


@pytest.mark.parametrize("outcome", ["", "in_force", "refused", "withdrawn"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_add_no_field_no_recipient_and_no_link(text: str, outcome: str) -> None:
    kind = POLICY_SETTLED if outcome else POLICY_PROPOSED

    def written(word: str) -> tuple[list[str], list[str], list[str]]:
        message = received(
            sample_policy(
                kind,
                facts={"by": word, "why": word, "version": word, "changes": "2", "outcome": outcome, "who": word},
                names=dict.fromkeys(SAMPLE_NAMES, word),
                reader=reader_of(kind).model_copy(update={"name": word}),
            )
        )
        plain, page = parts(message)
        tree = read(page)
        assert set(said(tree)) <= set(plain.split())
        to = [one.addr_spec for one in message["To"].addresses]
        return sorted(message.keys()), to, [link.address for link in links(tree)]

    assert written(text) == written("word")
