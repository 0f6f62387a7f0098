"""Every row of a ticket's life: clocks, returns, requests, supervision; notices, anchors, canned answers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_MOMENTS = (
    "accepted_at",
    "dispatched_at",
    "signed_at",
    "contacted_at",
    "progressed_at",
    "first_completed_at",
    "closed_at",
    "chased_at",
    "paused_at",
    "accept_due",
    "dispatch_due",
    "sign_due",
    "contact_due",
    "progress_due",
    "return_due",
    "info_due",
    "original_due_at",
    "pending_due",
    "watch_due",
    "watch_warn",
)
_COUNTS = (
    "return_count",
    "reopen_count",
    "repeat_count",
    "chase_count",
    "call_count",
    "supervise_level",
)
_FLAGS = ("return_denied", "designated", "problem", "lawful", "extended", "committed")
_TEXTS = {
    "pending": 16,
    "exclusion": 16,
    "exclusion_code": 32,
    "exclusion_by": 256,
    "reject_code": 32,
    "master_ref": 32,
    "watch": 16,
}


def upgrade() -> None:
    with op.batch_alter_table("desk_tickets", schema=None) as batch_op:
        for name in _MOMENTS:
            batch_op.add_column(sa.Column(name, _AT, nullable=True))
        for name in _COUNTS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        for name in _FLAGS:
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        for name, length in _TEXTS.items():
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=True))
        batch_op.create_index(batch_op.f("ix_desk_tickets_master_ref"), ["master_ref"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_desk_tickets_state_watch_due"), ["state", "watch_due"], unique=False
        )
    # What stood open before the clocks came keeps the one deadline it has.
    op.execute("UPDATE desk_tickets SET original_due_at = due_at, first_completed_at = completed_at")
    op.execute(
        "UPDATE desk_tickets SET watch = 'handle', watch_due = due_at, watch_warn = due_at "
        "WHERE due_at IS NOT NULL "
        "AND state IN ('dispatched', 'signed', 'processing', 'reply_review', 'rework')"
    )
    _timers()
    _notices()
    _anchors()
    _canned()


def _timers() -> None:
    op.create_table(
        "desk_timers",
        sa.Column("ticket_id", _NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("fired_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["desk_tickets.id"], name=op.f("fk_desk_timers_ticket_id_desk_tickets")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "kind", name=op.f("pk_desk_timers")),
    )
    op.create_index(op.f("ix_desk_timers_fired_at_due_at"), "desk_timers", ["fired_at", "due_at"])


def _notices() -> None:
    op.create_table(
        "desk_notices",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("ticket_id", _NUMBER, nullable=False),
        sa.Column("audience", sa.String(length=256), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("seen_by", sa.String(length=256), nullable=True),
        sa.Column("seen_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["desk_tickets.id"], name=op.f("fk_desk_notices_ticket_id_desk_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_notices")),
    )
    op.create_index(op.f("ix_desk_notices_ticket_id"), "desk_notices", ["ticket_id"])
    op.create_index(
        op.f("ix_desk_notices_audience_seen_at_id"), "desk_notices", ["audience", "seen_at", "id"]
    )


def _anchors() -> None:
    op.create_table(
        "desk_anchors",
        sa.Column("id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("last_event", _NUMBER, nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_anchors")),
    )


def _canned() -> None:
    op.create_table(
        "desk_canned",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("unit", sa.String(length=256), nullable=True),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("by", sa.String(length=256), nullable=False),
        sa.Column("updated_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_canned")),
    )
    op.create_index(op.f("ix_desk_canned_unit"), "desk_canned", ["unit"])
