"""What posts want of their mails, and by which digest a notice went.

Revision: 6b710894dde5, after b7d2f4c1e905, made 2026-11-25 10:43:10.095271+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = "6b710894dde5"
down_revision = "b7d2f4c1e905"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_preferences",
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("post", "holder"),
    )
    with op.batch_alter_table("notices") as batch_op:
        batch_op.add_column(sa.Column("digest", sa.String(), nullable=False, server_default=""))
        batch_op.create_index("notices_by_digest", ["digest"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("notices") as batch_op:
        batch_op.drop_index("notices_by_digest")
        batch_op.drop_column("digest")
    op.drop_table("mail_preferences")
