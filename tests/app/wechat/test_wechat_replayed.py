"""A push caught on the line, sent again when nothing remembers it any more."""

from typing import Any

from sqlalchemy import func, select

from storage.db.tables import inbox, tickets


async def count(office: Any, table: Any) -> int:
    async with office.database.read() as tx:
        return int((await tx.execute(select(func.count()).select_from(table))).scalar_one())


async def test_a_captured_confirmation_files_nothing_when_the_inbox_is_purged(office: Any) -> None:
    citizen = await office.citizen()
    caught: list[Any] = []
    send = office.http.post

    async def tapped(url: str, **request: Any) -> Any:
        caught.append((url, request))
        return await send(url, **request)

    office.http.post = tapped
    await citizen.files_a_complaint()
    office.http.post = send
    filed = await count(office, tickets)
    pushes = [(url, request) for url, request in caught if url.endswith("/webhooks/wechat")]
    assert len(pushes) == 3

    for url, request in pushes:  # at once: WeChat's own repeats
        assert (await send(url, **request)).status_code == 200
    await office.rest()
    assert await count(office, tickets) == filed

    office.clock.on(hours=office.city.retention.inbox_hours + 1)
    await office.tidying.once()
    assert await count(office, inbox) == 0
    for url, request in pushes:
        assert (await send(url, **request)).status_code == 403
    await office.rest()
    assert await count(office, tickets) == filed
    assert await count(office, inbox) == 0
