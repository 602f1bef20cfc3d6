"""lists read what they show

Revision: b7d2f4c1e905, after 3c9d1f0a77e2, made 2026-11-25 14:40:00+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = 'b7d2f4c1e905'
down_revision = '3c9d1f0a77e2'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.create_index('cases_by_urgency', ['urgency', 'opened_at', 'reference'], unique=False)

    with op.batch_alter_table('follow_ups', schema=None) as batch_op:
        batch_op.add_column(sa.Column('owner', sa.String(), nullable=False, server_default=''))
        batch_op.create_index('follow_ups_by_owner', ['owner', 'state'], unique=False)

    told = sa.text("sight = 1")
    with op.batch_alter_table('readers', schema=None) as batch_op:
        batch_op.create_index('readers_that_were_told', ['post', 'opened_at', 'reference'], unique=False, sqlite_where=told, postgresql_where=told)

    names = ("reference", "number", "owner")
    followed, said = (sa.table(name, *map(sa.column, names)) for name in ("follow_ups", "recommendations"))
    same = sa.and_(said.c.reference == followed.c.reference, said.c.number == followed.c.number)
    owner = sa.select(said.c.owner).where(same).scalar_subquery()
    if op.get_bind().dialect.name == "postgresql":  # to start a second process costs more than any search does
        op.execute("ALTER FUNCTION search_lexemes(text, text) PARALLEL UNSAFE")
    op.execute(followed.update().values(owner=sa.func.coalesce(owner, "")))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER FUNCTION search_lexemes(text, text) PARALLEL SAFE")

    with op.batch_alter_table('readers', schema=None) as batch_op:
        batch_op.drop_index('readers_that_were_told')

    with op.batch_alter_table('follow_ups', schema=None) as batch_op:
        batch_op.drop_index('follow_ups_by_owner')
        batch_op.drop_column('owner')

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index('cases_by_urgency')
