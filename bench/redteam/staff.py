"""Attacks on the desk: sessions, forms, roles, seals, what staff read; and on the process itself."""

import asyncio
import socket

import httpx

from bench.redteam.attack import Answer, attack, status
from bench.redteam.world import PASSWORD, World, serving, token_in
from desk.pages.base.session import SESSION_COOKIE
from desk.reports.formats.data import harmless

EVIL = "<script>alert(1)</script>"


@attack("desk: without logging in")
async def stranger(world: World) -> Answer:
    async with world.browser() as browser:
        answer = await browser.get("/desk")
    return Answer(answer.headers.get("location") == "/desk/login", f"HTTP {answer.status_code} to the door")


@attack("desk: session fixation")
async def fixation(world: World) -> Answer:
    async with world.browser() as browser:
        browser.cookies.set(SESSION_COOKIE, "chosen-by-me", domain="front.example", path="/desk")
        token = token_in((await browser.get("/desk/login")).text)
        given = {"token": token, "name": "wang", "password": PASSWORD}
        answer = await browser.post("/desk/login", data=given)
        cookie = answer.headers["set-cookie"]
    held = "chosen-by-me" not in cookie and "HttpOnly" in cookie and "Secure" in cookie
    return Answer(held, "a new secret, HttpOnly and Secure")


@attack("desk: form from another site (CSRF)")
async def csrf(world: World) -> Answer:
    browser = await world.logged_in("wang")
    plain = await browser.post("/desk/users/add", data={"name": "evil", "role": "centre"})
    token = token_in((await browser.get("/desk")).text)
    given = {"token": token, "name": "evil", "role": "centre"}
    cross = await browser.post("/desk/users/add", data=given, headers={"sec-fetch-site": "cross-site"})
    await browser.aclose()
    return Answer(plain.status_code == cross.status_code == 403, "HTTP 403 both ways")


@attack("desk: passwords tried one after another")
async def guessing(world: World) -> Answer:
    async with world.browser() as browser:
        for _ in range(7):
            token = token_in((await browser.get("/desk/login")).text)
            answer = await browser.post(
                "/desk/login", data={"token": token, "name": "sun", "password": "guess"}
            )
    return status(answer.status_code, 429)


@attack("desk: another unit's ticket (IDOR)")
async def idor(world: World) -> Answer:
    ref = await world.file_at_desk()
    unit = await world.logged_in("li")
    looked, acted = await unit.get(f"/desk/tickets/{ref}"), await unit.get(f"/desk/tickets/{ref}/note")
    await unit.aclose()
    return Answer(looked.status_code == 404 and acted.status_code in (404, 405), f"HTTP {looked.status_code}")


@attack("desk: a unit makes itself an account of the centre")
async def escalation(world: World) -> Answer:
    unit = await world.logged_in("li")
    given = {"token": token_in((await unit.get("/desk")).text), "name": "boss", "role": "centre"}
    answer = await unit.post("/desk/users/add", data=given)
    await unit.aclose()
    return status(answer.status_code, 403, 404)


@attack("desk: HTML in every field staff read")
async def markup(world: World) -> Answer:
    person = {"kind": "individual", "name": EVIL, "phone": None, "enterprise": EVIL, "confidential": False}
    ref = await world.file_at_desk(
        title=EVIL, content=EVIL, expectation=EVIL, subject=EVIL, labels=[EVIL], person=person,
        place={"text": EVIL, "area_code": None}, occurred={"text": EVIL, "at": None, "ongoing": None},
    )  # fmt: skip
    browser = await world.logged_in("wang")
    pages = [
        (await browser.get(path)).text for path in (f"/desk/tickets/{ref}", "/desk", "/desk/search?q=alert")
    ]
    await browser.aclose()
    return Answer(not any(EVIL in page for page in pages), "shown as text on three pages")


@attack("desk: who a report is from, read without a reason")
async def sealed(world: World) -> Answer:
    ref = await world.file_at_desk(appeal_type="JB")
    browser = await world.logged_in("wang")
    page = (await browser.get(f"/desk/tickets/{ref}")).text
    await browser.aclose()
    return Answer("13912345678" not in page, "sealed, for the centre too")


@attack("desk: a report sent to whom it accuses")
async def accused(world: World) -> Answer:
    unit = next(iter(world.runtime.city.units.values()))
    ref = await world.file_at_desk(appeal_type="JB", subject=unit.name)
    browser = await world.logged_in("wang")
    await world.step(browser, ref, "accept")
    answer = await world.step(browser, ref, "dispatch", lead_unit=unit.id)
    await browser.aclose()
    return status(answer.status_code, 409)


@attack("desk: formulas in a table")
async def formulas(_world: World) -> Answer:
    written = [str(harmless(text)) for text in ("=cmd|'/c calc'!A0", "+1", "-1+1", "@SUM(1)", "\t=1")]
    return Answer(not any(text.startswith(("=", "+", "-", "@", "\t")) for text in written), written[0])


@attack("desk: framed by another site, sniffed, overheard")
async def headers(world: World) -> Answer:
    given = (await world.http.get("/desk/login")).headers
    held = (
        "frame-ancestors 'self'" in given["content-security-policy"]
        and given["x-content-type-options"] == "nosniff"
        and "max-age" in given["strict-transport-security"]
        and given["referrer-policy"] == "same-origin"
    )
    return Answer(held, "CSP, HSTS, nosniff, referrer")


@attack("desk: an unknown method, a forged host")
async def methods(world: World) -> Answer:
    deleted = await world.http.request("DELETE", "/desk/users")
    moved = await world.http.get("/desk", headers={"host": "evil.example"})
    held = deleted.status_code == 405 and "evil" not in moved.headers.get("location", "")
    return Answer(held, "HTTP 405; no redirect away")


@attack("metrics and errors: what a scraper reads")
async def metrics(world: World) -> Answer:
    await world.files_a_ticket("oMetrics")
    said = (await world.http.get("/metrics")).text + (await world.http.get("/nothing?q=13912345678")).text
    return Answer("13912345678" not in said and "oMetrics" not in said, "counts and names of things only")


@attack("process: slow loris")
async def loris(world: World) -> Answer:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
        async with serving(world.app, line):
            slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
            for _, writer in slow:
                writer.write(b"POST /webhooks/wechat HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\nX-a: ")
            async with httpx.AsyncClient() as client:
                answer = await client.get(f"http://127.0.0.1:{port}/healthz")
            for _, writer in slow:
                writer.transport.abort()
    return Answer(answer.status_code == 200, "200 half requests open, the next is answered")
