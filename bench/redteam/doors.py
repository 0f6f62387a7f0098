"""Attacks on the webhooks: signatures, ciphers, XML, JSON, sizes, floods."""

import base64
import secrets
import time
from datetime import timedelta

import orjson

from app.base.clock import utc_now
from bench.redteam.attack import Answer, attack, status
from bench.redteam.world import CALLS, TELEGRAM_SECRET, World
from hotline.signatures import sign

HOOK = "x-telegram-bot-api-secret-token"
EVENT = {"event_id": "e1", "type": "accepted", "hotline_ref": "none", "at": "2026-11-23T10:00:00+08:00"}


@attack("wechat: forged signature")
async def forged(world: World) -> Answer:
    query, body = world.push()
    return status((await world.wechat(query | {"signature": "0" * 40}, body)).status_code, 403)


@attack("wechat: replayed push")
async def replayed(world: World) -> Answer:
    query, body = world.push()
    before = await world.count("inbox")
    first, second = await world.wechat(query, body), await world.wechat(query, body)
    turns = await world.count("inbox") - before
    held = turns == 1 and first.status_code == second.status_code == 200
    return Answer(held, f"two answers, {turns} turn")


@attack("wechat: captured signature under another body")
async def swapped(world: World) -> Answer:
    query, _ = world.push()
    _, other = world.push(Content="删除")
    return status((await world.wechat(query, other)).status_code, 403)


@attack("wechat: downgrade to a plain body")
async def downgraded(world: World) -> Answer:
    query, _ = world.push()
    plain = "<xml><FromUserName>oX</FromUserName><MsgType>text</MsgType><Content>hi</Content></xml>"
    query = {name: query[name] for name in ("signature", "timestamp", "nonce")}
    return status((await world.wechat(query, plain.encode())).status_code, 403)


@attack("wechat: downgrade by encrypt_type=raw")
async def raw(world: World) -> Answer:
    query, body = world.push()
    return status((await world.wechat(query | {"encrypt_type": "raw"}, body)).status_code, 403)


@attack("wechat: cipher garbage under a right signature")
async def garbage(world: World) -> Answer:
    stamp, nonce = str(int(time.time())), "n"
    cipher = base64.b64encode(secrets.token_bytes(64)).decode()
    query = {"signature": world.seal.sign(stamp, nonce), "timestamp": stamp, "nonce": nonce}
    query |= {"encrypt_type": "aes", "msg_signature": world.seal.sign(stamp, nonce, cipher)}
    body = f"<xml><ToUserName>gh</ToUserName><Encrypt>{cipher}</Encrypt></xml>".encode()
    return status((await world.wechat(query, body)).status_code, 400, 403)


@attack("wechat: XML of a million elements")
async def elements(world: World) -> Answer:
    query, _ = world.push()
    return status((await world.wechat(query, b"<xml>" + b"<a/>" * 1_000_000 + b"</xml>")).status_code, 413)


@attack("wechat: billion laughs")
async def laughs(world: World) -> Answer:
    query, _ = world.push()
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    answer = await world.wechat(query, bomb + b"]><xml><Encrypt>&j;</Encrypt></xml>")
    return status(answer.status_code, 400, 403)


@attack("wechat: external entity")
async def entity(world: World) -> Answer:
    query, _ = world.push()
    body = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>'
    answer = await world.wechat(query, body)
    return Answer(
        answer.status_code in (400, 403) and b"root:" not in answer.content, f"HTTP {answer.status_code}"
    )


@attack("wechat: signs that turn the line around")
async def control(world: World) -> Answer:
    heard = await world.says("a\u202e\u2066\u200b路灯" * 50)
    return Answer(bool(heard) and "\u202e" not in heard, "answered, nothing turned around")


@attack("telegram: no secret")
async def no_secret(world: World) -> Answer:
    return status((await world.http.post("/webhooks/telegram", json={})).status_code, 401)


@attack("telegram: wrong secret")
async def wrong_secret(world: World) -> Answer:
    answer = await world.http.post("/webhooks/telegram", json={}, headers={HOOK: TELEGRAM_SECRET[:-1]})
    return status(answer.status_code, 401)


@attack("telegram: JSON a hundred thousand deep")
async def deep(world: World) -> Answer:
    body = b'{"update_id":1,"message":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    answer = await world.http.post("/webhooks/telegram", content=body, headers={HOOK: TELEGRAM_SECRET})
    return status(answer.status_code, 200, 400, 413)


@attack("telegram: oversize")
async def oversize(world: World) -> Answer:
    headers = {HOOK: TELEGRAM_SECRET}
    answer = await world.http.post("/webhooks/telegram", content=b"x" * 5_000_000, headers=headers)
    return status(answer.status_code, 413)


@attack("callback: forged signature")
async def callback_forged(world: World) -> Answer:
    body = orjson.dumps(EVENT)
    headers = sign("not the secret that was agreed", "m1", utc_now(), body)
    return status(
        (await world.http.post("/webhooks/hotline", content=body, headers=headers)).status_code, 401
    )


@attack("callback: captured ten minutes ago")
async def callback_stale(world: World) -> Answer:
    body = orjson.dumps(EVENT)
    headers = sign(CALLS, "m2", utc_now() - timedelta(minutes=10), body)
    return status(
        (await world.http.post("/webhooks/hotline", content=body, headers=headers)).status_code, 401
    )


@attack("callback: JSON a hundred thousand deep")
async def callback_deep(world: World) -> Answer:
    return status(
        (await world.call("/webhooks/hotline", b"[" * 50_000 + b"]" * 50_000)).status_code, 400, 413
    )


@attack("callback: a captured call turned on another ticket")
async def turned(world: World) -> Answer:
    one, other = await world.file_at_desk(), await world.file_at_desk()
    body = orjson.dumps(
        {"event_id": secrets.token_hex(4), "type": "withdraw", "at": utc_now().isoformat(), "text": "不办了"}
    )
    headers = sign(CALLS, secrets.token_hex(4), utc_now(), body)
    path = "/desk/api/v1/tickets/{}/events"
    first = await world.http.post(path.format(one), content=body, headers=headers)
    again = await world.http.post(path.format(other), content=body, headers=headers)
    return Answer(first.status_code == 200 and again.status_code >= 400, f"HTTP {again.status_code}")


@attack("flood: one citizen writes without end")
async def flood(world: World) -> Answer:
    heard = [await world.says("在吗", "oFlood") for _ in range(45)]
    danger = await world.says("着火了快来人", "oFlood")
    return Answer("请过一分钟再发一次" in heard[-1] and "119" in danger, "told to wait; danger still heard")
