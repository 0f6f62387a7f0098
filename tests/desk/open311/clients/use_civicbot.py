"""civicbot files a request and reads it back. Arguments: address, key. Prints JSON."""

import json
import sys

from civicbot import Endpoint, HttpTransport, Open311Client
from civicbot.http import RateLimiter

address, key = sys.argv[1:]
endpoint = Endpoint(id="jiayuguan", name="Jiayuguan", base_url=address, write=True)
client = Open311Client(endpoint, HttpTransport(rate_limiter=RateLimiter(min_interval=0)), "jiayuguan.cn")
services = client.list_services()
made = client.create_request(
    "0101",
    dry_run=False,
    confirm="SEND",
    api_key=key,
    validate_remote=True,
    lat=39.77,
    lng=98.28,
    address_string="新华路15号院",
    description="暖气不热三天了",
    attributes={"extent": "整栋楼", "appeal_type": "QZ"},
    first_name="李",
    phone="13912345678",
)
number = made.response[0]["service_request_id"]
told = {
    "services": [one["service_code"] for one in services],
    "number": number,
    "request": client.get_request(number),
    "listed": client.list_requests(service_request_ids=[number]),
    "token": client.get_token(number),
}
json.dump(told, sys.stdout)
