"""The pages of the administration."""

from web.admin import directory, front, history, offices

__all__ = ["ADMINISTRATION"]

ADMINISTRATION = (front, history, offices, directory)
"""Each has a ``router``."""
