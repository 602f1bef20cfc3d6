"""A post waits to be taken over by the person to whom it is offered

Revision: 4002112d02c7, after 4c1f0a9d7e35, made 2026-11-28 20:43:50.460801+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = '4002112d02c7'
down_revision = '4c1f0a9d7e35'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('offers',
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('post', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('reference', 'post')
    )


def downgrade() -> None:
    op.drop_table('offers')
