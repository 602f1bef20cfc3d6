"""Header fields that no text can break out of.

The standard library parses a value that is assigned to a header, decodes encoded words that stand in it,
and folds the result in ways that have let line ends and separators through (CVE-2024-6923, and quoted names
that lost their quotes in Python up to 3.11.8). So text goes into these fields unparsed and comes out as
encoded words (RFC 2047) wherever it is more than plain ASCII: whatever a name or title holds, a receiver
decodes exactly that, and only the field it was put in.
"""

import re
from binascii import b2a_base64
from collections.abc import Sequence
from email.headerregistry import Address
from email.policy import EmailPolicy
from typing import Self

from models.mail_addresses import with_ascii_domain
from notifications.texts import line

_LINE = 76
"""Characters in a line that holds an encoded word (RFC 2047, section 2)."""

_CHUNK = 42
"""Bytes in one encoded word: 56 characters of Base64 and 12 around them."""

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


class HeaderField(str):  # noqa: SLOT000 - subclasses of str cannot have slots with values
    """A field as ``email.message`` keeps it: a string with a name that can fold itself. Holds ASCII only.

    Raises:
        ValueError: the value is not one line of printable ASCII.
    """

    name: str
    defects: tuple[()] = ()
    max_count = 1
    _sent: tuple[EmailPolicy, bytes] | None = None

    def __new__(cls, name: str, value: str) -> "HeaderField":
        text = super().__new__(cls, cls._checked(value))
        text.name = name
        return text

    def octets(self, policy: EmailPolicy) -> bytes:
        """The field as it is sent. It is laid out once, since most fields stand in many mails."""
        if self._sent is None or self._sent[0] is not policy:
            encoding = "utf-8" if policy.utf8 else "ascii"
            self._sent = policy, self.fold(policy=policy).encode(encoding)
        return self._sent[1]

    @classmethod
    def _checked(cls, value: str) -> str:
        if not value.isascii() or not value.isprintable():
            raise ValueError(f"{value!r} is not one line of ASCII")
        return value

    def __deepcopy__(self, _memo: object) -> Self:
        """Returns the field itself, which nothing changes. ``email`` copies a part before it writes it in 7 bits."""
        return self

    def fold(self, *, policy: EmailPolicy) -> str:
        """The field as it is sent, in lines."""
        return _laid_out(self.name, str(self).split(" "), policy)


class TextField(HeaderField):
    """A field of running text, such as the subject; controls are folded to blanks."""

    @classmethod
    def _checked(cls, value: str) -> str:
        return line(value)

    def fold(self, *, policy: EmailPolicy) -> str:
        """The field as it is sent: plain where it is plain ASCII, else encoded words."""
        plain = self.isascii() and "=?" not in self and max(map(len, self.split(" "))) < _LINE - len(self.name)
        return _laid_out(self.name, str(self).split(" ") if plain else _encoded(self), policy)


class MailboxField(HeaderField):
    """A field that holds one mailbox: ``To``, ``From``, ``Reply-To``."""

    addresses: tuple[Address, ...]

    def __new__(cls, name: str, value: str | Address) -> "MailboxField":
        address = value if isinstance(value, Address) else mailbox("", value)
        field = super().__new__(cls, name, str(address))
        assert isinstance(field, MailboxField)  # noqa: S101 - for the type checker
        field.addresses = (address,)
        return field

    @classmethod
    def _checked(cls, value: str) -> str:
        return line(value)

    def fold(self, *, policy: EmailPolicy) -> str:
        """The field as it is sent.

        Raises:
            UnicodeError: the address needs SMTPUTF8 (RFC 6531), and the policy does not allow it; or its domain is none.
        """
        (address,) = self.addresses
        spec = with_ascii_domain(address.addr_spec)
        if not policy.utf8:
            spec.encode("ascii")
        display = line(address.display_name)
        if not display:
            return _laid_out(self.name, [spec], policy)
        if not display.isascii() or "=?" in display or len(display) > _LINE - len(self.name) - 4:
            words = _encoded(display)
        elif _ATOMS.fullmatch(display) and "  " not in display:
            words = display.split(" ")
        else:
            words = ['"' + display.replace("\\", "\\\\").replace('"', '\\"') + '"']
        return _laid_out(self.name, [*words, f"<{spec}>"], policy)


def mailbox(name: str, address: str) -> Address:
    """A mailbox with a display name of any kind.

    Raises:
        ValueError: ``address`` is not exactly one address without white space or brackets.
    """
    local, at, domain = address.rpartition("@")
    if not local or not at or not domain or not _ONE_ADDRESS.fullmatch(address) or line(address) != address:
        raise ValueError(f"{address!r} is not one mail address")
    return Address(display_name=line(name), username=local, domain=domain)


_ONE_ADDRESS = re.compile(r"[^\s<>\[\]()\",;:\\@]+@[^\s<>\[\]()\",;:\\@]+")
# Quoted local parts and address literals are legal and unheard of in a ministry: refused, not guessed.


def _encoded(text: str) -> list[str]:
    """Encoded words (RFC 2047) of at most 75 characters, each of whole characters."""
    words, chunk = [], b""
    for character in text:
        octets = character.encode("utf-8")
        if len(chunk) + len(octets) > _CHUNK:
            words.append(chunk)
            chunk = b""
        chunk += octets
    return [f"=?utf-8?b?{_base64(one)}?=" for one in (*words, chunk)]


def _base64(octets: bytes) -> str:
    return b2a_base64(octets, newline=False).decode("ascii")


def _laid_out(name: str, words: Sequence[str], policy: EmailPolicy) -> str:
    """The words in lines, each but the first beginning with a blank."""
    whole = " ".join((f"{name}:", *words))
    if len(whole) <= _LINE:
        return f"{whole}{policy.linesep}"
    lines, current = [], f"{name}:"
    for word in words:
        # A line of blanks only would end the header; so blanks in a row are never a place to break.
        if len(current) + 1 + len(word) > _LINE and word and current.strip() and not current.endswith(":"):
            lines.append(current)
            current = ""
        current += f" {word}"
    return "".join(f"{one}{policy.linesep}" for one in (*lines, current))
