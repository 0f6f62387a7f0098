"""`python -m bench.load.anchors fastapi|aiogram PORT REDIS_URL LOOP`: what a turn is measured beside."""

import asyncio
import gc
import sys
from typing import Any

import uvloop

from bench.load.keys import TELEGRAM_SECRET, TELEGRAM_TOKEN


async def fastapi(port: int, _: str) -> None:
    """One path that reads JSON and answers JSON."""
    import uvicorn  # noqa: PLC0415
    from fastapi import FastAPI, Request  # noqa: PLC0415

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/webhooks/telegram")
    async def receive(request: Request) -> dict[str, Any]:
        update = await request.json()
        return {"method": "sendMessage", "chat_id": update["message"]["chat"]["id"], "text": "ok"}

    _settle()
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, server_header=False)
    await uvicorn.Server(config).serve()


def _settle() -> None:
    """What was imported lives for ever: for the anchors too the collector need not look at it."""
    gc.collect()
    gc.freeze()
    gc.enable()


async def aiogram(port: int, redis_url: str) -> None:
    """Where, what, and yes: three questions, the state on Redis, one message of a user at a time."""
    from aiogram import Bot, Dispatcher, F  # noqa: PLC0415
    from aiogram.filters import StateFilter  # noqa: PLC0415
    from aiogram.fsm.context import FSMContext  # noqa: PLC0415
    from aiogram.fsm.state import State, StatesGroup  # noqa: PLC0415
    from aiogram.fsm.storage.redis import RedisStorage  # noqa: PLC0415
    from aiogram.types import Message  # noqa: PLC0415
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler  # noqa: PLC0415
    from aiohttp import web  # noqa: PLC0415

    class Form(StatesGroup):
        where = State()
        what = State()
        sure = State()

    storage = RedisStorage.from_url(redis_url)
    dispatcher = Dispatcher(storage=storage, events_isolation=storage.create_isolation())

    @dispatcher.message(StateFilter(None))
    async def begin(message: Message, state: FSMContext) -> Any:
        await state.set_state(Form.where)
        return message.answer("Where is it?")

    @dispatcher.message(Form.where, F.text)
    async def where(message: Message, state: FSMContext) -> Any:
        await state.update_data(where=message.text)
        await state.set_state(Form.what)
        return message.answer("What is it?")

    @dispatcher.message(Form.what, F.text)
    async def what(message: Message, state: FSMContext) -> Any:
        await state.update_data(what=message.text)
        await state.set_state(Form.sure)
        return message.answer("Sure?")

    @dispatcher.message(Form.sure, F.text)
    async def sure(message: Message, state: FSMContext) -> Any:
        said = await state.get_data()
        await state.clear()
        return message.answer(f"{said['where']}: {said['what']}")

    app = web.Application()
    handler = SimpleRequestHandler(
        dispatcher, Bot(TELEGRAM_TOKEN), handle_in_background=False, secret_token=TELEGRAM_SECRET
    )
    handler.register(app, path="/webhooks/telegram")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    _settle()
    await asyncio.Event().wait()


if __name__ == "__main__":
    gc.disable()  # while importing: there it costs seconds and finds nothing
    kind, port, redis_url, loop = sys.argv[1:]
    serving = {"fastapi": fastapi, "aiogram": aiogram}[kind](int(port), redis_url)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if loop == "uvloop" else None) as runner:
        runner.run(serving)
