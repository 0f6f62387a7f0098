"""three sends a picture as multipart and reads back. Arguments: address, key, picture. Prints JSON.

It was written for Python 2: the one line before its import is all that it needs.
"""

import itertools
import json
import sys
from pathlib import Path

itertools.ifilter = filter  # type: ignore[attr-defined]

from three import Three  # noqa: E402

address, key, picture = sys.argv[1:]
client = Three(address, api_key=key, jurisdiction="jiayuguan.cn")
with Path(picture).open("rb") as media:
    made = client.post(
        "0201",
        address="新华路15号院",
        name="王 先生",
        phone="13800000000",
        description="垃圾三天没人收",
        media=media,
    )
number = made[0]["service_request_id"]
told = {
    "services": client.services(),
    "definition": client.services("0201"),
    "number": number,
    "request": client.request(number),
    "mine": client.requests("0201", api_key=key, count=5),
    "token": client.token(number),
    "refused": client.post("0201", address="新华路", description="", api_key="wrong"),
}
json.dump(told, sys.stdout)
