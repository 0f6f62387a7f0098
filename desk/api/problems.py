"""Errors of the desk's API, as RFC 9457 problem documents: which error is which answer.

`type` ends in a name that programs may rely on; `title` is for people and never holds what was sent.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec

from fastapi.responses import JSONResponse, Response

from desk.actions.seen_calls import Replayed
from desk.actions.tickets import KeyReused, UnknownTicket
from desk.api.events import BadEvent
from hotline.signatures import BadSignature
from storage.db.database import DatabaseDown

P = ParamSpec("P")


class ApiProblem(Exception):
    """Answer with this status; `name` is the last step of the problem's type."""

    def __init__(self, status: int, name: str, title: str, retry_after: int | None = None) -> None:
        super().__init__(title)
        self.status = status
        self.name = name
        self.title = title
        self.retry_after = retry_after

    def response(self) -> Response:
        """The problem document."""
        content = {"type": f"/problems/{self.name}", "title": self.title, "status": self.status}
        headers = {"retry-after": str(self.retry_after)} if self.retry_after is not None else None
        return JSONResponse(content, self.status, headers, media_type="application/problem+json")


MEANING: dict[type[Exception], ApiProblem] = {
    BadSignature: ApiProblem(401, "bad-signature", "The signature does not match, or its time is off."),
    Replayed: ApiProblem(401, "replayed", "This webhook-id has been used for another request."),
    UnknownTicket: ApiProblem(404, "unknown-ticket", "There is no such ticket."),
    KeyReused: ApiProblem(422, "key-reused", "This key came before, with another content."),
    DatabaseDown: ApiProblem(503, "database-down", "The database does not answer. Try again later.", 5),
}


def answered(endpoint: Callable[P, Awaitable[Response]]) -> Callable[P, Awaitable[Response]]:
    """Turn an endpoint's errors into their problem documents."""

    @wraps(endpoint)
    async def call(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return await endpoint(*args, **kwargs)
        except ApiProblem as problem:
            return problem.response()
        except BadEvent as bad:
            return ApiProblem(422, "not-our-event", str(bad)).response()
        except tuple(MEANING) as error:
            return MEANING[type(error)].response()

    return call
