"""Attacks are tried on the rigs of the workflows: warm on SQLite, cold on PostgreSQL."""

from tests.workflows.conftest import parts, played, way

__all__ = ["parts", "played", "way"]
