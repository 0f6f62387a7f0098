"""Whether somebody else chose an account's password, so that its owner must choose one first.

Accounts that there are keep theirs: who chose it is not known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_users", sa.Column("given", sa.Boolean(), nullable=False, server_default=sa.false()))
