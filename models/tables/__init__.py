"""The SQLModel tables. Not imported by the domain half of ``models``.

``log``             the decision log, its tree and checkpoints, who read what, and what was compared with it
``cases``           the projection of cases: what lists and pages show of them
``notices``         the ledger of notices, pauses of mail, what readers want of it
``mail``            what came back for notices, and what people decided on those that are stuck
``directory``       members, posts, policies, references and drafts
``administration``  the directory's history, proposed policies, and when backups were made
``people``          accounts, sessions, tokens, files
``columns``         kinds of columns

Instants are stored in UTC; JSON columns hold what the domain's models dump.
"""

from sqlmodel import SQLModel

from models.tables import administration, cases, directory, log, mail, notices, people
from models.tables.columns import Moment
from models.tables.log import APPEND_ONLY, CheckpointRow, EntryRow, LeafRow, LogCheckRow, ReadingRow

TABLES = SQLModel.metadata
"""The metadata that migrations describe; importing the modules above has filled it."""
