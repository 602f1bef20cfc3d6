"""readers are posts

Revision: 3c9d1f0a77e2, after 8924e57d96d4, made 2026-11-25 14:20:00+00:00
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op


revision = '3c9d1f0a77e2'
down_revision = '8924e57d96d4'
branch_labels = None
depends_on = None

_READERS = sa.table(
    "readers", sa.column("reference"), sa.column("post"), sa.column("sight"),
    sa.column("opened_at", sa.DateTime(timezone=True)),
)
_ALL = 3  # models.visibility.Sight.CASE


def upgrade() -> None:
    with op.batch_alter_table('readers', schema=None) as batch_op:
        batch_op.drop_index('readers_by_member')
        batch_op.alter_column('member', new_column_name='post')
    op.execute(_READERS.update().values(post=_READERS.c.post.concat("/focal-point")))
    for rows in _insiders():
        op.bulk_insert(_READERS, rows)
    with op.batch_alter_table('readers', schema=None) as batch_op:
        batch_op.create_index('readers_by_post', ['post', 'opened_at', 'reference'], unique=False)


def _insiders() -> Iterator[list[dict[str, Any]]]:
    """The Co-Chairs and the Steering Group of each case's own directory, as ``models.projection`` writes them since."""
    names = ("stream", "seq", "at", "type")
    entries = sa.table("entries", *map(sa.column, names), sa.column("event", sa.JSON()))
    after = ""
    while True:
        query = sa.select(entries).where(entries.c.type == "submitted", entries.c.stream > after)
        page = op.get_bind().execute(query.order_by(entries.c.stream).limit(500)).mappings().all()
        if not page:
            return
        after = page[-1]["stream"]
        yield [
            {
                "reference": row["stream"], "post": f"{code}/{role}", "sight": _ALL,
                "opened_at": datetime.fromisoformat(row["at"]).astimezone(UTC),
            }
            for row in page
            for code, member in row["event"]["directory"]["members"].items()
            for mark, role in (("co_chair", "co-chair"), ("steering_group", "steering-group"))
            if member.get(mark)
        ]


def downgrade() -> None:
    with op.batch_alter_table('readers', schema=None) as batch_op:
        batch_op.drop_index('readers_by_post')
    op.execute(_READERS.delete().where(_READERS.c.post.not_like("%/focal-point")))
    op.execute(_READERS.update().values(post=sa.func.replace(_READERS.c.post, "/focal-point", "")))
    with op.batch_alter_table('readers', schema=None) as batch_op:
        batch_op.alter_column('post', new_column_name='member')
        batch_op.create_index('readers_by_member', ['member', 'opened_at', 'reference'], unique=False)
