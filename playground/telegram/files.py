"""The files the server holds: what citizens sent, by the ids a bot asks with."""

import mimetypes
from dataclasses import dataclass

from playground.phones import Picked
from playground.telegram.wire import Json, bad

LARGEST = 20 * 1024 * 1024
"""Bytes a bot may download. Cloud servers only; a local one has no such limit."""


@dataclass(frozen=True, slots=True)
class HeldFile:
    content: bytes
    media_type: str
    path: str


class BotFiles:
    """Ids are opaque; the same file has another id in every size."""

    def __init__(self) -> None:
        self._kept: dict[str, HeldFile] = {}

    def keep(self, folder: str, file: Picked) -> Json:
        """Store one file; returns the fields that every kind of file has on the wire."""
        number = len(self._kept) + 1
        file_id = f"AgAC{number:08d}"
        suffix = mimetypes.guess_extension(file.media_type) or ".bin"
        self._kept[file_id] = HeldFile(file.content, file.media_type, f"{folder}/file_{number}{suffix}")
        return {"file_id": file_id, "file_unique_id": f"U{number:08d}", "file_size": len(file.content)}

    def sizes(self, file: Picked) -> list[Json]:
        """A photo: small first, largest last, each under its own id."""
        small, large = self.keep("photos", file), self.keep("photos", file)
        return [{**small, "width": 90, "height": 67}, {**large, "width": 1280, "height": 960}]

    def find(self, file_id: str) -> HeldFile | None:
        return self._kept.get(file_id)

    def by_path(self, path: str) -> HeldFile | None:
        return next((kept for kept in self._kept.values() if kept.path == path), None)

    def described(self, file_id: str) -> Json:
        """`getFile`. Raises BotApiError for an unknown or too large one."""
        kept = self._kept.get(file_id)
        if kept is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(kept.content) > LARGEST:
            raise bad("file is too big")
        unique = f"U{file_id.removeprefix('AgAC')}"
        return {
            "file_id": file_id,
            "file_unique_id": unique,
            "file_size": len(kept.content),
            "file_path": kept.path,
        }
