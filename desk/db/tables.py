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
    false,
    literal_column,
    or_,
    text,
)

from storage.db.tables import Number, UtcDateTime

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
    Column("accepted_at", UtcDateTime),
    Column("dispatched_at", UtcDateTime),
    Column("signed_at", UtcDateTime),
    Column("contacted_at", UtcDateTime),
    Column("progressed_at", UtcDateTime),
    Column("completed_at", UtcDateTime),
    Column("first_completed_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("chased_at", UtcDateTime),
    Column("paused_at", UtcDateTime),
    Column("accept_due", UtcDateTime),
    Column("dispatch_due", UtcDateTime),
    Column("sign_due", UtcDateTime),
    Column("contact_due", UtcDateTime),
    Column("progress_due", UtcDateTime),
    Column("return_due", UtcDateTime),
    Column("info_due", UtcDateTime),
    Column("due_at", UtcDateTime),
    Column("original_due_at", UtcDateTime),
    Column("dispatch_count", Integer, nullable=False),
    Column("return_count", Integer, nullable=False),
    Column("reopen_count", Integer, nullable=False),
    Column("repeat_count", Integer, nullable=False),
    Column("urge_count", Integer, nullable=False),
    Column("chase_count", Integer, nullable=False),
    Column("call_count", Integer, nullable=False),
    Column("called_in", String(16)),
    Column("phone_since", UtcDateTime),
    Column("rated_via", String(8)),
    Column("supervise_level", Integer, nullable=False),
    Column("return_denied", Boolean, nullable=False),
    Column("designated", Boolean, nullable=False),
    Column("problem", Boolean, nullable=False),
    Column("lawful", Boolean, nullable=False),
    Column("extended", Boolean, nullable=False),
    Column("committed", Boolean, nullable=False),
    Column("pending", String(16)),
    Column("pending_due", UtcDateTime),
    Column("exclusion", String(16)),
    Column("exclusion_code", String(32)),
    Column("exclusion_by", String(256)),
    Column("reject_code", String(32)),
    Column("master_ref", String(32), index=True),
    Column("evaluation", String(16)),
    Column("watch", String(16)),  # the deadline to look at now, see desk.clocks
    Column("watch_due", UtcDateTime),
    Column("watch_warn", UtcDateTime),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    Column("event_count", Integer, nullable=False),
    Column("last_hash", String(64), nullable=False),
    Column("end_mac", String(64)),  # keyed, see desk.tickets.ticket_seals; null: of the release before
    Column("words_mac", String(64)),
    Index(None, "state", "due_at"),
    Index(None, "lead_unit", "state"),
    Index(None, "lead_unit", "id"),
    Index(None, "state", "watch_due"),
    Index(None, "phone_since"),
)

_ASKED = or_(tickets.c.pending.is_not(None), tickets.c.exclusion == literal_column("'requested'"))
Index("ix_desk_tickets_asked", tickets.c.id, postgresql_where=_ASKED, sqlite_where=_ASKED)

co_units = Table(
    "desk_co_units",
    metadata,
    Column("ticket_id", Number, ForeignKey("desk_tickets.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("unit", String(256), nullable=False, index=True),
    Index(None, "unit", "ticket_id"),
)

barred_units = Table(  # may not read a ticket any more: it is a report about them
    "desk_barred_units",
    metadata,
    Column("ticket_id", Number, ForeignKey("desk_tickets.id"), primary_key=True),
    Column("unit", String(256), primary_key=True),
)

index_anew = Table(  # tickets whose entry in the search index is of another rule
    "desk_index_anew",
    metadata,
    Column("ticket_id", Number, ForeignKey("desk_tickets.id"), primary_key=True),
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

requests = Table(  # the tickets Open311 shows, see desk.open311.rows
    "desk_requests",
    metadata,
    Column("ticket_id", Number, ForeignKey("desk_tickets.id"), primary_key=True, autoincrement=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("service_code", String(256), nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("came_by_it", Boolean, nullable=False),
    Index(None, "requested_at"),
    Index(None, "service_code", "requested_at"),
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
    Column("reasons", String(128), nullable=False, server_default=""),  # codes, with commas between
    Column("words_sealed", LargeBinary, nullable=False),  # reason_codes, comment
    Column("via", String(8)),
    Column("answered_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False, index=True),
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
    Column("last_at", UtcDateTime),  # of its newest words; NULL while they are the first
    Column("times", Integer, nullable=False, server_default=text("1")),  # how often its citizen said so
    Column("taken_by", String(256)),
    Column("taken_at", UtcDateTime),
    Index(None, "conversation", "id"),
)
_rings = text("taken_at IS NULL")
Index("ix_desk_alerts_ringing", alerts.c.id, sqlite_where=_rings, postgresql_where=_rings)

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
    Column("unended", Integer, nullable=False, server_default=text("0")),  # claims in a row nobody settled
    Column("reason", String(512)),
    Column("ended_at", UtcDateTime),
    CheckConstraint("state in ('waiting', 'sent', 'buried')", name="state"),
    Index(None, "lane", "state", "id"),
)
_open = text("state = 'waiting'")
Index("ix_desk_callbacks_lane", callbacks.c.lane, callbacks.c.id, sqlite_where=_open, postgresql_where=_open)
_due = text("state = 'waiting' AND due_at IS NOT NULL")  # by which nobody looks for a lane's head in it
Index("ix_desk_callbacks_due", callbacks.c.due_at, callbacks.c.id, sqlite_where=_due, postgresql_where=_due)

timers = Table(  # what is to happen to a ticket by itself, and when
    "desk_timers",
    metadata,
    Column("ticket_id", Number, ForeignKey("desk_tickets.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("fired_at", UtcDateTime),
    Index(None, "fired_at", "due_at"),
)

notices = Table(  # what somebody at the desk should know of a ticket
    "desk_notices",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("ticket_id", Number, ForeignKey("desk_tickets.id"), nullable=False, index=True),
    Column("audience", String(256), nullable=False),  # centre, leader or unit:<id>
    Column("kind", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("seen_by", String(256)),
    Column("seen_at", UtcDateTime),
    Index(None, "audience", "seen_at", "id"),
)

anchors = Table(  # keyed seals over all events so far: whoever rewrites the database lacks the key
    "desk_anchors",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("last_event", Number, nullable=False),
    Column("number", Number, nullable=False),  # events covered since the anchor before
    Column("digest", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
    Column("last_line", Number),  # of the journal; null: an anchor of the release before, over events alone
    Column("lines", Number),
    Column("line_hash", String(64)),
)

canned = Table(  # answers staff use again and again
    "desk_canned",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("unit", String(256), index=True),  # whose; null: everybody's
    Column("title", String(64), nullable=False),
    Column("text", String(2000), nullable=False),
    Column("by", String(256), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

saved_views = Table(  # the queue's filters, under a name of somebody's own
    "desk_saved_views",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("owner", String(64), nullable=False),  # the user's name
    Column("title", String(32), nullable=False),
    Column("query", String(512), nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    UniqueConstraint("owner", "title"),
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
    Column("factor_sealed", LargeBinary),  # the second factor's secret; null: none is asked for
    Column("factor_step", Number),  # the last code that was used, so that it is not used again
    Column("given", Boolean, nullable=False, server_default=false()),  # somebody else chose the password
    Column("subject", String(64)),  # digest of who is bound to it of the city's sign-on
)

journal = Table(  # append-only: what people do beside the tickets
    "desk_journal",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("name", String(64), nullable=False),
    Column("action", String(32), nullable=False),
    Column("about", String(256), nullable=False),
    Column("prev_hash", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
)

journal_end = Table(  # one row: which keyed line is the journal's last
    "desk_journal_end",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("line", Number, nullable=False),
    Column("mac", String(64), nullable=False),
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

retired_keys = Table(  # see storage.retired
    "desk_retired_keys",
    metadata,
    Column("mark", String(8), primary_key=True),
    Column("key_sealed", LargeBinary, nullable=False),
)
