"""logs are compared in turn with what follows from them

Revision: 5289f9760035, after a41c7e90b2d6, made 2026-11-29 08:16:47.210325+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = '5289f9760035'
down_revision = 'a41c7e90b2d6'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('log_checks',
        sa.Column('stream', sa.String(), nullable=False),
        sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('times', sa.Integer(), nullable=False),
        sa.Column('differences', sa.JSON(), nullable=False),
        sa.Column('mended', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('stream')
    )
    op.add_column('entries', sa.Column('notices', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('entries', 'notices')
    op.drop_table('log_checks')
