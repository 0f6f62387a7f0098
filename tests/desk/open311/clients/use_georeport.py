"""georeport reads services, a definition and requests. Arguments: address, format, number. Prints JSON."""

import json
import sys

from georeport import GeoReport

address, output_format, number = sys.argv[1:]
client = GeoReport(address, jurisdiction="jiayuguan.cn", output_format=output_format)
told = {
    "services": client.get_service_list(),
    "definition": client.get_service_definition("0101"),
    "requests": client.get_service_requests(status="open"),
    "by_number": client.get_service_requests(service_request_id=number),
    "request": client.get_service_request(number),
}
json.dump(told, sys.stdout)
