"""A list nobody could look at must not look like a clean one."""

import pytest

from bench.audit import NOT_ASKED, verdict


@pytest.mark.parametrize(
    ("status", "said", "wanted"),
    [
        (0, "No known vulnerabilities found", 0),
        (1, "Found 1 known vulnerability in 1 package", 1),
        (
            0,
            "No known vulnerabilities found\njinja2 could not be audited",
            NOT_ASKED,
        ),
        (1, "requests.exceptions.ConnectionError: refused", NOT_ASKED),
    ],
)
def test_what_the_audit_says(status: int, said: str, wanted: int) -> None:
    assert verdict(status, said) == wanted
