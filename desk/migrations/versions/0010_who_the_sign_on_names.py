"""Whom the city's own sign-on means by an account's name, from the first time on."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_users", sa.Column("subject", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("desk_users", "subject")
