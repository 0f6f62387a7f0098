"""What of the outbox is wiped next is found without reading what was wiped before."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

READABLE = sa.text("state = 'done' AND body_sealed IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_readable", "outbox", ["settled_at"], sqlite_where=READABLE, postgresql_where=READABLE
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_readable", "outbox")
