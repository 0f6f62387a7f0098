"""schemathesis at a real socket: what it is given, and what it says."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.redteam.world import serving

EXAMPLES = os.environ.get("OPENAPI_EXAMPLES", "20")
"""Of each operation, for each who asks."""


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Its address."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        async with serving(app, line):
            yield f"http://127.0.0.1:{line.getsockname()[1]}"


async def asked(url: str, document: dict[str, Any], folder: Path, *options: str) -> tuple[int, str]:
    """Its exit status and its words."""
    kept = folder / "asked.json"
    kept.write_text(json.dumps(document), "utf-8")
    schemathesis = str(Path(sys.executable).parent / "schemathesis")
    pipe = asyncio.subprocess.PIPE
    asking = await asyncio.create_subprocess_exec(
        *(schemathesis, "run", str(kept), "--url", url, "-n", EXAMPLES, "--no-color", *options),
        stdout=pipe,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,  # it leaves a cache where it runs
    )
    said, _ = await asking.communicate()
    return int(asking.returncode or 0), said.decode("utf-8", "replace")
