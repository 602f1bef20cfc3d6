"""each addressee answers for itself

Revision: 5c661ee2f35b, after 14c50040637f, made 2026-11-29 00:01:08.323020+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = '5c661ee2f35b'
down_revision = '14c50040637f'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('follow_ups', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answers', sa.JSON(), nullable=False, server_default='{}'))

    with op.batch_alter_table('recommendations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('held', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table('recommendations', schema=None) as batch_op:
        batch_op.drop_column('held')

    with op.batch_alter_table('follow_ups', schema=None) as batch_op:
        batch_op.drop_column('answers')
