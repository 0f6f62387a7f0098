"""Indexes that have a unit's tickets in order, and the few that wait for a decision."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ASKED = sa.text("pending IS NOT NULL OR exclusion = 'requested'")


def upgrade() -> None:
    op.create_index(op.f("ix_desk_tickets_lead_unit_id"), "desk_tickets", ["lead_unit", "id"])
    op.create_index(op.f("ix_desk_co_units_unit_ticket_id"), "desk_co_units", ["unit", "ticket_id"])
    op.create_index(
        "ix_desk_tickets_asked", "desk_tickets", ["id"], postgresql_where=_ASKED, sqlite_where=_ASKED
    )
