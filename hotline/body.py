"""A request's body read up to a limit: every door of ours reads with this. What is over it gets 413."""

from collections.abc import AsyncGenerator, AsyncIterable


class BodyTooLarge(Exception):
    """There is more of the body than may be; what was read of it is dropped."""


async def within(chunks: AsyncIterable[bytes], largest: int) -> AsyncGenerator[bytes, None]:
    """The same chunks, as long as they are `largest` bytes in all at most. Raises BodyTooLarge."""
    total = 0
    async for chunk in chunks:
        total += len(chunk)
        if total > largest:
            raise BodyTooLarge
        yield chunk


async def read_body(chunks: AsyncIterable[bytes], largest: int) -> bytes:
    """All of it. Raises BodyTooLarge."""
    return b"".join([chunk async for chunk in within(chunks, largest)])
