"""Macs over a ticket's end and words, the journal's end, and how far an anchor reaches into the journal."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("desk_tickets", sa.Column("end_mac", sa.String(64)))
    op.add_column("desk_tickets", sa.Column("words_mac", sa.String(64)))
    op.add_column("desk_anchors", sa.Column("last_line", _NUMBER))
    op.add_column("desk_anchors", sa.Column("lines", _NUMBER))
    op.add_column("desk_anchors", sa.Column("line_hash", sa.String(64)))
    op.create_table(
        "desk_journal_end",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("line", _NUMBER, nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
    )
