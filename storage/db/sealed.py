"""Values in and out of sealed columns: a dataclass, as JSON, encrypted.

The rule: a field that a newer release wrote and we do not know is ignored, one that an
older release did not write takes its default; so every release reads the others' rows.
The key ring is an execution option of the transaction's engine: no global, no parameter
in every call, and a statement cannot be run with another database's keys.
"""

from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db.keyring import KeyRing

T = TypeVar("T")
Tx = AsyncConnection
"""A transaction, as the stores' functions take it. Only `storage` and the desk's store look inside."""


class UnreadableRow(Exception):
    """Decrypted, but not the document we expected: a person has to look at this row."""


def with_keyring(ring: KeyRing) -> Mapping[str, Any]:
    """The engine's execution options that let its transactions seal and open."""
    return {"keyring": ring}


def keyring(tx: Tx) -> KeyRing:
    """The key ring of the database this transaction belongs to."""
    connection = tx.sync_connection
    assert connection is not None, "a transaction has begun"  # noqa: S101 - a caller's mistake, not an input
    return cast("KeyRing", connection.get_execution_options()["keyring"])


def seal(tx: Tx, kind: type[T], value: T) -> bytes:
    """`value` as encrypted JSON."""
    return keyring(tx).encrypt(dump(kind, value))


def unseal(tx: Tx, kind: type[T], sealed: bytes) -> T:
    """The value `seal` was given. Raises Undecryptable or UnreadableRow."""
    return load(kind, keyring(tx).decrypt(sealed))


def dump(kind: type[T], value: T) -> bytes:
    """`value` as JSON."""
    return _adapter(cast("Hashable", kind)).dump_json(value)


def load(kind: type[T], document: bytes) -> T:
    """A value of `kind` from JSON. Raises UnreadableRow, which names the fields but no content."""
    try:
        return cast("T", _adapter(cast("Hashable", kind)).validate_json(document))
    except ValidationError as error:
        where = ", ".join(".".join(map(str, mistake["loc"])) for mistake in error.errors(include_input=False))
        raise UnreadableRow(f"not a {getattr(kind, '__name__', kind)}: {where}") from None


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
