"""The published OpenAPI documents are the code's own, and the code answers what they say."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from fastapi import FastAPI

from hotline import examples
from hotline.contract import Callback, HotlineEvent, TicketDocument
from hotline.openapi import Direction, document
from webhooks.hotline import hotline_router

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("direction", get_args(Direction))
def test_the_published_document_is_what_the_code_says(direction: Direction) -> None:
    """`jiesu hotline openapi DIRECTION > docs/openapi/DIRECTION.json` renews it."""
    published = json.loads((DOCS / "openapi" / f"{direction}.json").read_text("utf-8"))
    assert published == document(direction)


@pytest.mark.parametrize("direction", get_args(Direction))
def test_every_reference_leads_somewhere(direction: Direction) -> None:
    made = document(direction)
    names = {one.rpartition("/")[2] for one in _references(made)}
    assert names <= made["components"]["schemas"].keys()


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [
            *([part["$ref"]] if "$ref" in part else []),
            *(r for v in part.values() for r in _references(v)),
        ]
    return [r for one in part for r in _references(one)] if isinstance(part, list) else []


def test_the_callbacks_path_is_the_one_we_serve() -> None:
    app = FastAPI()
    app.include_router(hotline_router(None, "s", None))  # type: ignore[arg-type]
    assert _served(app, "") == {(path, method) for path, method in _promised("callbacks")}


def test_every_call_of_ours_stands_in_the_backends_document() -> None:
    """The embedded desk is a backend like any other: its paths are the document's, no more, no less."""
    from desk.api import rest  # noqa: PLC0415

    app = FastAPI()
    app.include_router(rest.router(None, None, "s", None, None))  # type: ignore[arg-type]
    assert _served(app, rest.PREFIX) == _promised("backend")


def _promised(direction: Direction) -> set[tuple[str, str]]:
    return {(path, method) for path, calls in document(direction)["paths"].items() for method in calls}


def _served(app: FastAPI, prefix: str) -> set[tuple[str, str]]:
    paths = app.openapi()["paths"]
    return {(path.removeprefix(prefix), method) for path, calls in paths.items() for method in calls}


def test_the_examples_are_our_documents() -> None:
    TicketDocument.model_validate(examples.ticket())
    for event in (*examples.events().values(), *examples.general_events().values()):
        HotlineEvent.model_validate(event)
    for callback in examples.callbacks().values():
        Callback.model_validate(callback)
