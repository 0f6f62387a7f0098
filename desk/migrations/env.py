"""What alembic runs for the desk's revisions; the connection comes from `storage.db.migrate`."""

from typing import Any, Literal

from alembic import context

from storage.db.tables import UtcDateTime


def _render(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """In a new revision an instant is a plain timestamp: revisions import nothing of ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """The front door's tables may lie in the same database."""
    return kind != "table" or (name or "").startswith("desk_")


_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    target_metadata=_given["metadata"],
    version_table=_given["version_table"],
    render_item=_render,
    include_name=_ours,
    render_as_batch=_given["connection"].dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
