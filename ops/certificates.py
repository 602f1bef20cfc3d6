"""Certificates for mutual TLS with a Temporal cluster of one's own, where there is no authority that gives them out.

Two authorities are made, one for the server and one for its clients: whoever has a client's certificate reaches the
frontend, and none of the services behind it. Their keys are kept nowhere, so nobody can make another certificate; before
these end, all are made anew.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from settings import make_secret_file

VALID_FOR = timedelta(days=825)
"""How long the certificates are good: what common programs still take of a certificate of a server."""
CLIENTS = ("worker", "web", "operator")
_SLOW_CLOCKS = timedelta(hours=1)
_BOTH = (
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.CLIENT_AUTH,
)  # the services behind the frontend call each other


class CertificatesExist(Exception):
    """There are certificates in the folder; they are not overwritten, since parts that run have them."""


def make_certificates(folder: Path, server: str, now: datetime) -> list[Path]:
    """Make both authorities, the server's certificate and one for each client as files in a folder; returns the files.

    ``server``: the host name by which clients reach it. The files of keys can be read by their owner alone.

    Raises:
        CertificatesExist: one of the files exists; nothing is made.
        OSError: the folder cannot be written.
    """
    made: dict[str, bytes] = {}
    behind, of_clients = _Authority("server", now), _Authority("clients", now)
    made["temporal_server_ca"], made["temporal_client_ca"] = behind.written, of_clients.written
    made |= _named("server", behind.issue(server, _BOTH, server))
    for client in CLIENTS:
        made |= _named(client, of_clients.issue(f"ahg {client}", (ExtendedKeyUsageOID.CLIENT_AUTH,)))
    there = [name for name in made if (folder / name).exists()]
    if there:
        raise CertificatesExist(f"{folder / there[0]} exists: move the files of before away, and replace all at once")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, written in made.items():
        make_secret_file(folder / name, written.decode("ascii").rstrip())
    return [folder / name for name in made]


def ends_at(certificate: bytes) -> datetime:
    """Until when a certificate is good (UTC). Raises ValueError when it is none, as PEM."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc


class _Authority:
    """A certificate authority that lives as long as this process."""

    def __init__(self, name: str, now: datetime) -> None:
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _subject(f"ahg Temporal {name}")
        own = self._begun(self._name, self._key.public_key())
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        own = own.add_extension(_usage(signs_certificates=True), critical=True)
        self._certificate = own.sign(self._key, hashes.SHA256())

    @property
    def written(self) -> bytes:
        """Its own certificate, as PEM."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, name: str, uses: Sequence[x509.ObjectIdentifier], host: str = "") -> tuple[bytes, bytes]:
        """A new certificate and its key, as PEM. ``host``: what clients call the server that has it."""
        key = ec.generate_private_key(ec.SECP256R1())
        begun = self._begun(_subject(name), key.public_key())
        begun = begun.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        begun = begun.add_extension(_usage(signs_certificates=False), critical=True)
        begun = begun.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        if host:
            begun = begun.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        certificate = begun.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        no_password = serialization.NoEncryption()
        return certificate, key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password
        )

    def _begun(self, subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        begun = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(public)
        begun = begun.serial_number(x509.random_serial_number())
        begun = begun.not_valid_before(self._now - _SLOW_CLOCKS).not_valid_after(self._now + VALID_FOR)
        begun = begun.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        of_issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return begun.add_extension(of_issuer, critical=False)


def _named(who: str, pair: tuple[bytes, bytes]) -> Mapping[str, bytes]:
    return {f"temporal_{who}_certificate": pair[0], f"temporal_{who}_key": pair[1]}


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
