"""when the second factor was shown last, and changes of posts that are announced

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
    op.create_table(
        'announced_changes',
        sa.Column('id', sa.String(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(), nullable=False),
        sa.Column('email', sa.String(), nullable=False),
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('about', sa.String(), nullable=False),
        sa.Column('after', sa.JSON(), nullable=False),
        sa.Column('seen', sa.String(), nullable=False),
        sa.Column('takes_effect_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('settled_by', sa.String(), nullable=False),
        sa.Column('settled_email', sa.String(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    with op.batch_alter_table('announced_changes', schema=None) as batch_op:
        batch_op.create_index('announced_changes_by_subject', ['about', 'at'], unique=False)
        batch_op.create_index('announced_changes_by_state', ['state'], unique=False)


def downgrade() -> None:
    op.drop_table('announced_changes')
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_column('strong_at')
