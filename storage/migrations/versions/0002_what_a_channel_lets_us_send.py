"""What a channel lets us send, what it told us, and files that wait for their matter."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
WAITS = sa.text("waiting")
HAS_RECEIPT = sa.text("receipt IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_budgets_conversation_id_conversations"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "trigger", name="pk_budgets"),
    )
    op.create_table(
        "permissions",
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("allowed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_permissions_conversation_id_conversations"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "template", name="pk_permissions"),
    )
    op.create_table(
        "happenings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("happening_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("conversation_id", NUMBER, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_happenings_conversation_id_conversations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_happenings"),
        sa.UniqueConstraint("channel", "happening_id", name="uq_happenings_channel_happening_id"),
    )
    op.create_index("ix_happenings_recorded_at", "happenings", ["recorded_at"])
    op.create_table(
        "outcomes",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "receipt", name="pk_outcomes"),
    )
    op.create_index("ix_outcomes_recorded_at", "outcomes", ["recorded_at"])
    op.create_table(
        "account_notes",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "about", name="pk_account_notes"),
    )
    op.add_column("outbox", sa.Column("receipt", sa.Text(), nullable=True))
    op.create_index(
        "ix_outbox_receipt", "outbox", ["receipt"], sqlite_where=HAS_RECEIPT, postgresql_where=HAS_RECEIPT
    )
    op.add_column(
        "attachments", sa.Column("waiting", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        "ix_attachments_waiting",
        "attachments",
        ["conversation_id"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )


def downgrade() -> None:
    op.drop_index("ix_attachments_waiting", "attachments")
    op.drop_column("attachments", "waiting")
    op.drop_index("ix_outbox_receipt", "outbox")
    op.drop_column("outbox", "receipt")
    for table in ("account_notes", "outcomes", "happenings", "permissions", "budgets"):
        op.drop_table(table)
