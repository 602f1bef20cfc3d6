"""Mail addresses: their domains in ASCII by IDNA 2008 (RFC 5891), and which of them are the same.

Python's own codec is of IDNA 2003, which takes ``faß.example`` for ``fass.example``: another domain, of somebody else.
"""

from functools import lru_cache

import idna

from models.base import composed

_LONGEST_DOMAIN, _LONGEST_LABEL = 253, 63  # RFC 1035, 2.3.4


@lru_cache(maxsize=1024)
def ascii_domain(domain: str) -> str:
    """The domain as it is asked for; capitals become small letters (RFC 5895, 2). One in ASCII stays as it is.

    Raises:
        UnicodeError: it is no domain; the sentence says why.
    """
    try:
        if domain.isascii():
            _check_ascii(domain)
            return domain
        if len(domain) > _LONGEST_DOMAIN:  # in ASCII it only grows, and to read it takes the square of its length
            raise idna.IDNAError("Too long")
        return idna.encode(composed(domain.lower()), strict=True).decode("ascii")
    except idna.IDNAError as error:
        raise UnicodeError(f"{domain!r} is not a domain that can be used: {error} (IDNA 2008)") from None


def _check_ascii(domain: str) -> None:
    labels = domain.removesuffix(".").split(".")
    if not all(labels):
        raise idna.IDNAError("Empty label")
    if len(domain) > _LONGEST_DOMAIN or max(map(len, labels)) > _LONGEST_LABEL:
        raise idna.IDNAError("Too long")
    for label in labels:
        if label.lower().startswith("xn--"):
            idna.ulabel(label.lower())


def with_ascii_domain(address: str) -> str:
    """The address with its domain in ASCII.

    Raises:
        UnicodeError: the domain is none; the sentence says why.
    """
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{ascii_domain(domain)}"


def check_address(address: str) -> None:
    """Whether mail can be sent to the domain of an address; an empty one is none, and is let through.

    Raises:
        UnicodeError: it cannot; the sentence says why.
    """
    if address:
        with_ascii_domain(address)


def comparable_address(address: str) -> str:
    """An address in a form in which equal addresses are equal texts: small letters, the domain in ASCII."""
    local, at, domain = composed(address).strip().lower().rpartition("@")
    try:
        return f"{local}{at}{ascii_domain(domain)}"
    except UnicodeError:
        return f"{local}{at}{domain}"


def folded(address: str) -> str:
    """An address as people write it, for comparing: Unicode NFC, without outer blanks and capitals.

    Not ``str.casefold``: it makes ``ss`` of ``ß``, and with it one address of two.
    """
    return composed(composed(address).strip().lower())
