"""The tables, the same on SQLite and PostgreSQL.

The rule: a column whose name ends in `_sealed` holds encrypted bytes; every other column
holds nothing a citizen said. Who a citizen is on a channel stands in `conversations` alone.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    false,
    func,
    literal_column,
    text,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: stored in UTC, always given back aware. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant must know its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER is SQLite's own row number
Bytewise = Text().with_variant(Text(collation="C"), "postgresql")  # so that a range is a prefix

conversations = Table(
    "conversations",
    metadata,
    Column("id", Number, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("user", Text),  # NULL once the citizen is forgotten
    Column("state_sealed", LargeBinary),
    Column("unfinished_since", UtcDateTime),  # a draft, or words held back, wait here
    Column("reachable", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "user"),
    Index(None, "unfinished_since"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id")),
    Column("replies_sealed", LargeBinary),
    Column("aside_sealed", LargeBinary),  # the body of a message that could not be handled
    Column("reason", Text),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "recorded_at"),
)
_aside = text("aside_sealed IS NOT NULL")
Index("ix_inbox_aside", inbox.c.recorded_at, sqlite_where=_aside, postgresql_where=_aside)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Number, primary_key=True),
    Column("key", Uuid, nullable=False, unique=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("reversed_reference", Bytewise, nullable=False),  # a tail is a prefix of it
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("hotline_ref", Text),
    Column("ticket_sealed", LargeBinary, nullable=False),
    Column("query_code_hash", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("lead_unit", Text),
    Column("co_units", JSON, nullable=False),
    Column("due_at", UtcDateTime),
    Column("round", Integer, nullable=False),
    Column("public_text_sealed", LargeBinary),
    Column("urged_at", UtcDateTime),
    Column("phone_digest", String(64)),
    Column("matter_digest", String(64)),  # keyed: the place it is about, to find others about it
    Column("pushed_at", UtcDateTime),
    Column("restricted_at", UtcDateTime),  # its citizen was taken out: it is only kept
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "conversation_id", "id"),
    Index(None, "phone_digest"),
    Index(None, "matter_digest", "created_at"),
    Index(None, "created_at"),
    Index(None, "hotline_ref"),
    Index(None, "reversed_reference"),
)
last_four: ColumnElement[str] = func.substr(
    tickets.c.reversed_reference, literal_column("1"), literal_column("4")
)
"""The shortest tail citizens may give, backwards: of thousands the newest are found without reading all."""
Index("ix_tickets_last_four", last_four, tickets.c.id)

ticket_marks = Table(
    "ticket_marks",
    metadata,
    Column("digest", String(64), primary_key=True),  # keyed: a pair of characters that tells it from others
    Column("ticket_id", ForeignKey("tickets.id"), primary_key=True),
    Index(None, "ticket_id"),
)

status_updates = Table(
    "status_updates",
    metadata,
    Column("id", Number, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("note", Boolean, nullable=False),  # late or not allowed: for staff only
    Column("update_sealed", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    UniqueConstraint("ticket_id", "event_id"),
)

code_tries = Table(
    "code_tries",
    metadata,
    Column("number_digest", String(64), primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("destination", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("body_sealed", LargeBinary),  # NULL once purged
    Column("state", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("unended", Integer, nullable=False, server_default=text("0")),  # claims in a row nobody settled
    Column("urgent", Boolean, nullable=False),
    Column("once", Text, unique=True),
    Column("conversation_id", ForeignKey("conversations.id")),
    Column("ticket_id", ForeignKey("tickets.id")),
    Column("reason", Text),
    Column("receipt", Text),  # the channel's own number for it, by which it tells the outcome
)
_open = text("state = 'due'")
Index(
    "ix_outbox_due",
    outbox.c.destination,
    outbox.c.urgent.desc(),
    outbox.c.due_at,
    outbox.c.id,
    sqlite_where=_open,
    postgresql_where=_open,
)
Index(
    "ix_outbox_lane",
    outbox.c.destination,
    outbox.c.lane,
    outbox.c.id,
    sqlite_where=_open,
    postgresql_where=_open,
)
_kept = text("state = 'kept'")
Index("ix_outbox_kept", outbox.c.conversation_id, sqlite_where=_kept, postgresql_where=_kept)
_settled = text("state <> 'due'")
Index("ix_outbox_settled", outbox.c.settled_at, sqlite_where=_settled, postgresql_where=_settled)
is_sent_and_readable: ColumnElement[bool] = (outbox.c.state == literal_column("'done'")) & (
    outbox.c.body_sealed.is_not(None)
)
"""Spelled out, for the index of what is wiped next."""
_readable = text("state = 'done' AND body_sealed IS NOT NULL")
Index("ix_outbox_readable", outbox.c.settled_at, sqlite_where=_readable, postgresql_where=_readable)

_given_up = text("state IN ('buried', 'unsure')")
Index("ix_outbox_given_up", outbox.c.id, sqlite_where=_given_up, postgresql_where=_given_up)

_has_receipt = text("receipt IS NOT NULL")
Index("ix_outbox_receipt", outbox.c.receipt, sqlite_where=_has_receipt, postgresql_where=_has_receipt)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sha256", String(64)),
    Column("media_type", Text),
    Column("size", BigInteger),
    Column("reason", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("waiting", Boolean, nullable=False, server_default=false()),  # its matter is not known yet
    Column("unsent", Boolean, nullable=False, server_default=false()),  # nobody has sent for it yet
    Column(
        "filed_with", Text
    ),  # the number of the matter it was passed on with; NULL: it is the citizen's own
    Index(None, "conversation_id"),
    Index(None, "sha256"),
    Index(None, "created_at"),
)
_waits = text("waiting")
Index("ix_attachments_waiting", attachments.c.conversation_id, sqlite_where=_waits, postgresql_where=_waits)

_unfiled = text("filed_with IS NULL AND state <> 'dropped'")
Index(
    "ix_attachments_unfiled", attachments.c.conversation_id, sqlite_where=_unfiled, postgresql_where=_unfiled
)

file_sums = Table(  # what an account sent on a day, whatever became of it: kept for that day and the next
    "file_sums",
    metadata,
    Column("account_digest", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("files", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("told_at", UtcDateTime),  # when its citizen was told that it is too much
    Index(None, "day"),
)

erasures = Table(  # what was erased, when and at whose wish: never the data
    "erasures",
    metadata,
    Column("id", Number, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),  # citizen | operator | left | retention
    Column("conversation_id", Number),
    Column("counts", JSON, nullable=False),
    Column("entry", String(36)),  # its name in the ledger outside; NULL for what terms do again by themselves
    Column("subject", Text),  # account | left | ticket
    Column("subject_digest", String(64)),
    Column("written_at", UtcDateTime),  # when it was seen in the ledger
    Index(None, "entry", unique=True),
)
_pending = text("entry IS NOT NULL AND written_at IS NULL")
Index("ix_erasures_pending", erasures.c.id, sqlite_where=_pending, postgresql_where=_pending)

replays = Table(
    "replays",
    metadata,
    Column("source", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
    Index(None, "seen_at"),
)

budgets = Table(
    "budgets",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("trigger", Text, primary_key=True),
    Column("left", Integer, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

permissions = Table(
    "permissions",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("template", Text, primary_key=True),
    Column("times", Integer, nullable=False),  # how often they allowed it: each counts once where it is so
    Column("allowed_at", UtcDateTime, nullable=False),
)

happenings = Table(
    "happenings",
    metadata,
    Column("id", Number, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("happening_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("conversation_id", ForeignKey("conversations.id")),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "happening_id"),
    Index(None, "recorded_at"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("receipt", Text, primary_key=True),
    Column("delivered", Boolean, nullable=False),
    Column("reason", Text, nullable=False),  # the platform's code or words, nothing of a citizen's
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "recorded_at"),
)

account_notes = Table(
    "account_notes",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("says", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),  # running | paused | stopped | done
    Column("per_minute", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("released_at", UtcDateTime, nullable=False),  # up to here its pace has been used
    Column("ended_at", UtcDateTime),
)

surveys = Table(
    "surveys",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subject", Text, nullable=False),  # our reference; of a matter told elsewhere the backend's number
    Column("round", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("conversation_id", ForeignKey("conversations.id")),
    Column("campaign_id", ForeignKey("campaigns.id")),
    Column("elsewhere", Boolean, nullable=False),
    Column("channel", Text),  # WX or TG; NULL where no chat reaches the citizen
    Column("unit", Text, nullable=False),
    Column("survey_sealed", LargeBinary, nullable=False),
    Column("completed_at", UtcDateTime),  # of the matter
    Column("due_at", UtcDateTime),  # when there is something to do; NULL once it has ended
    Column("requested_at", UtcDateTime, nullable=False),
    Column("asked_at", UtcDateTime),
    Column("closes_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("reminders", Integer, nullable=False),
    Column("entry_id", Number),  # the outbox entry that carries the invitation
    Column("delivery", Text),  # what became of it, as the outbox says
    UniqueConstraint("subject", "round"),
    Index(None, "conversation_id"),
    Index(None, "requested_at"),
)
_to_do = text("due_at IS NOT NULL")
Index("ix_surveys_due", surveys.c.due_at, sqlite_where=_to_do, postgresql_where=_to_do)
_listed = text("state = 'listed'")
Index(
    "ix_surveys_listed",
    surveys.c.campaign_id,
    surveys.c.id,
    sqlite_where=_listed,
    postgresql_where=_listed,
)
_asked = text("state = 'asked'")
Index("ix_surveys_asked", surveys.c.id, sqlite_where=_asked, postgresql_where=_asked)

bindings = Table(
    "bindings",
    metadata,
    Column("phone_digest", String(64), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("phone_sealed", LargeBinary, nullable=False),
    Column("how", Text, nullable=False),  # card | code
    Column("bound_at", UtcDateTime, nullable=False),
    Index(None, "conversation_id"),
)

binding_codes = Table(
    "binding_codes",
    metadata,
    Column("phone_digest", String(64), primary_key=True),
    Column("code_hash", Text, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("wrong", Integer, nullable=False),
)

retired_keys = Table(  # see storage.retired
    "retired_keys",
    metadata,
    Column("mark", String(8), primary_key=True),
    Column("key_sealed", LargeBinary, nullable=False),
)
