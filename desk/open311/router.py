"""`/open311/v2`: GeoReport v2, in JSON and XML, with Open311's own errors.

Reading needs no key, writing does. The order is the rule: format, jurisdiction, form, key, then one
transaction.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.app import Desk
from desk.open311 import request_filters, responses
from desk.open311.form import Open311Form, no_key, read_form
from desk.open311.media import Keep, picture
from desk.open311.responses import FORMATS, Open311Error
from desk.open311.service import Requests
from desk.open311.services import definition, offered, service
from desk.open311.wording import say
from hotline.contract import AttachmentPart
from storage.db.database import DatabaseDown

PATH = "/open311/v2"

Handler = Callable[[Request, str], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Rules:
    """`keys`: who may write, nobody without any; `jurisdiction`: the only one there is, None for any."""

    keys: tuple[str, ...] = ()
    jurisdiction: str | None = None


def open311_router(
    desk: Desk, rules: Rules, *, keep: Keep, media_url: Callable[[AttachmentPart], str]
) -> APIRouter:
    """All paths. `keep` stores a posted picture, `media_url` is where a client gets one, "" for nowhere."""
    routes = APIRouter(prefix=PATH, include_in_schema=False)
    server = _Server(desk, rules, keep, Requests(desk, media_url))
    for method, path, handler in server.paths():
        routes.add_api_route(path + ".{format_}", _answered(handler), methods=[method])
    return routes


def _answered(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A path's endpoint: what the handler raises becomes an error array."""

    async def endpoint(request: Request) -> Response:
        asked = request.path_params["format_"]
        format_ = asked if asked in FORMATS else "json"
        if asked != format_:
            return responses.errors(format_, Open311Error(400, "the format must be json or xml"))
        try:
            return await handler(request, format_)
        except Open311Error as failed:
            return responses.errors(format_, failed)
        except DatabaseDown:
            return responses.errors(format_, Open311Error(503, "try again later", retry_after=5))

    return endpoint


class _Server:
    def __init__(self, desk: Desk, rules: Rules, keep: Keep, requests: Requests) -> None:
        self._desk = desk
        self._rules = rules
        self._keep = keep
        self._requests = requests
        self._offered = {one.code: one for one in offered(desk.city)}

    def paths(self) -> tuple[tuple[str, str, Handler], ...]:
        """Method, path without its format, and who responses."""
        return (
            ("GET", "/services", self.services),
            ("GET", "/services/{name}", self.definition),
            ("POST", "/requests", self.file),
            ("GET", "/requests", self.requests),
            ("GET", "/requests/{name}", self.request),
            ("GET", "/tokens/{name}", self.token),
            ("GET", "/servicerequestupdates", self.updates),
            ("POST", "/servicerequestupdates", self.supplement),
        )

    async def services(self, request: Request, format_: str) -> Response:
        self._here(request.query_params.get("jurisdiction_id"))
        found = [service(one, self._desk.city) for one in self._offered.values()]
        return responses.listing(format_, "services", found)

    async def definition(self, request: Request, format_: str) -> Response:
        self._here(request.query_params.get("jurisdiction_id"))
        category = self._offered.get(request.path_params["name"])
        if category is None:
            raise Open311Error(404, "service_code was not found")
        return responses.single(format_, "service_definition", definition(category, self._desk.city))

    async def file(self, request: Request, format_: str) -> Response:
        form = await self._writing(request)
        media = await picture(form.media, self._keep)
        filed = await self._requests.file(form, media, _key(request))
        told: dict[str, Any] = {
            "service_request_id": filed.hotline_ref,
            "service_notice": say("service", "notice", reference=filed.hotline_ref),
            "account_id": None,
        }
        return responses.listing(format_, "service_requests", [told], 201 if filed.new else 200)

    async def requests(self, request: Request, format_: str) -> Response:
        given = dict(request.query_params)
        known = self._reading(given)
        found = await self._requests.find(request_filters.wanted(given, self._desk.clock()), known=known)
        return responses.listing(format_, "service_requests", found)

    async def request(self, request: Request, format_: str) -> Response:
        known = self._reading(dict(request.query_params))
        found = await self._requests.one(request.path_params["name"], known=known)
        return responses.listing(format_, "service_requests", [found])

    async def token(self, request: Request, format_: str) -> Response:
        self._here(request.query_params.get("jurisdiction_id"))
        token = request.path_params["name"]
        found = {"service_request_id": await self._requests.behind(token), "token": token}
        return responses.listing(format_, "service_requests", [found])

    async def updates(self, request: Request, format_: str) -> Response:
        given = dict(request.query_params)
        self._reading(given)
        found = await self._requests.updates(request_filters.wanted(given, self._desk.clock()))
        return responses.listing(format_, "service_request_updates", found)

    async def supplement(self, request: Request, format_: str) -> Response:
        form = await self._writing(request)
        told = {"update_id": await self._requests.supplement(form)}
        return responses.listing(format_, "service_request_updates", [told])

    def _here(self, jurisdiction: str | None) -> None:
        ours = self._rules.jurisdiction
        if ours is not None and jurisdiction and jurisdiction != ours:
            raise Open311Error(404, "jurisdiction_id was not found")

    def _reading(self, given: dict[str, str]) -> bool:
        """Whether whoever asks has a key; a wrong one is told of."""
        self._here(given.get("jurisdiction_id"))
        key = given.get("api_key", "")
        if key and not self._fits(key):
            raise Open311Error(403, "api_key is wrong")
        return bool(key)

    async def _writing(self, request: Request) -> Open311Form:
        if not self._rules.keys:
            raise no_key()
        form = await read_form(request, self._fits)
        self._here(form.text("jurisdiction_id") or request.query_params.get("jurisdiction_id"))
        return form

    def _fits(self, given: str) -> bool:
        return any(hmac.compare_digest(key.encode(), given.encode()) for key in self._rules.keys)


def _key(request: Request) -> str | None:
    """The Idempotency-Key: a quoted string, as its draft has it; bare is understood."""
    given = request.headers.get("idempotency-key", "").strip().removeprefix('"').removesuffix('"')
    if len(given) > 200 or not given.isprintable():
        raise Open311Error(400, "the Idempotency-Key is too long, or not printable")
    return given or None
