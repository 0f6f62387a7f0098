"""`/healthz` the process lives, `/readyz` it can work, `/metrics` how it does."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from app.base.metrics import exposition
from app.operations.health import Health

_READY = frozenset({"ok", "off", "ahead"})


def health_router(health: Health, clock: Callable[[], datetime]) -> APIRouter:
    """The three paths; none of them names anything personal or secret."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        checks = await health.checks()
        ready = all(state in _READY for state in checks.values())
        return JSONResponse(
            {"status": "ok" if ready else "not ready", **checks}, status_code=200 if ready else 503
        )

    @router.get("/metrics")
    async def metrics() -> Response:
        await health.measure(clock())
        return Response(exposition(), media_type=CONTENT_TYPE_LATEST)

    return router
