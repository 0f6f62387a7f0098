"""A number of an identity card sent on WeChat reaches neither database nor backend nor spool whole."""

from pathlib import Path
from typing import Any

from app.receiver.receiver import SpoolingReceiver
from app.receiver.spool import Spool
from intake.model.messages import Inbound, Reply
from intake.model.ports import Unavailable
from intake.model.received import Kept
from storage.db import tables
from storage.db.keyring import KeyRing


class NoDatabase:
    """In place of the service."""

    async def receive(self, _: Inbound) -> tuple[Reply, ...]:
        raise Unavailable("the database is away")


NUMBER = "11010519491231002X"
WORDS = f"新华路15号院低保没发，我姓王，电话13912345678，身份证{NUMBER}"


async def test_it_is_masked_before_it_is_stored_and_its_sender_is_told(
    shell: Any, citizen: Any, keyring: KeyRing
) -> None:
    replies = await citizen.says(WORDS)
    assert "不需要身份证号" in replies[0].text
    await citizen.says("同意")
    await citizen.says("提交")
    await shell.drain()
    [document] = shell.backend.tickets.values()
    assert "110****002X" in document["content"]
    assert NUMBER not in str(document)
    async with shell.database.read() as tx:
        for table in tables.metadata.sorted_tables:
            for row in await tx.execute(table.select()):
                opened = [keyring.decrypt(one) for one in row if isinstance(one, bytes)]
                assert not [one for one in opened if NUMBER.encode() in one], table.name


async def test_nor_does_the_spool_keep_it(shell: Any, citizen: Any, keyring: KeyRing, tmp_path: Path) -> None:
    spool = Spool(tmp_path, keyring, shell.clock)
    receiver = SpoolingReceiver(NoDatabase(), None, spool, shell.city)  # type: ignore[arg-type]
    assert isinstance(await receiver.receive(citizen.message(WORDS)), Kept)
    [record] = spool.heads(1)
    kept = await spool.read(record)
    assert "110****002X" in kept.text  # type: ignore[union-attr]
