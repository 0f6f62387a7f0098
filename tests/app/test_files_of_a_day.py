"""So many files and bytes a day from one account: beyond them nothing is fetched or kept; it is said once."""

from dataclasses import replace
from typing import Any

import pytest

from app.privacy.retention import Retention
from intake.city.profile import FileRules
from intake.model.messages import Burst, ChannelName, Media, MediaKind
from storage.db.tables import attachments, file_sums
from tests.app.conftest import at_once

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcff9fa11e0007820281ea7d9ba50000000049454e44ae426082"
)
A_DAY = 12


@pytest.fixture
def city(city: Any) -> Any:
    return replace(city, files=FileRules(a_day=A_DAY, megabytes_a_day=1))


@pytest.fixture(params=list(ChannelName))
def sender(shell: Any, request: pytest.FixtureRequest) -> Any:
    shell.app.name = request.param
    return shell.citizen("oManyPhotos", request.param)


def photo(number: int) -> tuple[Media, ...]:
    return (Media(MediaKind.PHOTO, f"p{number}"),)


async def sends(citizen: Any, count: int, burst: Burst | None = None) -> list[str]:
    """What is said to so many photos, each in a message of its own."""
    told = []
    for number in range(count):
        told += [reply.text for reply in await citizen.says(media=photo(number), burst=burst)]
    return told


def sorry(texts: list[str]) -> list[str]:
    return [text for text in texts if "今天能收的文件已经够多了" in text]


@pytest.mark.parametrize("burst", [None, Burst.PART])
async def test_two_hundred_files_of_one_who_never_agreed_are_twelve(
    shell: Any, sender: Any, burst: Burst | None
) -> None:
    told = await sends(sender, 200, burst)
    assert len(sorry(told)) == 1
    assert await shell.count(attachments) == A_DAY


@pytest.mark.parametrize("burst", [None, Burst.PART])
async def test_nor_is_more_fetched_of_one_who_agreed(shell: Any, sender: Any, burst: Burst | None) -> None:
    await sender.says("新华路15号院门口井盖坏了，我姓王，电话13912345678")
    await sender.says("同意")
    await sends(sender, 40, burst)
    assert await shell.count(attachments) == A_DAY
    assert len(await shell.entries(kind="fetch")) <= A_DAY


async def test_words_beside_files_are_heard_and_the_files_are_said_not_to_be(shell: Any, sender: Any) -> None:
    await sends(sender, A_DAY)
    replies = await sender.says("着火了，快来人", media=photo(99))
    assert "119" in replies[0].text
    assert sorry([reply.text for reply in replies])
    assert await shell.count(attachments) == A_DAY


async def test_an_album_is_taken_as_far_as_there_is_room(shell: Any, sender: Any) -> None:
    await sends(sender, A_DAY - 1)
    replies = await sender.says("井盖坏了", media=(*photo(1), *photo(2), *photo(3)))
    assert sorry([reply.text for reply in replies])
    assert await shell.count(attachments) == A_DAY


async def test_it_is_said_again_to_who_comes_back_later(shell: Any, sender: Any) -> None:
    assert len(sorry(await sends(sender, A_DAY + 5))) == 1
    shell.clock.tick(3600)
    assert len(sorry(await sends(sender, 5))) == 1


async def test_the_next_day_there_is_room_again(shell: Any, sender: Any) -> None:
    await sends(sender, A_DAY + 5)
    shell.clock.tick(24 * 3600)
    assert sorry(await sends(sender, 1)) == []
    assert await shell.count(attachments) == A_DAY + 1


async def test_being_forgotten_gives_no_room(shell: Any, sender: Any) -> None:
    await sends(sender, A_DAY)
    await sender.says("删除我的数据")
    await sender.says("确认删除")
    assert sorry(await sends(sender, 1))


async def test_a_neighbour_does_not_pay_and_a_repeat_is_counted_once(shell: Any, sender: Any) -> None:
    message = sender.message(media=photo(1))
    first = await shell.service.receive(message)
    for _ in range(A_DAY + 3):
        assert await shell.service.receive(message) == first
    assert await shell.count(attachments) == 1
    await sends(sender, A_DAY)
    assert sorry(await sends(shell.citizen("oNeighbour", sender.address.channel), A_DAY)) == []


async def test_files_sent_at_once_to_two_processes_are_counted_together(
    shell: Any, second: Any, sender: Any
) -> None:
    others = [sender.message(media=photo(number)) for number in range(20)]
    doors = (shell, second)
    await at_once(*(doors[n % 2].service.receive(one) for n, one in enumerate(others)))
    assert await shell.count(attachments) == A_DAY


@pytest.mark.parametrize("channel", list(ChannelName))
async def test_bytes_are_counted_too(open_shell: Any, database: Any, channel: ChannelName) -> None:
    shell = open_shell(database, channel)
    sender = shell.citizen("oManyPhotos", channel)
    await sender.says("新华路15号院门口井盖坏了，我姓王，电话13912345678")
    await sender.says("同意")
    await sender.says("同意")
    shell.app.files = {f"p{number}": PNG + bytes(400 * 1024) for number in range(9)}
    await sends(sender, 6)
    await shell.drain()
    states = [entry.state for entry in await shell.entries(kind="fetch")]
    assert states.count("done") == 2
    await sends(sender, 1)
    assert len(sorry(shell.app.texts)) == 1
    assert len(await shell.entries(kind="fetch")) == len(states), "nothing more is sent for"


async def test_the_day_is_forgotten_after_two(shell: Any, sender: Any) -> None:
    await sends(sender, 1)
    shell.clock.tick(3 * 24 * 3600)
    await Retention(shell.database, shell.city, shell.clock).once()
    assert await shell.count(file_sums) == 0
