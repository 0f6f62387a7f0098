"""Only who knows the secret gets in, and nothing hostile gets out as anything but BadSignature."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.signatures import BadSecret, BadSignature, read_secrets, sign, verify

# The vector the specification and its reference libraries publish.
KEYS_IN_A_LIST = ("够长的八字口令乙".encode(), b"a key of twenty-four bytes")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
STAMP = datetime.fromtimestamp(1614265330, tz=UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"webhook-id": ID, "webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}


def test_signs_the_published_vector() -> None:
    assert sign(SECRET, ID, STAMP, BODY) == HEADERS


def test_accepts_the_published_vector_whatever_the_headers_case() -> None:
    assert verify(SECRET, HEADERS, BODY, STAMP) == ID
    assert verify(SECRET, {name.title(): value for name, value in HEADERS.items()}, BODY, STAMP) == ID


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": ""},
        {"webhook-id": "other"},
        {"webhook-id": "é"},
        {"webhook-id": "x" * 300},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": "-1614265330"},
        {"webhook-timestamp": "1614265330.5"},
        {"webhook-timestamp": "1" * 12},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,not base64!"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": SIGNATURE.replace("v1,", "v1a,")},
        {"webhook-signature": SIGNATURE.removeprefix("v1,")},
        {"webhook-signature": SIGNATURE.replace("g0hM", "g0hN")},
    ],
)
def test_refuses_every_other_header(change: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, HEADERS | change, BODY, STAMP)


@pytest.mark.parametrize("body", [b"", BODY + b" ", b"\xff\xfe", "{\u201d}".encode("utf-16")])
def test_refuses_every_other_body(body: bytes) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, HEADERS, body, STAMP)


@pytest.mark.parametrize("seconds", [-301, 301, 10**9])
def test_refuses_a_stale_or_early_message(seconds: int) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, HEADERS, BODY, STAMP + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_allows_five_minutes_either_way(seconds: int) -> None:
    assert verify(SECRET, HEADERS, BODY, STAMP + timedelta(seconds=seconds)) == ID


def test_finds_the_right_one_among_several_signatures() -> None:
    many = f"v1,AAAA v1a,BBBB nonsense {SIGNATURE}"
    assert verify(SECRET, HEADERS | {"webhook-signature": many}, BODY, STAMP) == ID


def test_a_key_rotates_without_a_gap() -> None:
    old, new = "the first secret of the two", "the second secret of the two"
    assert verify(f"{new}, {old}", sign(old, ID, STAMP, BODY), BODY, STAMP) == ID
    assert verify(old, sign(f"{new},{old}", ID, STAMP, BODY), BODY, STAMP) == ID
    with pytest.raises(BadSignature):
        verify(new, sign(old, ID, STAMP, BODY), BODY, STAMP)


def test_the_senders_time_zone_does_not_matter() -> None:
    there = STAMP.astimezone(timezone(timedelta(hours=8)))
    assert sign(SECRET, ID, there, BODY) == HEADERS


def test_a_secret_is_base64_after_its_prefix_and_plain_text_otherwise() -> None:
    raw = bytes(range(24))
    encoded = base64.b64encode(raw).decode()
    assert read_secrets(f"whsec_{encoded}") == (raw,)
    assert read_secrets(encoded) == (encoded.encode(),)
    assert read_secrets("够长的八字口令乙, a key of twenty-four bytes") == KEYS_IN_A_LIST


@pytest.mark.parametrize("pasted", ["v1,{}", "v1, {}", " v1 ,{}", "{}, v1,{}", "v1,{},v1,{}"])
def test_a_secret_pasted_with_its_version_is_that_secret_and_no_key_is_called_v1(pasted: str) -> None:
    assert set(read_secrets(pasted.format(SECRET, SECRET))) == set(read_secrets(SECRET))


@pytest.mark.parametrize(
    "setting",
    [
        *("", " , ", "a", "v1", "v1,whsec_", f"v1,{'k' * 30}", f"v1a,{SECRET}", f"{SECRET},short"),
        *("whsec_", "whsec_*not-base64*", "whsec_MfKQ9r8G", "whsk_" + "a" * 40, "不到二十四"),
    ],
)
def test_a_useless_secret_is_named_without_being_told(setting: str) -> None:
    with pytest.raises(BadSecret) as caught:
        sign(setting, ID, STAMP, BODY)
    assert "*not-base64*" not in str(caught.value)


@given(st.dictionaries(st.sampled_from([*HEADERS, "Webhook-Id"]), st.text()), st.binary())
def test_nothing_hostile_raises_anything_else(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, headers, body, STAMP)
