"""the record is hashed and kept

What is never changed cannot be changed: triggers refuse it. Whoever owns the tables can take them away; where the product
has a database role of its own, that role cannot (records/roles.py).

Revision: 4c1f0a9d7e35, after 8f164be6db5a, made 2026-11-28 17:10:00+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = '4c1f0a9d7e35'
down_revision = '8f164be6db5a'
branch_labels = None
depends_on = None

_KEPT = ("entries", "record_leaves", "checkpoints", "readings")


def upgrade() -> None:
    op.create_table('record_leaves',
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('stream', sa.String(), nullable=False),
        sa.Column('seq', sa.Integer(), nullable=False),
        sa.Column('hash', sa.String(), nullable=False),
        sa.Column('frontier', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('number'),
        sa.UniqueConstraint('stream', 'seq')
    )
    op.create_table('checkpoints',
        sa.Column('size', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('signer', sa.String(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('line', sa.Text(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('size', 'signer')
    )
    op.create_table('readings',
        sa.Column('reference', sa.String(), nullable=False),
        sa.Column('day', sa.String(), nullable=False),
        sa.Column('what', sa.String(), nullable=False),
        sa.Column('about', sa.String(), nullable=False),
        sa.Column('post', sa.String(), nullable=False),
        sa.Column('email', sa.String(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('reference', 'day', 'what', 'about', 'post', 'email')
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """CREATE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'rows of % are never changed nor deleted', TG_TABLE_NAME; END $$"""
        )
        for table in _KEPT:
            op.execute(
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()"
            )
        return
    for table in _KEPT:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed nor deleted'); END"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER entries_kept ON entries")
    else:
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER entries_kept_{act}")
    for table in _KEPT[1:]:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change()")
