"""A passkey in software: it signs a challenge as a browser and its authenticator do."""

import base64
import hashlib
import json
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from models.authentication import PasskeyTouch
from models.passkeys import challenge_of

_PRESENT_AND_VERIFIED = 0x05


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass
class Authenticator:
    """One key pair, for one site."""

    site: str = "ahg.example.org"
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    def touch(self, statement: str, *, flags: int = _PRESENT_AND_VERIFIED, kind: str = "webauthn.get") -> PasskeyTouch:
        """The answer to a touch over this statement."""
        challenge = base64.urlsafe_b64encode(challenge_of(statement)).rstrip(b"=").decode()
        client = json.dumps({"type": kind, "challenge": challenge, "origin": f"https://{self.site}"}).encode()
        data = hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + (7).to_bytes(4)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return PasskeyTouch(
            statement=statement,
            credential=encoded(b"one"),
            public_key=encoded(public),
            authenticator=encoded(data),
            client=encoded(client),
            signature=encoded(signature),
        )
