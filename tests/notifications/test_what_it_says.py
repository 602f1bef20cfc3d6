"""What a mail says holds for its reader, and says which of several things has happened."""

from typing import Any

from notifications.environment import form
from tests.notifications.samples import FACTS, mail, parts


def words(kind: str, **changes: Any) -> str:
    """The plain text of a mail on one line, so that no sentence is broken."""
    return " ".join(parts(mail(kind, **changes))[0].split())


def subject(kind: str, **changes: Any) -> str:
    return str(mail(kind, **changes)["Subject"])


def with_facts(kind: str, **facts: str) -> dict[str, str]:
    return {**FACTS[kind], **facts}


def test_what_a_decision_is_about_stands_before_its_conditions() -> None:
    text, page = parts(mail("decision_made"))
    for written in (text, page):
        subject_at, about_at, conditions_at, condition_at = map(
            written.index, ("It is about:", "Request of Indonesia", "Conditions:", "participation of IOM")
        )
        assert subject_at < about_at < conditions_at < condition_at
    assert "about:\n\n    Request of Indonesia, version 1: " in text
    assert "Conditions:\n\n    the Co-Chair (Australia): with" in text


def test_between_two_quotations_stands_a_blank_line() -> None:
    plain = form("en", html=False)._environment.from_string(
        '{% filter paragraphs %}One\nsentence.\n{{ "first\n\nstill first"|quoted }}\n{{ "second"|quoted }}\n'
        '{{ "a\nb"|items }}\n{% endfilter %}'
    )
    assert plain.render() == "One sentence.\n\n    first\n\n    still first\n\n    second\n\n    - a\n    - b"
