"""Entries bear a stamp of the workers

Revision: 14c50040637f, after 4002112d02c7, made 2026-11-28 21:03:04.529640+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = '14c50040637f'
down_revision = '4002112d02c7'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('entries', sa.Column('stamp', sa.String(), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('entries', 'stamp')
