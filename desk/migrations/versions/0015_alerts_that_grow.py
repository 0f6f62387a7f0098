"""How often a citizen raised an alert, and when last; found by its conversation, and by ringing."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_alerts", sa.Column("last_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "desk_alerts", sa.Column("times", sa.Integer(), nullable=False, server_default=sa.text("1"))
    )
    op.create_index("ix_desk_alerts_conversation_id", "desk_alerts", ["conversation", "id"])
    rings = sa.text("taken_at IS NULL")
    op.create_index(
        "ix_desk_alerts_ringing", "desk_alerts", ["id"], sqlite_where=rings, postgresql_where=rings
    )
