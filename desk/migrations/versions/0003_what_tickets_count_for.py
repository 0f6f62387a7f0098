"""Roll-ups: one narrow row of facts per ticket, and a ledger of who has how many in which state.

The ledger is begun here from what stands; the facts of tickets from before are made up by the desk
itself, since they need the city's days and hours.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _facts()
    op.create_table(
        "desk_standings",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("unit", sa.String(length=256), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_standings")),
    )
    op.create_index(op.f("ix_desk_standings_unit"), "desk_standings", ["unit"])
    for whose in (
        "SELECT '' AS unit, state FROM desk_tickets",
        "SELECT lead_unit AS unit, state FROM desk_tickets WHERE lead_unit IS NOT NULL",
        "SELECT h.unit AS unit, t.state FROM desk_co_units h JOIN desk_tickets t ON t.id = h.ticket_id",
    ):
        op.execute(
            "INSERT INTO desk_standings (unit, state, number) "  # noqa: S608
            f"SELECT unit, state, count(*) FROM ({whose}) AS stood GROUP BY unit, state"
        )


def _facts() -> None:
    op.create_table(
        "desk_facts",
        sa.Column("ticket_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("submitted_at", _AT, nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("appeal_type", sa.String(length=2), nullable=False),
        sa.Column("urgency", sa.String(length=16), nullable=False),
        sa.Column("category_code", sa.String(length=256), nullable=False),
        sa.Column("area_code", sa.String(length=256), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.Column("lead_unit", sa.String(length=256), nullable=True),
        sa.Column("dispatched_on", sa.Date(), nullable=True),
        sa.Column("sign_due", _AT, nullable=True),
        sa.Column("signed_at", _AT, nullable=True),
        sa.Column("due_at", _AT, nullable=True),
        sa.Column("completed_at", _AT, nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("late_before", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("dispatches", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("supervised", sa.Integer(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("attempted", sa.Boolean(), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("exclusion_code", sa.String(length=32), nullable=True),
        sa.Column("first_contacted", sa.Boolean(), nullable=True),
        sa.Column("first_solved", sa.String(length=8), nullable=True),
        sa.Column("first_satisfied", sa.String(length=16), nullable=True),
        sa.Column("last_contacted", sa.Boolean(), nullable=True),
        sa.Column("last_solved", sa.String(length=8), nullable=True),
        sa.Column("last_satisfied", sa.String(length=16), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_desk_facts")),
    )
    for columns in (
        ["dispatched_on"],
        ["submitted_on"],
        ["completed_on"],
        ["submitted_at", "area_code", "category_code"],
    ):
        op.create_index(op.f(f"ix_desk_facts_{'_'.join(columns)}"), "desk_facts", columns)
