"""Which files nobody has sent for yet: none of the release before, which sends for each at once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachments", sa.Column("unsent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE attachments SET unsent = true, state = 'pending' WHERE state = 'known'")


def downgrade() -> None:
    op.drop_column("attachments", "unsent")
