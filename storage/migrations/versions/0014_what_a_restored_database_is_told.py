"""What of an erasure stands in the ledger outside the database; and counting what was put aside."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_PENDING = sa.text("entry IS NOT NULL AND written_at IS NULL")
_ASIDE = sa.text("aside_sealed IS NOT NULL")
_GIVEN_UP = sa.text("state IN ('buried', 'unsure')")


def upgrade() -> None:
    op.add_column("erasures", sa.Column("entry", sa.String(36), nullable=True))
    op.add_column("erasures", sa.Column("subject", sa.Text(), nullable=True))
    op.add_column("erasures", sa.Column("subject_digest", sa.String(64), nullable=True))
    op.add_column("erasures", sa.Column("written_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_erasures_entry", "erasures", ["entry"], unique=True)
    _some("ix_erasures_pending", "erasures", "id", _PENDING)
    _some("ix_inbox_aside", "inbox", "recorded_at", _ASIDE)
    _some("ix_outbox_given_up", "outbox", "id", _GIVEN_UP)


def _some(name: str, table: str, column: str, where: sa.TextClause) -> None:
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_outbox_given_up", "outbox")
    op.drop_index("ix_inbox_aside", "inbox")
    op.drop_index("ix_erasures_pending", "erasures")
    op.drop_index("ix_erasures_entry", "erasures")
    for column in ("written_at", "subject_digest", "subject", "entry"):
        op.drop_column("erasures", column)
