"""The queue's filters as people keep them, under names of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "desk_saved_views",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("title", sa.String(32), nullable=False),
        sa.Column("query", sa.String(512), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_saved_views"),
        sa.UniqueConstraint("owner", "title", name="uq_desk_saved_views_owner_title"),
    )


def downgrade() -> None:
    op.drop_table("desk_saved_views")
