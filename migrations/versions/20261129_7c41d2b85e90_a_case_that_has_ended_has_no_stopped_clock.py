"""a case that has ended has no stopped clock

Revision: 7c41d2b85e90, after 5289f9760035, made 2026-11-29 06:20:00+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = '7c41d2b85e90'
down_revision = '5289f9760035'
branch_labels = None
depends_on = None

_CASES = sa.table('cases', sa.column('stage', sa.String), sa.column('clock', sa.String))
_ENDS = ('closed', 'declined', 'withdrawn', 'terminated')


def upgrade() -> None:
    op.execute(_CASES.update().where(_CASES.c.stage.in_(_ENDS)).values(clock='running'))


def downgrade() -> None:
    """Which of them were suspended stands in their logs alone; nothing reads it of a case that has ended."""
