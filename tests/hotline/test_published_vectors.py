"""The vectors in the docs are what our code signs, and refuses."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline.signatures import BadSignature, read_secrets, sign, verify

DOCS = Path(__file__).parents[2] / "docs"
VECTORS: list[dict[str, Any]] = json.loads((DOCS / "signature-vectors.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_published_vector_is_taken_or_refused_as_it_says(vector: dict[str, Any]) -> None:
    now = datetime.fromtimestamp(vector["now"], tz=UTC)
    taken = (vector["secret"], vector["headers"], vector["body"].encode(), now)
    if vector["valid"]:
        assert verify(*taken) == vector["headers"]["webhook-id"]
    else:
        with pytest.raises(BadSignature):
            verify(*taken)


@pytest.mark.parametrize("vector", VECTORS[:5], ids=lambda vector: vector["name"])
def test_we_sign_as_published_and_the_page_shows_it(vector: dict[str, Any]) -> None:
    headers = vector["headers"]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=UTC)
    assert sign(vector["secret"], headers["webhook-id"], at, vector["body"].encode()) == headers
    assert len(headers["webhook-signature"].split()) == len(read_secrets(vector["secret"]))
    page = (DOCS / "integrators.md").read_text("utf-8")
    assert headers["webhook-signature"] in page
    assert vector["secret"] in page
