"""A large model reads along: slow, broken, refusing or inventing, it never costs a turn or adds a word."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from app.base.settings import BadSettings, Enclosed, LlmReaderSettings, check
from app.turns.llm_reader import TRIES, LlmEndpoint, LlmReader

STORY = "那个转角的老张家面馆夜里一直吵，上礼拜起就没消停过，我叫王芳，电话13912345678，盼着早点安静"


def _said(content: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": content}}]}


class Model:
    """An OpenAI-compatible server: what it was asked, and what it answers."""

    def __init__(
        self, answer: Any = None, *, status: int = 200, body: bytes | None = None, gate: Any = None
    ) -> None:
        slots = {"subject": "老张家面馆", "wish": "早点安静"} if answer is None else answer
        self.body = (
            json.dumps(_said(json.dumps(slots, ensure_ascii=False))).encode() if body is None else body
        )
        self.status, self.gate = status, gate
        self.asked: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.asked.append(request)
        if self.gate:
            await self.gate.wait()
        return httpx.Response(self.status, content=self.body)

    @property
    def texts(self) -> str:
        return b"\n".join(request.content for request in self.asked).decode()


def reads_along(shell: Any, model: Model, *, budget: float = 60.0, personal: bool = False) -> LlmReader:
    http = httpx.AsyncClient(transport=httpx.MockTransport(model))
    endpoint = LlmEndpoint("http://model.test/v1/", "k3y", "small", personal=personal)
    reader = LlmReader(endpoint, http, shell.database, shell.city, shell.clock, budget)
    shell.service._hear = reader.heard
    return reader


async def tells(citizen: Any, story: str = STORY) -> str:
    """The story, the consent, and what is answered."""
    await citizen.says(story)
    return "\n".join(reply.text for reply in await citizen.says("同意"))


async def test_what_it_read_is_shown_for_checking_and_filed(shell: Any, citizen: Any) -> None:
    model = Model()
    reads_along(shell, model)
    assert "老张家面馆" in await tells(citizen, f"{STORY}，五一路幸福小区")
    (request,) = model.asked  # not before the consent
    assert request.url == "http://model.test/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer k3y"
    question = json.loads(request.content)
    assert question["model"] == "small"
    schema = question["response_format"]["json_schema"]
    assert schema["strict"] is True
    assert "subject" in schema["schema"]["properties"]


async def test_who_the_citizen_is_does_not_leave_unless_the_operator_allows_it(
    shell: Any, citizen: Any
) -> None:
    masked, whole = Model(), Model()
    reads_along(shell, masked)
    await tells(citizen)
    assert "老张家面馆" in masked.texts
    for secret in ("13912345678", "王芳"):
        assert secret not in masked.texts
    reads_along(shell, whole, personal=True)
    await tells(shell.citizen("somebody else"))
    assert "13912345678" in whole.texts


BROKEN = (
    Model(status=500),
    Model(status=401),
    Model(status=302),
    Model(body=b""),
    Model(body=b"<html>"),
    Model(body=b"[]"),
    Model(body=b"{}"),
    Model(body=b'{"choices": []}'),
    Model(body=b'{"choices": [{"message": {"content": null, "refusal": "no"}}]}'),
    Model(body=json.dumps(_said('{"subject": "老张家面')).encode()),
    Model(body=json.dumps(_said("对不起，我不能")).encode()),
    Model(body=json.dumps(_said("[" * 100_000)).encode()),
    Model(body=json.dumps(_said("[" * 30_000)).encode()),
    Model(body=b'{"choices": ' + b" " * 70_000 + b"[]}"),
    Model([1, 2]),
)
INVENTING = (
    Model({"subject": ["老张家面馆"], "wish": 3}),
    Model({"subject": None, "wish": None}),
    Model({"subject": "李记面馆", "place": "和平里5号", "wish": "赔偿一万元", "phone": "110"}),
    Model({"subject": "＊＊"}),
)


async def test_a_broken_answer_is_none(shell: Any) -> None:
    for model in BROKEN:
        assert await reads_along(shell, model).second(STORY) is None


async def test_what_it_invents_changes_nothing(shell: Any) -> None:
    alone = await tells(shell.citizen("alone"))
    for number, model in enumerate(INVENTING):
        reads_along(shell, model)
        assert await tells(shell.citizen(f"citizen {number}")) == alone
        assert model.asked


async def test_a_slow_model_is_not_waited_for_beyond_its_budget(shell: Any, citizen: Any) -> None:
    alone = await tells(shell.citizen("alone"))
    reads_along(shell, Model(gate=asyncio.Event()), budget=0.05)
    assert await tells(citizen) == alone


async def test_after_several_failures_it_is_left_alone(shell: Any) -> None:
    model = Model(status=500)
    reads_along(shell, model)
    for number in range(TRIES + 2):
        await tells(shell.citizen(f"citizen {number}"))
    assert len(model.asked) == TRIES


async def test_no_transaction_is_open_while_it_reads(shell: Any, citizen: Any) -> None:
    """Another citizen's turn goes through meanwhile, on SQLite too, where there is one writer."""
    gate = asyncio.Event()
    model = Model(gate=gate)
    await citizen.says(STORY)
    reads_along(shell, model)
    reading = asyncio.create_task(shell.service.receive(citizen.message("同意")))
    while not model.asked:
        await asyncio.sleep(0.01)
    assert await shell.citizen("somebody else").says("路灯坏了")
    gate.set()
    assert await reading


async def test_a_repeat_gets_the_stored_replies_whatever_the_model_says_now(shell: Any, citizen: Any) -> None:
    await citizen.says(STORY)
    reads_along(shell, Model())
    agreed = citizen.message("同意")
    first = await shell.service.receive(agreed)
    reads_along(shell, Model({"subject": "别的"}))
    assert await shell.service.receive(agreed) == first


def test_an_address_without_a_model_stops_the_start() -> None:
    with pytest.raises(BadSettings, match="JIESU_READER__MODEL is missing"):
        check(Enclosed(reader=LlmReaderSettings(url="http://model.test/v1")))
    with pytest.raises(BadSettings, match="JIESU_READER__URL must begin"):
        check(Enclosed(reader=LlmReaderSettings(url="model.test", model="small")))
