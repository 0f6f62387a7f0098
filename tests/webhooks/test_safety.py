"""Every answer carries its safety headers, and every refusal leaves a line without what was asked for."""

import io
import json
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.responses import PlainTextResponse

from app.base.logs import set_up
from bench.redteam.world import opened
from webhooks.security_headers import SecurityHeaders

PATHS = ("/healthz", "/nothing", "/metrics", "/desk/login", "/open311/v2/services.json", "/attachments/0")


async def test_every_answer_is_guarded_and_every_refusal_logged(tmp_path: Path) -> None:
    written = io.StringIO()
    set_up(written)
    async with opened(tmp_path) as world:
        for path in PATHS:
            headers = (await world.http.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert "max-age" in headers["strict-transport-security"]
            assert headers["referrer-policy"] in ("no-referrer", "same-origin")
            assert len(headers.get_list("x-content-type-options")) == 1
        written.truncate(0)
        await world.http.post("/webhooks/telegram?phone=13912345678", content=b"13912345678")
        await world.http.get("/desk/api/v1/tickets/13912345678")
        await world.http.request("DELETE", "/healthz")
    lines = [json.loads(line) for line in written.getvalue().strip("\x00").splitlines()]
    refused = [(line["status"], line["method"]) for line in lines if line["event"] == "refused"]
    assert refused == [(401, "POST"), (401, "GET"), (405, "DELETE")]
    assert "13912345678" not in written.getvalue()


@pytest.mark.parametrize("path", ["/desk/", "/healthz/", "/open311/v2/services.json/", "/desk//"])
async def test_a_redirect_names_no_host_a_stranger_chose(tmp_path: Path, path: str) -> None:
    async with opened(tmp_path) as world:
        answer = await world.http.get(path, headers={"host": "evil.example"}, follow_redirects=False)
    assert "evil.example" not in str(answer.headers)
    where = answer.headers.get("location", "/")
    assert where.startswith("/")
    assert not where.startswith("//")


async def test_where_there_is_no_https_it_is_not_promised() -> None:
    transport = ASGITransport(SecurityHeaders(PlainTextResponse("hi"), secure=False))
    async with AsyncClient(transport=transport, base_url="http://here") as http:
        headers = (await http.get("/")).headers
    assert "strict-transport-security" not in headers
    assert headers["x-content-type-options"] == "nosniff"
