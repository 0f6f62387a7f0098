"""The page's own files: safe headers, words in both languages, nothing from outside."""

import re
import tomllib
from pathlib import Path

import httpx
import pytest

import playground
from playground.wechat import server

PLAYGROUND = Path(playground.__file__).parent
SCRIPTS = sorted((PLAYGROUND / "static").glob("*.js"))
CHINESE = re.compile(r"[\u3400-\u9fff]")


def words(language: str) -> dict:
    return tomllib.loads((PLAYGROUND / "phrases" / f"{language}.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", ["../page.py", "..%2fpage.py", "%2e%2e/phrases/zh.toml", "none.js"])
async def test_only_the_page_files_are_served(page: httpx.AsyncClient, name: str) -> None:
    assert (await page.get(f"/playground/static/{name}")).status_code == 404


@pytest.mark.parametrize("path", ["", "/static/main.js", "/static/words.zh.json", "/static/none"])
async def test_every_answer_carries_the_safety_headers(page: httpx.AsyncClient, path: str) -> None:
    headers = (await page.get(f"/playground{path}")).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


async def test_a_file_the_browser_has_is_not_sent_again(page: httpx.AsyncClient) -> None:
    first = await page.get("/playground/static/page.css")
    assert first.headers["cache-control"] == "no-cache"
    again = await page.get("/playground/static/page.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_page_needs_nothing_inline_and_nothing_from_elsewhere(page: httpx.AsyncClient) -> None:
    html = (await page.get("/playground")).text
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", html)
    for path in sorted((PLAYGROUND / "static").iterdir()):
        urls = re.findall(r"https?://[^\s\"')]+", path.read_text("utf-8"))
        assert set(urls) <= {"http://www.w3.org/2000/svg"}, path.name


async def test_the_scene_names_the_account_and_its_places(page: httpx.AsyncClient) -> None:
    scene = (await page.get("/playground/static/scene.json")).json()
    assert scene["account"] == "嘉峪关12345热线"
    assert scene["places"][0]["name"] == "雄关街道"


def test_both_languages_say_the_same_things() -> None:
    zh, en = words("zh"), words("en")
    assert zh.keys() == en.keys()
    assert zh["notices"].keys() == en["notices"].keys()


def test_every_word_the_page_asks_for_is_there() -> None:
    html = (PLAYGROUND / "static" / "index.html").read_text("utf-8")
    asked = set(re.findall(r'data-word(?:-\w+)?="(\w+)"', html))
    for script in SCRIPTS:
        asked |= set(re.findall(r'word\("(\w+)"\)', script.read_text("utf-8")))
    assert asked - words("zh").keys() == set()
    assert len(asked) > 40


def test_every_grey_line_of_the_apps_has_its_words() -> None:
    assert server.FAULT in words("zh")["notices"]


@pytest.mark.parametrize(
    "path",
    [*SCRIPTS, *(PLAYGROUND / f"{name}.py" for name in ("page", "page_api", "access"))],
    ids=lambda path: path.name,
)
def test_no_chinese_stands_in_code(path: Path) -> None:
    assert not CHINESE.search(path.read_text("utf-8"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_never_write_markup(path: Path) -> None:
    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    assert not re.search(banned, path.read_text("utf-8"))
