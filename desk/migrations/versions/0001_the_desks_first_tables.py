"""The desk's tables in the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_alerts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("kind", sa.String(length=256), nullable=False),
        sa.Column("channel", sa.String(length=256), nullable=True),
        sa.Column("conversation", sa.String(length=256), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(length=256), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_alerts")),
    )
    op.create_table(
        "desk_callbacks",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("event_id", sa.String(length=256), nullable=False),
        sa.Column("lane", sa.String(length=256), nullable=False),
        sa.Column("type", sa.String(length=256), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=512), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('waiting', 'sent', 'buried')", name=op.f("ck_desk_callbacks_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_callbacks")),
        sa.UniqueConstraint("event_id", name=op.f("uq_desk_callbacks_event_id")),
    )
    with op.batch_alter_table("desk_callbacks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_desk_callbacks_lane_state_id"), ["lane", "state", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_desk_callbacks_state_due_at"), ["state", "due_at"], unique=False)

    op.create_table(
        "desk_calls",
        sa.Column("webhook_id", sa.String(length=256), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_desk_calls")),
    )
    with op.batch_alter_table("desk_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_calls_at"), ["at"], unique=False)

    op.create_table(
        "desk_handoffs",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("conversation", sa.String(length=256), nullable=False),
        sa.Column("channel", sa.String(length=256), nullable=True),
        sa.Column("reach_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("taken_by", sa.String(length=256), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_handoffs")),
        sa.UniqueConstraint("conversation", name=op.f("uq_desk_handoffs_conversation")),
    )
    with op.batch_alter_table("desk_handoffs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_handoffs_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "desk_received",
        sa.Column("event_id", sa.String(length=256), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=True),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_desk_received")),
    )
    with op.batch_alter_table("desk_received", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_received_key"), ["key"], unique=False)

    op.create_table(
        "desk_tickets",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("idempotency_key", sa.String(length=256), nullable=False),
        sa.Column("hotline_ref", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=256), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("texts_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("appeal_type", sa.String(length=2), nullable=False),
        sa.Column("urgency", sa.String(length=16), nullable=False),
        sa.Column("category_code", sa.String(length=256), nullable=False),
        sa.Column("area_code", sa.String(length=256), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("first_unit", sa.String(length=256), nullable=True),
        sa.Column("lead_unit", sa.String(length=256), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispatch_count", sa.Integer(), nullable=False),
        sa.Column("urge_count", sa.Integer(), nullable=False),
        sa.Column("evaluation", sa.String(length=16), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_tickets")),
        sa.UniqueConstraint("hotline_ref", name=op.f("uq_desk_tickets_hotline_ref")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_desk_tickets_idempotency_key")),
    )
    with op.batch_alter_table("desk_tickets", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_desk_tickets_lead_unit_state"), ["lead_unit", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_desk_tickets_reference"), ["reference"], unique=False)
        batch_op.create_index(batch_op.f("ix_desk_tickets_state_due_at"), ["state", "due_at"], unique=False)

    op.create_table(
        "desk_tries",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_desk_tries")),
    )
    op.create_table(
        "desk_users",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=256), nullable=True),
        sa.Column("password_hash", sa.String(length=256), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_desk_users_name")),
    )
    op.create_table(
        "desk_co_units",
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["desk_tickets.id"], name=op.f("fk_desk_co_units_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "position", name=op.f("pk_desk_co_units")),
    )
    with op.batch_alter_table("desk_co_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_co_units_unit"), ["unit"], unique=False)

    op.create_table(
        "desk_events",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("unit", sa.String(length=256), nullable=True),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("from_state", sa.String(length=24), nullable=True),
        sa.Column("to_state", sa.String(length=24), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=True),
        sa.Column("detail_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("detail_digest", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["desk_tickets.id"], name=op.f("fk_desk_events_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_events")),
        sa.UniqueConstraint("ticket_id", "seq", name=op.f("uq_desk_events_ticket_id_seq")),
    )
    op.create_table(
        "desk_messages",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("handoff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["desk_handoffs.id"], name=op.f("fk_desk_messages_handoff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_messages")),
    )
    with op.batch_alter_table("desk_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_messages_handoff_id"), ["handoff_id"], unique=False)

    op.create_table(
        "desk_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["desk_users.id"], name=op.f("fk_desk_sessions_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_desk_sessions")),
    )
    with op.batch_alter_table("desk_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_sessions_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_desk_sessions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "desk_surveys",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.String(length=8), nullable=True),
        sa.Column("satisfied", sa.String(length=16), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("rework_wanted", sa.Boolean(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("via", sa.String(length=8), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["desk_tickets.id"], name=op.f("fk_desk_surveys_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_surveys")),
    )
    with op.batch_alter_table("desk_surveys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_surveys_ticket_id"), ["ticket_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("desk_surveys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_surveys_ticket_id"))

    op.drop_table("desk_surveys")
    with op.batch_alter_table("desk_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_sessions_user_id"))
        batch_op.drop_index(batch_op.f("ix_desk_sessions_expires_at"))

    op.drop_table("desk_sessions")
    with op.batch_alter_table("desk_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_messages_handoff_id"))

    op.drop_table("desk_messages")
    op.drop_table("desk_events")
    with op.batch_alter_table("desk_co_units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_co_units_unit"))

    op.drop_table("desk_co_units")
    op.drop_table("desk_users")
    op.drop_table("desk_tries")
    with op.batch_alter_table("desk_tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_tickets_state_due_at"))
        batch_op.drop_index(batch_op.f("ix_desk_tickets_reference"))
        batch_op.drop_index(batch_op.f("ix_desk_tickets_lead_unit_state"))

    op.drop_table("desk_tickets")
    with op.batch_alter_table("desk_received", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_received_key"))

    op.drop_table("desk_received")
    with op.batch_alter_table("desk_handoffs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_handoffs_updated_at"))

    op.drop_table("desk_handoffs")
    with op.batch_alter_table("desk_calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_calls_at"))

    op.drop_table("desk_calls")
    with op.batch_alter_table("desk_callbacks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_callbacks_state_due_at"))
        batch_op.drop_index(batch_op.f("ix_desk_callbacks_lane_state_id"))

    op.drop_table("desk_callbacks")
    op.drop_table("desk_alerts")
