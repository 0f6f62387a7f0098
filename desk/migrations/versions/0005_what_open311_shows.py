"""Which tickets the Open311 face shows: those that came by it, and those made public."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "desk_requests",
        sa.Column("ticket_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service_code", sa.String(length=256), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("came_by_it", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["desk_tickets.id"], name=op.f("fk_desk_requests_ticket_id_desk_tickets")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_desk_requests")),
    )
    op.create_index(op.f("ix_desk_requests_requested_at"), "desk_requests", ["requested_at"])
    op.create_index(
        op.f("ix_desk_requests_service_code_requested_at"), "desk_requests", ["service_code", "requested_at"]
    )
