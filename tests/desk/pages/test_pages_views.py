"""Views people keep of the list: their own, with filters in them and nothing else."""

from typing import Any

from desk.search import saved_views


async def test_a_filter_is_kept_under_a_name_and_found_again(wang: Any, li: Any, hotline_ref: str) -> None:
    kept = await wang.press("/desk/views", title="督办的", query="state=open&supervised=1&evil=1&unit=nobody")
    assert kept.headers["location"] == "/desk?state=open&supervised=1"
    page = await wang.look("/desk")
    assert '<a href="/desk?state=open&supervised=1">督办的</a>' in page
    there = await wang.look("/desk?state=open&supervised=1")
    assert '<a href="/desk?state=open&supervised=1" aria-current="true">督办的</a>' in there
    assert "督办的" not in await li.look("/desk")


async def test_the_same_name_is_the_same_view(wang: Any) -> None:
    await wang.press("/desk/views", title="今天", query="state=submitted")
    await wang.press("/desk/views", title="今天", query="state=accepted&light=red")
    page = await wang.look("/desk")
    assert page.count(">今天</a>") == 1
    assert 'href="/desk?state=accepted&light=red"' in page


async def test_nobody_forgets_anothers_view(wang: Any, li: Any) -> None:
    await wang.press("/desk/views", title="今天", query="state=submitted")
    await li.press("/desk/views/1/drop")
    assert ">今天</a>" in await wang.look("/desk")
    await wang.press("/desk/views/1/drop")
    assert ">今天</a>" not in await wang.look("/desk")


async def test_what_is_no_view_is_refused_or_becomes_a_plain_one(wang: Any) -> None:
    assert (await wang.press("/desk/views", title="  ", query="state=open")).status_code == 409
    assert (await wang.press("/desk/views", title="a\x07b", query="state=open")).status_code == 409
    for query in ("//evil.example", "state=nonsense", "&&&", "%ff", "a=1&" * 50, "", "x" * 9000):
        answer = await wang.press("/desk/views", title="<b>", query=query)
        assert answer.headers["location"] == "/desk?state=open"
    assert "<b>" not in (await wang.http.get("/desk")).text


async def test_there_is_an_end_to_how_many_somebody_keeps(wang: Any) -> None:
    for n in range(saved_views.MOST):
        assert (await wang.press("/desk/views", title=f"v{n}", query="state=open")).status_code == 303
    assert (await wang.press("/desk/views", title="one more", query="state=open")).status_code == 409
    assert (await wang.press("/desk/views", title="v0", query="state=ended")).status_code == 303
