"""A body is read up to its limit and not a chunk further."""

from collections.abc import AsyncIterator

import pytest

from hotline.body import BodyTooLarge, read_body


async def chunks(taken: list[bytes], *given: bytes) -> AsyncIterator[bytes]:
    for chunk in given:
        taken.append(chunk)
        yield chunk


async def test_what_is_as_large_as_the_limit_is_read_whole() -> None:
    assert await read_body(chunks([], b"abc", b"", b"de"), 5) == b"abcde"


async def test_what_is_larger_is_refused_before_the_rest_comes() -> None:
    taken: list[bytes] = []
    with pytest.raises(BodyTooLarge):
        await read_body(chunks(taken, b"abc", b"def", b"never asked for"), 5)
    assert taken == [b"abc", b"def"]
