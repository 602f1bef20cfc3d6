"""The SQLModel tables. Not imported by the domain half of ``models``.

Instants are stored in UTC; JSON columns hold what the domain's models dump.
"""

from sqlmodel import SQLModel

from models.tables import administration, cases, directory, log, mail, notices, people
from models.tables.columns import Moment
from models.tables.log import EntryRow

__all__ = ["TABLES", "EntryRow", "Moment"]

_PARTS = (administration, cases, directory, log, mail, notices, people)
"""Importing them has filled ``TABLES``."""

TABLES = SQLModel.metadata
"""The metadata that migrations describe."""
