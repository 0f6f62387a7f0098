"""The desk as an Open311 server, for a city with a few services; pictures are kept in a dict."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from desk.app import Desk
from desk.open311.router import Rules, open311_router
from hotline.contract import AttachmentPart
from intake.city import Area, Category, CityProfile, ExtraQuestion
from intake.model.ports import Rejected

KEY = "a-writers-key"


@pytest.fixture
def city(city: CityProfile) -> CityProfile:
    extent = ExtraQuestion(
        key="extent",
        ask={"zh": "只有您一家这样吗？"},
        label={"zh": "影响范围"},
        choices={"zh": ("只有我家", "整栋楼")},
    )
    categories = {
        "01": Category("01", "供热", lead_unit="heating"),
        "0101": Category("0101", "暖气不热", ("暖气不热",), lead_unit="heating", questions=(extent,)),
        "02": Category("02", "市容", lead_unit="street"),
        "0201": Category("0201", "垃圾", ("垃圾",), lead_unit="street"),
        "99": Category("99", "其他"),
    }
    areas = {"620201": Area("620201", "新城", lat=39.77, lng=98.28)}
    return replace(city, categories=categories, fallback_category="99", areas=areas)


@pytest.fixture
def kept() -> dict[str, bytes]:
    return {}


@pytest.fixture
def app(desk: Desk, kept: dict[str, bytes]) -> FastAPI:
    async def keep(content: bytes) -> AttachmentPart:
        if b"eicar" in content:
            raise Rejected("found")
        sha256 = hashlib.sha256(content).hexdigest()
        kept[sha256] = content
        return AttachmentPart(kind="photo", sha256=sha256, media_type="image/png", size=len(content), url="")

    app = FastAPI()
    rules = Rules((KEY, "another"), "jiayuguan.cn")
    router = open311_router(desk, rules, keep=keep, media_url=lambda part: f"http://desk/{part.sha256[:8]}")
    app.include_router(router)
    app.include_router(desk.router())
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk/open311/v2") as http:
        yield http
