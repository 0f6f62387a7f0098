"""One complaint, from the citizen's first word to the survey's answer, over every wire there is."""

import io
from typing import Any

import pytest
from PIL import Image

from desk.workflow.states import State

FIRST_WORDS = "我家楼下烧烤店油烟太大，在新华路15号院，我姓王，电话13912345678"

pytestmark = pytest.mark.timeout(300)  # a whole town, on a machine that may be busy


async def files_a_complaint(citizen: Any) -> None:
    await citizen.says(FIRST_WORDS)
    await citizen.agrees()
    await citizen.hears("请核对")
    await citizen.taps("提交")
    await citizen.hears("您的诉求已登记")


async def is_handled(town: Any, answer: str) -> None:
    """The unit's part, from its signature to the review."""
    await town.act("contact")
    await town.act("answer", public_text=answer, internal_text="已上门")
    await town.act("complete")


async def test_a_complaint_is_filed_handled_rated_reworked_and_closed(town: Any, citizen: Any) -> None:
    await files_a_complaint(citizen)

    await town.ticket(State.SUBMITTED)
    await town.act("accept")
    await citizen.hears("已受理")
    await town.act("dispatch", lead_unit="urban_management", co_units=("ecology",))
    heard = await citizen.hears("已转至【")
    assert "配合单位" in heard.text
    assert "办理期限" in heard.text
    await town.act("sign")
    await citizen.hears("已接收您的诉求")
    await is_handled(town, "已责令安装油烟净化器。")
    await citizen.hears("已责令安装油烟净化器")

    await citizen.hears("联系过您吗")
    await citizen.taps("联系过")
    await citizen.hears("解决了吗")
    await citizen.taps("未解决")
    await citizen.hears("满意吗")
    await citizen.taps("不满意")
    await citizen.hears("什么原因")
    await citizen.taps("没有解决")
    await citizen.hears("需要重新办理吗")
    await citizen.taps("需要")
    await citizen.hears("我们会要求重新办理")

    again = await town.ticket(State.REWORK)
    assert again.life.round == 2
    await citizen.hears("重新办理")
    await is_handled(town, "净化器已装好，请您验收。")
    await citizen.hears("净化器已装好")

    await citizen.hears("联系过您吗")
    await citizen.says("联系过")
    await citizen.hears("解决了吗")
    await citizen.says("1")
    await citizen.hears("满意吗")
    await citizen.says("满意")
    await citizen.hears("谢谢您的评价")
    await town.ticket(State.CLOSED)


async def test_pushes_carry_no_name_phone_or_place(town: Any, citizen: Any) -> None:
    await files_a_complaint(citizen)
    before = len(citizen.chat())
    await town.ticket(State.SUBMITTED)
    await town.act("accept")
    await town.act("dispatch", lead_unit="urban_management")
    await town.act("sign")
    await is_handled(town, "已处理。")
    await citizen.hears("联系过您吗")
    pushed = "\n".join(citizen.chat()[before:])
    for secret in ("王", "13912345678", "新华路"):
        assert secret not in pushed


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (4, 3), (200, 30, 30, 255)).save(out, "PNG")
    return out.getvalue()


def points(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture)) as opened:
        return opened.convert("RGBA").tobytes()


async def test_a_photo_reaches_the_desk(town: Any, citizen: Any) -> None:
    await citizen.says("新华路15号院门口井盖坏了，我姓王，电话13912345678")
    await citizen.agrees()
    await citizen.hears("请核对")
    taken = a_picture()
    await citizen.sends_photo(taken)
    await citizen.hears("照片：1个")
    await citizen.taps("提交")
    await citizen.hears("您的诉求已登记")
    ticket = await town.ticket()
    (photo,) = ticket.document.attachments
    assert photo.media_type == "image/png"
    shown = await town.get(photo.url)
    assert photo.size == len(shown)
    assert points(shown) == points(taken)  # encoded anew, the same picture


async def test_a_program_is_told_of_and_a_photos_place_is_offered_and_leaves_it(
    town: Any, citizen: Any
) -> None:
    await citizen.says("院门口井盖坏了，我姓王，电话13912345678")
    await citizen.agrees()
    await citizen.hears("在哪里")
    await citizen.sends_photo(b"PK\x03\x04" + bytes(200))
    await citizen.hears("没有收")
    await citizen.sends_photo(with_place())
    await citizen.hears("拍摄位置")
    await citizen.taps("用这个位置")
    await citizen.hears("请核对")
    await citizen.taps("提交")
    await citizen.hears("您的诉求已登记")
    ticket = await town.ticket()
    (photo,) = ticket.document.attachments
    assert round(ticket.document.place.lat, 3) == 39.775
    assert b"Exif" not in await town.get(photo.url)


def with_place() -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 46.0, 30.0), 3: "E", 4: (98.0, 16.0, 12.0)})
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    return out.getvalue()
