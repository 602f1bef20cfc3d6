"""Domains in ASCII by IDNA 2008, and which addresses are the same."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.commands import Command, Delegate, HandOver, Person, parse
from models.mail_addresses import ascii_domain, comparable_address, folded
from models.posts import Post
from models.refusal import Refused


@pytest.mark.parametrize(
    ("domain", "in_ascii"),
    [
        ("faß.example", "xn--fa-hia.example"),  # by IDNA 2003 fass.example
        ("βόλος.example", "xn--nxasmm1c.example"),  # by IDNA 2003 the final sigma was lost
        ("BÜCHER.Example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("Mixed.Example", "Mixed.Example"),
        ("xn--fa-hia.example", "xn--fa-hia.example"),
        ("localhost", "localhost"),
    ],
)
def test_a_domain_is_the_one_that_idna_2008_names(domain: str, in_ascii: str) -> None:
    assert ascii_domain(domain) == in_ascii


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "☕.example",
        "a..example",
        "é..example",
        f"{'é' * 70}.example",
        f"{'a' * 64}.example",
        f"{'a.' * 130}example",
        "-é.example",
        "a。é",
        "ｅxample.é",
        "xn--0.é",
        "a.xn--zz",
        "א1a.example",
        "a\u200db.example",
    ],
)
def test_what_is_no_domain_is_refused_in_a_sentence(domain: str) -> None:
    with pytest.raises(UnicodeError, match=r"is not a domain that can be used: .+ \(IDNA 2008\)"):
        ascii_domain(domain)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("aZß.-xn--é☕א1ك\u200d。ａ_@ \x00\udcff中·"), max_size=12) | st.text(max_size=20))
def test_whatever_is_written_is_a_domain_in_ascii_or_refused(written: str) -> None:
    for same in (folded, comparable_address):
        assert same(same(written)) == same(written)
    with contextlib.suppress(UnicodeError):
        in_ascii = ascii_domain(written)
        assert in_ascii.isascii()
        assert ascii_domain(in_ascii) == in_ascii


def test_addresses_that_differ_in_sharp_s_alone_are_two() -> None:
    for same in (folded, comparable_address):
        assert same("desk@faß.example") != same("desk@fass.example")
        assert same(" Desk@Example.ORG") == same("desk@example.org ")
    assert comparable_address("desk@faß.example") == comparable_address("DESK@xn--fa-hia.example")


@pytest.mark.parametrize("do", ["hand_over", "delegate"])
def test_a_post_is_not_given_to_an_address_that_has_no_domain(do: str) -> None:
    fields = {"to": {"name": "Desk", "email": "desk@☕.example"}}
    acted = {"post": "TH/focal-point", "how": "telephone", "text": "x", "command": {"do": do, **fields}}
    with pytest.raises(Refused, match="is not a domain that can be used"):
        parse(do, fields, by="TH/focal-point", command_id="1")
    with pytest.raises(Refused, match="is not a domain that can be used"):
        parse("act_for", acted, by="RSO/secretariat", command_id="1")
    # What a case was once told is read again as it was.
    body = {"hand_over": HandOver, "delegate": Delegate}[do](to=Person(**fields["to"]))
    command = Command(id="1", by=Post("TH/focal-point"), body=body)
    assert Command.model_validate_json(command.model_dump_json()) == command
