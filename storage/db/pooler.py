"""What a connection may ask of PostgreSQL, and what it must do without behind a pooler.

The rule: behind a pooler (PgBouncer and its like) a server connection is ours within a transaction alone;
after it somebody else has it, and what is left there is theirs. So nothing of a session is used: statements
are not prepared, and our limits are set within each transaction. A direct connection has its limits for
good, and its statements prepared.

A pooler is noticed by every new connection: it gives its clients numbers of its own, not those of the
server's processes.
"""

import logging
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg

PREPARES_AFTER: Final = 5
"""Uses of a statement that SQLAlchemy sends; those of the hot path are prepared at once."""

_LIMITS = "limits of each transaction"
NOT_FOR_US = "a pooler refuses whole transactions, or an option"
_REFUSALS = ("unsupported startup parameter", "statement pooling mode")
_NOT_AS_LEFT = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.DuplicatePreparedStatement)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class SessionLimits:
    """How long a statement, and a wait for a lock, may take. `told`: that there is a pooler was logged."""

    statement_seconds: float
    lock_seconds: float
    told: bool = False

    def given_to(self, connection: Any, info: MutableMapping[Any, Any]) -> None:
        """Look what a new connection is, set it up for that, and remember it in its `info`."""
        driver: psycopg.AsyncConnection[Any] = connection.driver_connection
        if _asked(connection, "SELECT pg_backend_pid()") == driver.info.backend_pid:
            driver.prepare_threshold = PREPARES_AFTER
            _asked(connection, self._set(local="false"))
            return
        info[_LIMITS] = self._set(local="true")
        if not self.told:
            _log.warning("a pooler stands before PostgreSQL: statements are not prepared")
        self.told = True

    def _set(self, local: str) -> str:
        values = {"statement_timeout": self.statement_seconds, "lock_timeout": self.lock_seconds}
        each = (f"set_config('{name}', '{int(limit * 1000)}', {local})" for name, limit in values.items())
        return f"SELECT {', '.join(each)}"


def limits_within(info: Mapping[Any, Any]) -> str | None:
    """What sets the limits of a transaction, where each must be told: behind a pooler."""
    limits: str | None = info.get(_LIMITS)
    return limits


def distrust(driver: Any, fault: BaseException | None) -> None:
    """Prepare nothing more on a connection whose statements are not as we left them: a pooler unnoticed."""
    if isinstance(fault, _NOT_AS_LEFT):
        driver.prepare_threshold = None


def is_refusal(fault: BaseException) -> bool:
    """Whether a pooler is set so that we cannot work behind it, by PgBouncer's own words."""
    return isinstance(fault, psycopg.Error) and any(words in str(fault) for words in _REFUSALS)


def _asked(connection: Any, question: str) -> Any:
    cursor = connection.cursor()
    try:
        cursor.execute(question)
        return cursor.fetchone()[0]
    finally:
        cursor.close()
