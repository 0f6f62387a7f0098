"""Which matter a file was passed on with: until then it is its citizen's own and goes with what they give up.

Of older files it is not known: where their citizen has filed anything, they count as passed on with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UNFILED = sa.text("filed_with IS NULL AND state <> 'dropped'")


def upgrade() -> None:
    op.add_column("attachments", sa.Column("filed_with", sa.Text()))
    op.execute(
        "UPDATE attachments SET filed_with = '' WHERE NOT waiting"
        " AND conversation_id IN (SELECT conversation_id FROM tickets)"
    )
    op.create_index(
        "ix_attachments_unfiled",
        "attachments",
        ["conversation_id"],
        sqlite_where=_UNFILED,
        postgresql_where=_UNFILED,
    )


def downgrade() -> None:
    op.drop_index("ix_attachments_unfiled", "attachments")
    op.drop_column("attachments", "filed_with")
