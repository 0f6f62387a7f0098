"""HTTP/1.1 with heads that have an end: httptools sets none.

The rule: what is read before anybody is known is bounded. A proxy in front has bounds of its own; the bare
server must not need them.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 64 * 1024
"""Bytes of a request's line and headers together; browsers and platforms send a few thousand."""

MOST_HEADERS = 100


class HeadTooLarge(Exception):
    """The head is larger than any honest one."""


class BoundedHeads(HttpToolsProtocol):
    """Answers 400 and hangs up where a head is too large, in whatever pieces it comes."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._in_head = True
        self._fed = 0
        self._read = 0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._in_head:
            return
        self._fed += len(data)
        if self._fed > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The request's head is too large.")

    def on_message_begin(self) -> None:
        self._in_head, self._fed, self._read = True, 0, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._grow(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._grow(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def _grow(self, size: int) -> None:
        self._read += size
        if self._read > LARGEST_HEAD or len(self.headers) >= MOST_HEADERS:
            raise HeadTooLarge
