"""A strict GeoReport v2 server written from the specification, and nothing more than the specification.

It answers in XML only, knows no Idempotency-Key, hands out tokens, refuses what the specification lets it
refuse, and can lose an answer after it has taken a request.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import httpx
import pytest

from hotline.open311.client import Open311Hotline
from intake.city import Category, CityProfile, ExtraQuestion, Unit

NOW = datetime(2023, 4, 26, 2, 0, tzinfo=UTC)
KEY, JURISDICTION = "key-of-the-city", "city.gov"
UPDATE = ("update_id", "service_request_id", "status", "updated_datetime", "description")
XML = {"content-type": "text/xml; charset=utf-8"}


@dataclass
class StrictServer:
    """`lose` loses so many answers to posts; with `tokens` a number comes when asked for `patience` times."""

    format_: str = "xml"
    tokens: bool = False
    patience: int = 1
    lose: int = 0
    shows_descriptions: bool = True
    has_updates: bool = False
    page_size: int = 2
    filed: list[dict[str, str]] = field(default_factory=list)
    written: list[dict[str, str]] = field(default_factory=list)
    asked: int = 0
    answer: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.answer is not None:
            return self.answer
        path, _, format_ = request.url.path.removeprefix("/v2/").rpartition(".")
        if format_ != self.format_:
            return httpx.Response(406, text="")
        form = dict(httpx.QueryParams(request.content.decode())) if request.method == "POST" else {}
        given = form or dict(request.url.params)
        if given.get("jurisdiction_id") != JURISDICTION:
            return self._wrong(404, "jurisdiction_id provided was not found")
        if request.method == "POST" and given.get("api_key") != KEY:
            return self._wrong(403, "api_key was not provided or is wrong")
        head, _, name = path.partition("/")
        return getattr(self, f"{request.method.lower()}_{head}")(name, given)

    def get_services(self, name: str, _given: dict[str, str]) -> httpx.Response:
        if not name:
            return self._xml(
                "<services><service><service_code>H-7</service_code><service_name>Heating</service_name>"
                "<metadata>true</metadata><type>realtime</type></service><service><service_code>X</service_code>"
                "<service_name>Other</service_name><metadata>false</metadata></service></services>"
            )
        return self._xml(
            "<service_definition><service_code>H-7</service_code><attributes>"
            "<attribute><variable>true</variable><code>extent</code><datatype>singlevaluelist</datatype>"
            "<required>true</required><values><value><key>1</key><name>Only mine</name></value>"
            "<value><key>2</key><name>The building</name></value></values></attribute>"
            "<attribute><variable>false</variable><code>note</code><datatype>string</datatype>"
            "<required>true</required><values></values></attribute></attributes></service_definition>"
        )

    def post_requests(self, _name: str, form: dict[str, str]) -> httpx.Response:
        if form["service_code"] not in ("H-7", "X"):
            return self._wrong(404, "service_code was not found")
        if not ("address_string" in form or ("lat" in form and "long" in form)):
            return self._wrong(400, "location was not provided")
        if len(form["description"]) > 4000:
            return self._wrong(400, "description is too long")
        if form["service_code"] == "H-7" and form.get("attribute[extent]") not in ("1", "2"):
            return self._wrong(400, "attribute extent is required")
        number = f"R{len(self.filed) + 1}"
        stamp = NOW.isoformat().replace("+00:00", "Z")
        self.filed.append({**form, "number": number, "status": "open", "asked": stamp, "changed": stamp})
        if self.lose:
            self.lose -= 1
            raise httpx.ReadTimeout("the answer was lost")
        name = "token" if self.tokens else "service_request_id"
        return self._xml(f"<service_requests><request><{name}>{number}</{name}></request></service_requests>")

    def get_tokens(self, token: str, _given: dict[str, str]) -> httpx.Response:
        known = {one["number"] for one in self.filed}
        if not self.tokens or token not in known:
            return self._wrong(404, "token was not found")
        self.asked += 1
        number = token if self.asked >= self.patience else ""
        return self._xml(
            f"<service_requests><request><service_request_id>{number}</service_request_id>"
            f"<token>{token}</token></request></service_requests>"
        )

    def get_requests(self, _name: str, given: dict[str, str]) -> httpx.Response:
        wanted = [one for one in given.get("service_request_id", "").split(",") if one]
        found = [one for one in self.filed if one["number"] in wanted] if wanted else self._page(given)
        return self._xml(f"<service_requests>{''.join(map(self._request, found))}</service_requests>")

    def get_servicerequestupdates(self, _name: str, given: dict[str, str]) -> httpx.Response:
        if not self.has_updates:
            return httpx.Response(404, text="no such path")
        found = [one for one in self.written if one["service_request_id"] == given["service_request_id"]]
        lines = "".join(
            "<request_update>"
            + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in one.items())
            + "</request_update>"
            for one in found
        )
        return self._xml(f"<service_request_updates>{lines}</service_request_updates>")

    def post_servicerequestupdates(self, _name: str, form: dict[str, str]) -> httpx.Response:
        if not self.has_updates:
            return httpx.Response(404, text="no such path")
        if form["update_id"] not in {one["update_id"] for one in self.written}:
            self.written.append({name: form[name] for name in UPDATE})
        return self._xml(
            "<service_request_updates><request_update><update_id>1</update_id></request_update>"
            "</service_request_updates>"
        )

    def changes(self, number: str, **values: str) -> None:
        """The city's staff do something."""
        one = next(one for one in self.filed if one["number"] == number)
        changed = datetime.fromisoformat(one["changed"]) + timedelta(hours=1)
        one.update(values, changed=changed.isoformat())

    def _page(self, given: dict[str, str]) -> list[dict[str, str]]:
        if datetime.fromisoformat(given["end_date"]) - datetime.fromisoformat(
            given["start_date"]
        ) > timedelta(90):
            return []
        found = [one for one in self.filed if one["service_code"] == given["service_code"]]
        start = (int(given.get("page", "1")) - 1) * self.page_size
        return found[start : start + self.page_size]

    def _request(self, one: dict[str, str]) -> str:
        told = {
            "service_request_id": one["number"],
            "status": one["status"],
            "status_notes": one.get("notes", ""),
            "service_code": one["service_code"],
            "description": one["description"] if self.shows_descriptions else "",
            "agency_responsible": one.get("agency", ""),
            "requested_datetime": one["asked"],
            "updated_datetime": one["changed"],
            "expected_datetime": one.get("expected", ""),
        }
        return "<request>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in told.items()) + "</request>"

    def _wrong(self, status: int, sentence: str) -> httpx.Response:
        text = f"<errors><error><code>{status}</code><description>{sentence}</description></error></errors>"
        return httpx.Response(status, text=text, headers=XML)

    def _xml(self, text: str) -> httpx.Response:
        return httpx.Response(200, text=f'<?xml version="1.0" encoding="utf-8"?>{text}', headers=XML)


@pytest.fixture
def server() -> StrictServer:
    return StrictServer()


@pytest.fixture
def city(city: CityProfile) -> CityProfile:
    extent = ExtraQuestion(
        key="extent", ask={"zh": "?"}, label={"zh": "影响范围"}, choices={"zh": ("Only mine", "The building")}
    )
    categories = {
        "03": Category("03", "Housing"),
        "0301": Category("0301", "Heating", questions=(extent,)),
        "09": Category("09", "Noise"),
    }
    return replace(city, categories=categories, units={"heat": Unit("heat", "Heat Ltd", aliases=("HEAT",))})


@pytest.fixture
async def hotline(server: StrictServer, city: CityProfile) -> AsyncIterator[Open311Hotline]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as http:
        yield Open311Hotline(
            "http://city.gov/v2/", http, city, jurisdiction=JURISDICTION, api_key=KEY, clock=lambda: NOW
        )


@pytest.fixture
def document() -> Callable[..., dict[str, Any]]:
    """A ticket document as it goes on the wire."""

    def make(**more: Any) -> dict[str, Any]:
        return {
            "reference": "WX230426093015004",
            "submitted_at": "2023-04-26T09:30:15+08:00",
            "appeal_type": "QZ",
            "category": {"code": "0301", "path": "Housing-Heating"},
            "content": "Flat 3 is cold\n影响范围: The building",
            "expectation": "Repair it",
            "occurred": {"text": "since Monday"},
            "place": {"text": "Xinhua Road 1", "lat": 39.77, "lng": 98.28, "coord_sys": "GCJ02"},
            "subject": None,
            "person": {
                "kind": "individual",
                "name": "Ms Li",
                "phone": "13900000000",
                "enterprise": None,
                "anonymous": False,
                "confidential": False,
            },
            "attachments": [{"kind": "photo", "url": "http://us/attachments/a?signature=1"}],
            **more,
        }

    return make
