"""Whom no chat reaches and the centre has to phone; how a round was rated, and why nobody was content."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_tickets", sa.Column("called_in", sa.String(16), nullable=True))
    op.add_column("desk_tickets", sa.Column("phone_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("desk_tickets", sa.Column("rated_via", sa.String(8), nullable=True))
    op.create_index("ix_desk_tickets_phone_since", "desk_tickets", ["phone_since"])
    op.add_column("desk_surveys", sa.Column("reasons", sa.String(128), nullable=False, server_default=""))
    op.create_index("ix_desk_surveys_received_at", "desk_surveys", ["received_at"])


def downgrade() -> None:
    op.drop_index("ix_desk_surveys_received_at", "desk_surveys")
    op.drop_column("desk_surveys", "reasons")
    op.drop_index("ix_desk_tickets_phone_since", "desk_tickets")
    for column in ("rated_via", "phone_since", "called_in"):
        op.drop_column("desk_tickets", column)
