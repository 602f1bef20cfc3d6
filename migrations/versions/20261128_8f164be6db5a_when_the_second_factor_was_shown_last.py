"""when the second factor was shown last

Revision: 8f164be6db5a, after 2df617b52c8e, made 2026-11-28 17:02:46.619556+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = '8f164be6db5a'
down_revision = '2df617b52c8e'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('strong_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_column('strong_at')
