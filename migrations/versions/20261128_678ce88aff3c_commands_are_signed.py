"""commands are signed

Revision: 678ce88aff3c, after 6b710894dde5, made 2026-11-28 17:03:01.680105+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = '678ce88aff3c'
down_revision = '6b710894dde5'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('entries', sa.Column('signed', sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('entries') as batch_op:
        batch_op.drop_column('signed')
