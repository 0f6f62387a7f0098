"""The city's backend as any GeoReport v2 server: requests filed, looked up, followed and written on.

The protocol knows no idempotency. So our key goes along as a header for servers that know it, and before a
resend a request is looked for: under that key, then by our number in what was filed since.
What is left: a server that neither knows the key nor shows descriptions can be given a request twice.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from hotline.open311 import forms, status_updates
from hotline.open311.response_parser import Row, text
from hotline.open311.wire import Open311Wire
from intake.city import CityProfile
from intake.model.ports import Followed, NeedsOperator, Rejected, Unavailable, Unsure
from intake.model.status import StatusUpdate

_NUMBER = "service_request_id"
_FAULTS = 3
"""So many questions in a row without an answer: the server is away."""

TOKEN = "token:"  # noqa: S105  the mark of a request whose number is still to come
LIST_LASTS = timedelta(minutes=10)
_AT_ONCE = 50
_PAGE = 100
_PAGES = 20
_CLOCKS_DIFFER = timedelta(days=1)


class Open311Hotline:
    """`Hotline` and `Follows` over GeoReport v2. `clock` gives an aware now."""

    def __init__(
        self,
        url: str,
        http: httpx.AsyncClient,
        city: CityProfile,
        *,
        jurisdiction: str | None,
        api_key: str | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._wire = Open311Wire(url, jurisdiction, api_key, http, clock)
        self._http = http
        self._city = city
        self._clock = clock
        self._services: list[Row] = []
        self._listed_at: datetime | None = None
        self._has_updates = True

    @property
    def ahead(self) -> timedelta | None:
        """How far our clock is ahead of the server's, by its latest answer."""
        return self._wire.ahead

    async def submit(self, document: dict[str, Any], key: str) -> str:
        """File a request; returns its number, or `token:…` while it has none. Raises as the port says."""
        service = await self._service(document)
        form = forms.request_form(document, service, await self._attributes(service), self._city)
        made = await self._filed(form, key)
        row = made[0] if made else {}
        if number := text(row, "service_request_id"):
            return number
        if token := text(row, "token"):
            return await self._number(token) or TOKEN + token
        raise Unsure("the server took the request but its answer names neither number nor token")

    async def find(self, key: str, document: dict[str, Any] | None = None) -> str | None:
        """The number filed under this key, or with our number in its description. Raises Unavailable."""
        if number := await self._number(key):
            return number
        return await self._looked_up(document) if document is not None else None

    async def send_event(self, hotline_ref: str | None, event: dict[str, Any], key: str) -> None:
        """Write it on the request, where the server takes that. Raises as the port says."""
        words = forms.update_text(event) if hotline_ref is not None else None
        if hotline_ref is None or words is None:
            raise Rejected(
                f"Open311 has no place for this event ({event['type']}): tell the backend otherwise"
            )
        number = await self._resolved(hotline_ref)
        form = {
            "service_request_id": number,
            "update_id": key,
            "updated_datetime": self._clock().isoformat(timespec="seconds"),
            "status": "OPEN",
            "description": words,
        }
        if await self._wire.offer("servicerequestupdates", form, key) is None:
            raise Rejected("the server takes no updates: tell the backend otherwise")

    def as_everybody_reads_it(self, event: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
        """What may be written on a request: servers show it to everybody."""
        return forms.shown_event(event, document)

    async def news(self, tickets: Sequence[Followed]) -> Sequence[StatusUpdate]:
        """What the server says of these tickets, told before or not. Raises Unavailable."""
        found: list[StatusUpdate] = []
        for start in range(0, len(tickets), _AT_ONCE):
            found += await self._news_of(tickets[start : start + _AT_ONCE])
        return sorted(found, key=lambda one: one.at)

    def is_provisional(self, hotline_ref: str) -> bool:
        """Whether it is a token."""
        return hotline_ref.startswith(TOKEN)

    async def number(self, hotline_ref: str) -> str | None:
        """The number that a token has become; None if it is none, or has not yet."""
        if not self.is_provisional(hotline_ref):
            return None
        return await self._number(hotline_ref.removeprefix(TOKEN))

    async def probe(self) -> None:
        """Ask for the services."""
        await self._list()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _filed(self, form: dict[str, str], key: str) -> list[Row]:
        try:
            return await self._wire.post("requests", form, key)
        except NeedsOperator:
            self._listed_at = None  # a service it no longer has is 404 too: read its list anew
            raise

    async def _news_of(self, tickets: Sequence[Followed]) -> list[StatusUpdate]:
        known = {one.hotline_ref: one for one in tickets}
        now = self._clock()
        found: list[StatusUpdate] = []
        rows, updates = await self._requests(list(known)), await self._written(known)
        for row in rows:
            ticket = known.get(text(row, _NUMBER))
            if ticket is not None:
                found += status_updates.of_request(
                    ticket, row, self._city, now, words_elsewhere=self._has_updates
                )
        for number, written in updates:
            found += status_updates.of_updates(known[number], written, now)
        return found

    async def _written(self, numbers: Iterable[str]) -> list[tuple[str, list[Row]]]:
        """The updates, where the server has any; what it does not say now, it says in the next round."""
        if not self._has_updates:
            return []
        try:
            return await self._singly("servicerequestupdates", list(numbers))
        except Unavailable:
            return []

    async def _requests(self, numbers: Sequence[str]) -> list[Row]:
        """Asked for at once; those that did not come, or spoilt the answer for the others, singly."""
        try:
            found = await self._wire.get("requests", {_NUMBER: ",".join(numbers)}) or []
        except Unavailable:
            if len(numbers) == 1:
                raise
            found = []
        came = {text(row, _NUMBER) for row in found}
        alone = await self._singly("requests", [one for one in numbers if one not in came])
        return found + [row for _, rows in alone for row in rows]

    async def _singly(self, path: str, numbers: Sequence[str]) -> list[tuple[str, list[Row]]]:
        """The rows of each; one that fails does not silence the others. Raises Unavailable if all do."""
        found: list[tuple[str, list[Row]]] = []
        faults = 0
        for number in numbers:
            try:
                rows = await self._wire.get(path, {_NUMBER: number}, told_is_empty=True)
            except Unavailable:
                faults += 1
                if faults == min(_FAULTS, len(numbers)) and not found:
                    raise
                if faults == _FAULTS:
                    break
                continue
            if rows is None and path == "servicerequestupdates":
                self._has_updates = False  # it has no such thing
                break
            faults = 0
            found.append((number, rows or []))
        return found

    async def _service(self, document: dict[str, Any]) -> Row:
        return forms.service_for(document["category"]["code"], await self._list(), self._city)

    async def _list(self) -> list[Row]:
        now = self._clock()
        if self._listed_at is None or now - self._listed_at > LIST_LASTS:
            self._services = await self._wire.listed()
            self._listed_at = now
        return self._services

    async def _attributes(self, service: Row) -> list[Row]:
        if text(service, "metadata").lower() != "true":
            return []
        found = await self._wire.get(f"services/{_step(text(service, 'service_code'))}")
        given = found[0].get("attributes") if found else None
        return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []

    async def _resolved(self, hotline_ref: str) -> str:
        if not self.is_provisional(hotline_ref):
            return hotline_ref
        number = await self.number(hotline_ref)
        if number is None:
            raise Unsure("the server has not numbered the request yet")
        return number

    async def _number(self, token: str) -> str | None:
        found = await self._wire.get(f"tokens/{_step(token)}")
        return next((number for row in found or () if (number := text(row, "service_request_id"))), None)

    async def _looked_up(self, document: dict[str, Any]) -> str | None:
        """Go through what was filed since, page by page, for our number."""
        submitted = status_updates.moment(str(document["submitted_at"])) or self._clock()
        service = await self._service(document)
        query = {
            "service_code": text(service, "service_code"),
            "start_date": _w3c(submitted - _CLOCKS_DIFFER),
            "end_date": _w3c(self._clock() + _CLOCKS_DIFFER),
            "page_size": str(_PAGE),
        }
        before: set[str] = set()
        for page in range(1, _PAGES + 1):
            found = await self._wire.get("requests", query | {"page": str(page)}) or []
            for row in found:
                if document["reference"] in text(row, "description"):
                    return text(row, "service_request_id") or None
            numbers = {text(row, "service_request_id") for row in found}
            if numbers <= before:  # the last page, or a server without pages
                return None
            before |= numbers
        return None


def _w3c(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _step(name: str) -> str:
    # A server chooses its codes freely; none may climb out of its place in the path.
    return quote(name, safe="").replace(".", "%2E")
