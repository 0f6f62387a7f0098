"""How many files an account sent in a day, and their bytes."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_sums",
        sa.Column("account_digest", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_digest", "day", name="pk_file_sums"),
    )
    op.create_index("ix_file_sums_day", "file_sums", ["day"])


def downgrade() -> None:
    op.drop_table("file_sums")
