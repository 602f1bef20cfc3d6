"""Golden mails are written anew with ``GOLDEN=write`` in the environment (``make golden``)."""

import os

import pytest


@pytest.fixture
def write_golden() -> bool:
    """Whether golden files are written instead of compared."""
    return os.environ.get("GOLDEN") == "write"
