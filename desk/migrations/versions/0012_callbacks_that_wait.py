"""Indexes of the callbacks still to be sent alone, and how often one was claimed without an end.

The indexes have them by lane, and in the order in which they fall due.

The second takes the place of the one over all states, for the release before this one as well: it asks for
nothing else. While the statistics know of nothing that waits, reading all that does looks cheaper to
PostgreSQL than one step to a lane's head; so there must be no index that offers it. That is also why the
second says that `due_at` is not NULL, which it never is: it serves only who asks for a time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OPEN = "state = 'waiting'"


def upgrade() -> None:
    unended = sa.Column("unended", sa.Integer(), nullable=False, server_default=sa.text("0"))
    op.add_column("desk_callbacks", unended)
    _index("lane", "lane", _OPEN)
    _index("due", "due_at", f"{_OPEN} AND due_at IS NOT NULL")
    op.drop_index("ix_desk_callbacks_state_due_at", "desk_callbacks")


def _index(name: str, first: str, where: str) -> None:
    some = sa.text(where)
    op.create_index(
        f"ix_desk_callbacks_{name}",
        "desk_callbacks",
        [first, "id"],
        postgresql_where=some,
        sqlite_where=some,
    )
