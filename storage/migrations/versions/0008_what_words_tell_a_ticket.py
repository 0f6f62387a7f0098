"""By what words a recent ticket is found, so that others are heard of who name no place, or another way."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_marks",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_marks_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("digest", "ticket_id", name=op.f("pk_ticket_marks")),
    )
    op.create_index("ix_ticket_marks_ticket_id", "ticket_marks", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("ticket_marks")
