"""Other names of members

Revision: a41c7e90b2d6, after 5c661ee2f35b, made 2026-11-28 23:40:00+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = 'a41c7e90b2d6'
down_revision = '5c661ee2f35b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.add_column(sa.Column('aliases', sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.drop_column('aliases')
