"""A phone's digest, when a ticket was pushed and when its citizen was taken out; the ledger of erasures."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("tickets", sa.Column("phone_digest", sa.String(64), nullable=True))
    op.add_column("tickets", sa.Column("pushed_at", INSTANT, nullable=True))
    op.add_column("tickets", sa.Column("restricted_at", INSTANT, nullable=True))
    op.create_index("ix_tickets_phone_digest", "tickets", ["phone_digest"])
    op.create_index("ix_tickets_created_at", "tickets", ["created_at"])
    op.create_index("ix_attachments_created_at", "attachments", ["created_at"])
    op.create_table(
        "erasures",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("conversation_id", NUMBER, nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.execute("UPDATE tickets SET pushed_at = updated_at WHERE hotline_ref IS NOT NULL")


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_index("ix_attachments_created_at", "attachments")
    op.drop_index("ix_tickets_created_at", "tickets")
    op.drop_index("ix_tickets_phone_digest", "tickets")
    for column in ("restricted_at", "pushed_at", "phone_digest"):
        op.drop_column("tickets", column)
