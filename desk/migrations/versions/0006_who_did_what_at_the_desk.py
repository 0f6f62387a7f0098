"""A second factor for accounts, and the journal of what people do at the desk beside the tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("desk_users", sa.Column("factor_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("desk_users", sa.Column("factor_step", NUMBER, nullable=True))
    op.create_table(
        "desk_journal",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("about", sa.String(256), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_journal"),
        sa.UniqueConstraint("prev_hash", name="uq_desk_journal_prev_hash"),
    )


def downgrade() -> None:
    op.drop_table("desk_journal")
    op.drop_column("desk_users", "factor_step")
    op.drop_column("desk_users", "factor_sealed")
