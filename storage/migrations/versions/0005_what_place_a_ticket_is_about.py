"""A keyed digest of the place a ticket is about, by which others about it are found."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("matter_digest", sa.String(64), nullable=True))
    op.create_index("ix_tickets_matter_digest_created_at", "tickets", ["matter_digest", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_tickets_matter_digest_created_at", "tickets")
    op.drop_column("tickets", "matter_digest")
