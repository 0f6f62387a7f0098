"""Units that may not read a report any more, and sealed tickets to be entered in the search index anew."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("desk_barred_units", _ticket(), sa.Column("unit", sa.String(256), primary_key=True))
    op.create_table("desk_index_anew", _ticket())
    op.execute(
        "INSERT INTO desk_index_anew (ticket_id) "
        "SELECT id FROM desk_tickets WHERE confidential OR appeal_type = 'JB'"
    )


def _ticket() -> sa.Column[int]:
    """One of a table that has tickets' numbers as its key."""
    return sa.Column("ticket_id", _NUMBER, sa.ForeignKey("desk_tickets.id"), primary_key=True)
