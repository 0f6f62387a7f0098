"""The index tickets are searched by: keyed digests of the pieces of their texts.

It is no table of the desk's metadata, for it is a different thing on each database: a tsvector under
a GIN index, or an FTS5 table. Tickets from before are entered by the desk itself, which has the key.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE deskwords (ticket_id bigint PRIMARY KEY, grams tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_deskwords_grams ON deskwords USING gin (grams)")
        return
    op.execute("CREATE VIRTUAL TABLE deskwords USING fts5 (grams, detail=none)")
