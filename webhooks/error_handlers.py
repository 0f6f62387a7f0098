"""What anybody gets who knocks where nothing is, or while something of ours is down: a problem document.

The rule: an answer never holds the words of an error. The playground's page keeps its framework's own form.
"""

import math

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from intake.model.ports import Unavailable
from webhooks.problems import problem

_OTHERS = "/playground"


def answer_faults(app: FastAPI) -> None:
    """Give the app its handlers for what no path has answered itself."""
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(Exception, _broken)


async def _unavailable(_: Request, fault: Exception) -> Response:
    asked = fault.retry_after if isinstance(fault, Unavailable) else None
    wait = str(min(3600, max(1, math.ceil(asked or 1))))
    return problem(503, "try-again", "Please try again.", {"Retry-After": wait})


async def _refused(request: Request, refusal: Exception) -> Response:
    status = refusal.status_code if isinstance(refusal, HTTPException) else 500
    if isinstance(refusal, HTTPException) and request.url.path.startswith(_OTHERS):
        return await http_exception_handler(request, refusal)
    headers = refusal.headers if isinstance(refusal, HTTPException) else None
    return problem(status, f"http-{status}", "There is nothing here for this request.", headers)


async def _unreadable(_request: Request, _mistake: Exception) -> Response:
    return problem(422, "unreadable", "The request cannot be read.")


async def _broken(_request: Request, _fault: Exception) -> Response:
    return problem(500, "fault", "Something broke on our side.")
