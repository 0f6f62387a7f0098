"""A database and its transactions: everything that must not be lost goes through here.

The rule: one message, one `write()`; it commits at the end of the block or not at all,
and nothing in the block waits for the network. The key ring rides on the transaction
(see `storage.db.sealed`), so that a store's function needs only `tx` to seal and open.
What nobody waits for writes by `behind()`: a message waits for one such block, never for a queue of them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.db import batched_statements, engines
from storage.db.clock import with_played_time
from storage.db.errors import DatabaseDown, down
from storage.db.keyring import KeyRing
from storage.db.migrate import SchemaState, standing, upgrade
from storage.db.pooler import limits_within
from storage.db.scrubbing import Debt, scrub, take_up
from storage.db.sealed import Tx, with_keyring

__all__ = ["Database", "DatabaseDown", "SchemaState", "Tx", "standing", "upgrade"]

POOL_SIZE = 10
STATEMENT_SECONDS = 10.0
IN_FRONT = 4
"""Of the pool's connections, so many are kept from what writes behind."""
LOCK_SECONDS = 4.5  # a repeat waits for the first as long as WeChat waits for us


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. `kind` is `sqlite` or `postgresql`."""

    kind: str
    _writer: AsyncEngine
    _reader: AsyncEngine
    _places: int = 1
    _turnstile: AbstractAsyncContextManager[object] = field(default_factory=nullcontext)
    _debt: Debt = field(default_factory=Debt)

    @classmethod
    def open(
        cls,
        url: str,
        keyring: KeyRing,
        *,
        pool_size: int = POOL_SIZE,
        statement_seconds: float = STATEMENT_SECONDS,
        lock_seconds: float = LOCK_SECONDS,
        played_time: bool = False,
    ) -> Self:
        """Get ready to connect (the first transaction does). Raises ValueError on a URL we cannot use.

        The limits are PostgreSQL's: how long one statement, and one wait for a lock, may take. `played_time`:
        the callers tell the time, not the database (see `storage.db.clock`).
        """
        parsed = engines.async_url(url)
        shared = {**with_keyring(keyring), **with_played_time(played_time=played_time)}
        options: dict[str, Any] = {"execution_options": shared}
        if parsed.get_backend_name() == "sqlite":
            return cls(
                "sqlite", engines.sqlite_writer(parsed, options), engines.sqlite_reader(parsed, options)
            )
        engine = engines.postgresql(
            parsed,
            options,
            pool_size=pool_size,
            statement_seconds=statement_seconds,
            lock_seconds=lock_seconds,
        )
        return cls("postgresql", engine, engine, max(1, pool_size - IN_FRONT))

    def behind(self) -> Self:
        """The same for work nobody waits for: few of its writes are under way, the others queue here."""
        return replace(self, _turnstile=asyncio.Semaphore(self._places))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """One transaction: committed at the end, rolled back by any error. Raises DatabaseDown.

        On SQLite there is one at a time: never open a second one inside the first.
        """
        with down():
            async with self._turnstile, self._writer.connect() as tx:
                async with tx.begin():
                    yield tx
                take_up(tx, self._debt)
            await self._scrub()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Tx]:
        """As `write`, for `storage.turn_store`, whose `begin` begins it and whose `end` commits it.

        A turn that ends in another way is committed at the end of the block, and a lone statement of
        `storage.db.batched_statements` commits itself. Raises DatabaseDown.
        """
        with down():
            async with self._writer.connect() as tx:
                yield tx
                await batched_statements.finish(tx)
                take_up(tx, self._debt)
            await self._scrub()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A transaction that only reads. Raises DatabaseDown."""
        with down():
            async with self._reader.connect() as tx:
                yield tx

    async def is_pooled(self) -> bool:
        """Whether a pooler stands between us and PostgreSQL. Raises DatabaseDown."""
        async with self.read() as tx:
            return limits_within(tx.info) is not None

    async def ping(self) -> None:
        """Ask for an answer. Raises DatabaseDown."""
        async with self.read() as tx:
            await tx.execute(select(1))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Give all connections back; what was erased is in no file of SQLite's then."""
        if self.kind == "sqlite":
            await self._reader.dispose()
            with suppress(DatabaseDown), down():
                await scrub(self._writer, self._debt)
        await self._writer.dispose()
        await self._reader.dispose()

    async def scrub(self) -> None:
        """What was deleted or replaced until now is to be in no file of SQLite's. Raises nothing."""
        self._debt.owed = True
        await self._scrub()

    async def _scrub(self) -> None:
        """After what erases, and again while readers were in the way."""
        if self._debt.owed and self.kind == "sqlite":
            with suppress(DatabaseDown), down():
                await scrub(self._writer, self._debt)
