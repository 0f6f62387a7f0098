"""What the logs say: which things happened, never who they happened to."""

import io
import json
import logging
from typing import Any

import pytest
import structlog

from app.base.logs import set_up
from intake.model.messages import Event
from intake.model.ports import Rejected
from intake.model.status import StatusUpdate

SAID = ("王", "13912345678", "新华路", "井盖", "oZhangSan", "提交", "同意")


@pytest.fixture
def written() -> io.StringIO:
    """Everything logged in a test."""
    out = io.StringIO()
    set_up(out)
    for name in ("uvicorn", "uvicorn.error"):  # another test's server may have quieted them
        logging.getLogger(name).setLevel(logging.NOTSET)
        logging.getLogger(name).propagate = True
    return out


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


async def test_a_whole_story_leaves_no_word_of_the_citizens_in_the_logs(
    shell: Any, citizen: Any, update: Any, written: io.StringIO
) -> None:
    reference = await citizen.files_a_ticket()
    await citizen.sends_photo("media-id-of-a-photo")
    await citizen.says("催办")
    shell.backend.faults = [Rejected("422")]
    await shell.drain()
    await shell.apply(update("completed", reference, public_text="王女士的井盖已修好"))
    await shell.apply(update("survey_requested", reference))
    await shell.drain()
    await citizen.says("人工")
    await shell.service.put_aside(citizen.address.channel, "id", "王 13912345678".encode(), "unreadable")
    await citizen.says(event=Event.LEFT)
    said = written.getvalue()
    assert {line["event"] for line in lines(written)} >= {"turn", "buried", "callback", "put aside"}
    assert not [word for word in (*SAID, "media-id", "王女士") if word in said]
    assert citizen.address.user not in said


async def test_a_trace_leads_from_the_message_to_the_ticket_and_its_deliveries(
    shell: Any, citizen: Any, written: io.StringIO
) -> None:
    reference = await citizen.files_a_ticket()
    await shell.drain()
    found = lines(written)
    (filed,) = [line for line in found if line.get("ticket") == reference]
    (delivered,) = [line for line in found if line["event"] == "delivered" and line["kind"] == "submit"]
    assert filed["trace"] == delivered["trace"]
    assert len({line["trace"] for line in found if line["event"] == "turn"}) == 3


async def test_a_callback_has_a_trace_that_its_push_keeps(
    shell: Any, citizen: Any, update: Any, written: io.StringIO
) -> None:
    reference = await citizen.files_a_ticket()
    await shell.apply(update("accepted", reference))
    await shell.drain()
    (called,) = [line for line in lines(written) if line["event"] == "callback"]
    (pushed,) = [line for line in lines(written) if line["event"] == "delivered" and line["kind"] == "reply"]
    assert called["trace"] == pushed["trace"]


async def test_an_unknown_type_of_event_is_not_written_out(
    shell: Any, citizen: Any, update: Any, written: io.StringIO
) -> None:
    event: StatusUpdate = update("13912345678", await citizen.files_a_ticket())
    await shell.apply(event)
    assert "13912345678" not in written.getvalue()


def test_an_exception_is_written_by_kind_and_place(written: io.StringIO) -> None:
    try:
        int("tel 13912345678")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in 13912345678")
        structlog.get_logger().exception("broke")
    library, ours = lines(written)
    assert "13912345678" not in written.getvalue()
    assert library["event"].startswith("fault in uvicorn.error: ValueError at app/test_logs.py:")
    assert ours["fault"].startswith("ValueError at app/test_logs.py:")


def test_a_client_does_not_write_addresses_for_they_hold_tokens(written: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api/bot1234:token/sendMessage")
    logging.getLogger("httpcore").debug("bot1234:token")
    assert written.getvalue() == ""


def test_setting_up_twice_writes_once(written: io.StringIO) -> None:
    set_up(written)
    logging.getLogger("any").warning("once")
    assert len(lines(written)) == 1


def test_what_still_slips_into_a_log_is_masked(written: io.StringIO) -> None:
    structlog.get_logger().warning("refused", reason="13912345678 说不行", ticket="WX260426093015004")
    logging.getLogger("a.library").warning("bad number %s", "11010519491231002X")
    said = written.getvalue()
    assert "13912345678" not in said
    assert "11010519491231002X" not in said
    assert "WX260426093015004" in said
