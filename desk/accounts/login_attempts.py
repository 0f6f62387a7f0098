"""Wrong passwords, counted per name and where they come from before the password is checked.

The rule: who guesses is slowed, who owns the account is not. Five tries within a quarter of an hour close
the name for a quarter of an hour, for the asker alone: a known device, or an address (of IPv6 its /64). Fifty
from addresses in all close it to every device that is not known, so that many addresses do not get around it.
The row lock makes many tries at once queue up.

Kept as digests: neither what strangers type nor where they sit is anybody's to read.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import delete, select, update

from desk.db.tables import tries
from storage.batches import AT_ONCE, delete_some
from storage.db.sealed import Tx
from storage.db.upsert import insert_new

MOST = 5
MOST_FROM_ADDRESSES = 50
WITHIN = timedelta(minutes=15)
_HALF = 32  # characters of a digest


class LockedOut(Exception):
    """Too many wrong passwords for this name from here: wait a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who tries: a device that was inside before, else an address as far as it is known."""

    address: str = ""
    device: str = ""
    """The known device's own mark; only given where `known_devices.knows` has seen its proof."""

    @property
    def key(self) -> str:
        return f"device {self.device}" if self.device else f"address {_network(self.address)}"


async def count(tx: Tx, name: str, asker: Asker, now: datetime) -> None:
    """Count a try. Commit before checking the password. Raises LockedOut."""
    if not asker.device:
        await _count(tx, _key(name, "all addresses"), MOST_FROM_ADDRESSES, now)
    await _count(tx, _key(name, asker.key), MOST, now)


async def forgive(tx: Tx, name: str, asker: Asker | None = None) -> None:
    """Forget the tries counted for this name: of this asker, or all."""
    of = tries.c.name == _key(name, asker.key) if asker else tries.c.name.startswith(_digest(name))
    await tx.execute(delete(tries).where(of))


async def purge(tx: Tx, now: datetime, limit: int = AT_ONCE) -> int:
    """Forget what no longer counts, up to `limit`; returns how many."""
    return await delete_some(tx, tries, tries.c.since <= now - WITHIN, limit)


async def _count(tx: Tx, key: str, most: int, now: datetime) -> None:
    await tx.execute(insert_new(tx, tries, "name").values(name=key, tried=0, since=now))
    row = (await tx.execute(select(tries).where(tries.c.name == key).with_for_update())).one()
    fresh = row.since <= now - WITHIN
    if row.tried >= most and not fresh:
        raise LockedOut("too many wrong passwords")
    number = 1 if fresh else row.tried + 1
    since = now if fresh or number == most else row.since
    await tx.execute(update(tries).where(tries.c.name == key).values(tried=number, since=since))


def _key(name: str, whence: str) -> str:
    return _digest(name) + _digest(whence)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HALF]


def _network(address: str) -> str:
    """Whoever has one address of IPv6 has all of its /64."""
    try:
        number = ip_address(address)
    except ValueError:
        return address
    if not isinstance(number, IPv6Address):
        return str(number)
    return str(number.ipv4_mapped or (int(number) >> 64))
