"""The desk's own tables. They share a database with the front door, never a table.

A column whose name ends in `_sealed` holds encrypted JSON: all that citizens and staff wrote.
What the desk filters and counts by is plain.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from storage.tables import Number, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


tickets = Table(
    "desk_tickets",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("idempotency_key", String(256), nullable=False, unique=True),
    Column("hotline_ref", String(32), nullable=False, unique=True),
    Column("reference", String(256), nullable=False, index=True),
    Column("document_sealed", LargeBinary, nullable=False),
    Column("texts_sealed", LargeBinary, nullable=False),  # reply_public, reply_internal, public_text
    Column("channel", String(8), nullable=False),
    Column("appeal_type", String(2), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("category_code", String(256), nullable=False),
    Column("area_code", String(256)),
    Column("confidential", Boolean, nullable=False),
    Column("state", String(24), nullable=False),
    Column("version", Integer, nullable=False),  # goes up by one with every step
    Column("round", Integer, nullable=False),
    Column("first_unit", String(256)),
    Column("lead_unit", String(256)),
    Column("due_at", UtcDateTime),
    Column("completed_at", UtcDateTime),
    Column("dispatch_count", Integer, nullable=False),
    Column("urge_count", Integer, nullable=False),
    Column("evaluation", String(16)),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    Column("event_count", Integer, nullable=False),
    Column("last_hash", String(64), nullable=False),
    Index(None, "state", "due_at"),
    Index(None, "lead_unit", "state"),
)

co_units = Table(
    "desk_co_units",
    metadata,
    Column("ticket_id", Number, ForeignKey("desk_tickets.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("unit", String(256), nullable=False, index=True),
)

events = Table(  # append-only
    "desk_events",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("ticket_id", Number, ForeignKey("desk_tickets.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("role", String(16), nullable=False),
    Column("name", String(256), nullable=False),
    Column("unit", String(256)),
    Column("action", String(32), nullable=False),
    Column("from_state", String(24)),
    Column("to_state", String(24), nullable=False),
    Column("round", Integer, nullable=False),
    Column("key", String(256)),  # the event_id of what the front door told us
    Column("detail_sealed", LargeBinary, nullable=False),
    Column("detail_digest", String(64), nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("ticket_id", "seq"),
)

received = Table(  # what the front door told us, so that a repeat does nothing
    "desk_received",
    metadata,
    Column("event_id", String(256), primary_key=True),
    Column("key", String(256), index=True),  # the Idempotency-Key it came under
    Column("scope", String(64), nullable=False),  # hotline_ref, or "" for what concerns no ticket
    Column("digest", String(64), nullable=False),  # keyed, of the whole body
    Column("received_at", UtcDateTime, nullable=False),
)

calls = Table(  # webhook ids seen within the life of their signatures
    "desk_calls",
    metadata,
    Column("webhook_id", String(256), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)

surveys = Table(
    "desk_surveys",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("ticket_id", Number, ForeignKey("desk_tickets.id"), nullable=False, index=True),
    Column("round", Integer, nullable=False),
    Column("late", Boolean, nullable=False),  # came when the ticket no longer waited for it
    Column("answered", Boolean, nullable=False),
    Column("contacted", Boolean),
    Column("solved", String(8)),
    Column("satisfied", String(16)),
    Column("score", Integer),
    Column("rework_wanted", Boolean, nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),  # reason_codes, comment
    Column("via", String(8)),
    Column("answered_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
)

alerts = Table(
    "desk_alerts",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("kind", String(256), nullable=False),
    Column("channel", String(256)),
    Column("conversation", String(256)),
    Column("body_sealed", LargeBinary, nullable=False),  # text, reach
    Column("raised_at", UtcDateTime, nullable=False),
    Column("taken_by", String(256)),
    Column("taken_at", UtcDateTime),
)

handoffs = Table(
    "desk_handoffs",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("conversation", String(256), nullable=False, unique=True),
    Column("channel", String(256)),
    Column("reach_sealed", LargeBinary, nullable=False),  # phone
    Column("open", Boolean, nullable=False),
    Column("taken_by", String(256)),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False, index=True),
)

messages = Table(
    "desk_messages",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("handoff_id", Number, ForeignKey("desk_handoffs.id"), nullable=False, index=True),
    Column("side", String(16), nullable=False),  # citizen | bot | person
    Column("name", String(256)),
    Column("body_sealed", LargeBinary, nullable=False),  # text
    Column("at", UtcDateTime, nullable=False),
)

callbacks = Table(  # what the front door has still to hear
    "desk_callbacks",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("event_id", String(256), nullable=False, unique=True),
    Column("lane", String(256), nullable=False),  # one ticket's or conversation's, sent in order
    Column("type", String(256), nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),  # waiting | sent | buried
    Column("queued_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", String(512)),
    Column("ended_at", UtcDateTime),
    CheckConstraint("state in ('waiting', 'sent', 'buried')", name="state"),
    Index(None, "state", "due_at"),
    Index(None, "lane", "state", "id"),
)

users = Table(
    "desk_users",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("unit", String(256)),
    Column("password_hash", String(256), nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

sessions = Table(
    "desk_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", Number, ForeignKey("desk_users.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

tries = Table(  # to log in, per name, whether or not anybody has it
    "desk_tries",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("tried", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
