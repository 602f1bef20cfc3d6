"""passkeys

Revision: 2df617b52c8e, after 678ce88aff3c, made 2026-11-28 17:33:58.610072+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = '2df617b52c8e'
down_revision = '678ce88aff3c'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('passkeys',
    sa.Column('credential', sa.String(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('cose', sa.Text(), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('sign_count', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('credential'),
    sa.UniqueConstraint('number')
    )
    op.create_index('ix_passkeys_email', 'passkeys', ['email'])


def downgrade() -> None:
    op.drop_table('passkeys')
