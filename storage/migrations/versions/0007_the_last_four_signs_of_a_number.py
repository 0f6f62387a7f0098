"""An index for whoever knows only the last four signs of a number: one ticket in ten thousand ends so."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tickets_last_four", "tickets", [sa.text("substr(reversed_reference, 1, 4)"), "id"])


def downgrade() -> None:
    op.drop_index("ix_tickets_last_four", "tickets")
