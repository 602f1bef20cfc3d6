"""One-time codes of an authenticator app: six digits every 30 seconds (RFC 6238), and how a secret gets into the app."""

import hmac
from datetime import datetime

import pyotp
import segno

STEP = 30
"""Seconds for which a code is shown."""

_ISSUER = "Bali Process AHG"
_DIGITS = 6


def new_secret() -> str:
    """160 random bits in Base32 (RFC 4226, section 4, R6)."""
    return pyotp.random_base32()


def step_of_code(secret: str, given: str, now: datetime) -> int | None:
    """The time step whose code this is: now's, or one to either side for clocks that differ; None for any other code."""
    code = "".join(given.split())
    if len(code) != _DIGITS or not (code.isascii() and code.isdigit()):
        return None
    codes = pyotp.TOTP(secret, interval=STEP)
    current = int(now.timestamp()) // STEP
    for step in (current, current - 1, current + 1):
        if hmac.compare_digest(codes.generate_otp(step), code):
            return step
    return None


def qr_code(secret: str, email: str) -> str:
    """SVG of the address that an app reads to learn the secret; without styles, so that no page's policy refuses it."""
    address = pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=email, issuer_name=_ISSUER)
    return segno.make(address, error="m").svg_inline(svgclass="qr", omitsize=True, border=2)
