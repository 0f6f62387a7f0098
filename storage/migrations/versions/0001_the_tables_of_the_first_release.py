"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
OPEN = sa.text("state = 'due'")
KEPT = sa.text("state = 'kept'")
SETTLED = sa.text("state <> 'due'")
TABLES = (
    "code_tries",
    "conversations",
    "replays",
    "attachments",
    "inbox",
    "tickets",
    "outbox",
    "status_updates",
)


def upgrade() -> None:
    op.create_table(
        "code_tries",
        sa.Column("number_digest", sa.String(length=64), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number_digest", name="pk_code_tries"),
    )
    op.create_table(
        "conversations",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=True),
        sa.Column("state_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("unfinished_since", INSTANT, nullable=True),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("channel", "user", name="uq_conversations_channel_user"),
    )
    op.create_index("ix_conversations_unfinished_since", "conversations", ["unfinished_since"])

    op.create_table(
        "replays",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", "message_id", name="pk_replays"),
    )
    op.create_index("ix_replays_seen_at", "replays", ["seen_at"])

    op.create_table(
        "attachments",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_attachments_conversation_id_conversations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_conversation_id", "attachments", ["conversation_id"])
    op.create_index("ix_attachments_sha256", "attachments", ["sha256"])

    op.create_table(
        "inbox",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", NUMBER, nullable=True),
        sa.Column("replies_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("aside_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_inbox_conversation_id_conversations"
        ),
        sa.PrimaryKeyConstraint("channel", "message_id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_recorded_at", "inbox", ["recorded_at"])

    op.create_table(
        "tickets",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column(
            "reversed_reference", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("hotline_ref", sa.Text(), nullable=True),
        sa.Column("ticket_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("query_code_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("lead_unit", sa.Text(), nullable=True),
        sa.Column("co_units", sa.JSON(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("public_text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("urged_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_tickets_conversation_id_conversations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("key", name="uq_tickets_key"),
        sa.UniqueConstraint("reference", name="uq_tickets_reference"),
    )
    op.create_index("ix_tickets_conversation_id_id", "tickets", ["conversation_id", "id"])
    op.create_index("ix_tickets_hotline_ref", "tickets", ["hotline_ref"])
    op.create_index("ix_tickets_reversed_reference", "tickets", ["reversed_reference"])

    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("conversation_id", NUMBER, nullable=True),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_outbox_conversation_id_conversations"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_outbox_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("once", name="uq_outbox_once"),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["destination", sa.text("urgent DESC"), "due_at", "id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_outbox_kept", "outbox", ["conversation_id"], sqlite_where=KEPT, postgresql_where=KEPT)
    op.create_index(
        "ix_outbox_lane", "outbox", ["destination", "lane", "id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index(
        "ix_outbox_settled", "outbox", ["settled_at"], sqlite_where=SETTLED, postgresql_where=SETTLED
    )

    op.create_table(
        "status_updates",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("note", sa.Boolean(), nullable=False),
        sa.Column("update_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_status_updates_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_status_updates"),
        sa.UniqueConstraint("ticket_id", "event_id", name="uq_status_updates_ticket_id_event_id"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
