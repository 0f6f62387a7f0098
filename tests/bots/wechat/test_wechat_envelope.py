"""Signatures and encryption, against the platform's side, which was written independently."""

import base64
import struct
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bots.wechat.codec import UnreadablePush, outer
from bots.wechat.incoming.verification import (
    Mode,
    PushCredentials,
    PushRefused,
    Query,
    StalePush,
    echo,
    open_push,
    seal,
    signature,
    verify,
)
from playground.wechat.cipher import Seal

APPID, TOKEN, KEY = "wx49f0ab532d5d035a", "AAAAA", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
NOW = datetime(2024, 4, 25, 9, 15, tzinfo=UTC)
SAFE = PushCredentials(APPID, TOKEN, KEY, Mode.SAFE)
PLATFORM = Seal(APPID, TOKEN, KEY)


def query(
    timestamp: str = "1714036504", nonce: str = "1514711492", encrypted: str = "", **more: str
) -> Query:
    named = {"signature": PLATFORM.sign(timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    if encrypted:
        named |= {"encrypt_type": "aes", "msg_signature": PLATFORM.sign(timestamp, nonce, encrypted)}
    return Query(**(named | more))


def sealed(encrypted: str) -> bytes:
    return f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def encrypted_raw(packed: bytes) -> str:
    """Bytes of our own making, encrypted with the account's key."""
    key = base64.b64decode(KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(packed) + encryptor.finalize()).decode()


@pytest.mark.parametrize(
    "given", ["", "0" * 40, "签名", "\udcff", "F464B24FC39322E44B38AA78F5EDD27BD1441696"]
)
def test_a_wrong_signature_is_refused_and_never_raises_anything_else(given: str) -> None:
    with pytest.raises(PushRefused):
        verify(SAFE, query(signature=given), NOW)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("seconds", [-5 * 365 * 86400, -3600, -301, 301, 3600])
def test_an_old_signature_and_one_ahead_of_its_time_are_stale_in_every_mode(mode: Mode, seconds: int) -> None:
    asked = query(str(int(NOW.timestamp()) + seconds), echostr="1")
    account = PushCredentials(APPID, TOKEN, KEY, mode)
    with pytest.raises(StalePush) as refused:
        verify(account, asked, NOW)
    assert refused.value.seconds == seconds
    with pytest.raises(StalePush):
        echo(account, asked, NOW)


@pytest.mark.parametrize("seconds", [-300, -15, 0, 300])
def test_a_slow_network_and_a_clock_that_is_somewhat_off_do_no_harm(seconds: int) -> None:
    verify(SAFE, query(str(int(NOW.timestamp()) + seconds)), NOW)


@pytest.mark.parametrize(
    "stamp", ["", "-1714036504", "1714036504.0", "١٧١٤٠٣٦٥٠٤", "1714036504 ", "9" * 5000, "\udcff"]
)
def test_a_time_that_is_none_is_refused_however_it_is_signed(stamp: str) -> None:
    signed = signature(TOKEN, stamp, "1514711492")
    with pytest.raises(PushRefused):
        verify(SAFE, Query(signature=signed, timestamp=stamp, nonce="1514711492"), NOW)


def test_no_configured_token_lets_nobody_in() -> None:
    nobody = PushCredentials(APPID, "", KEY)
    with pytest.raises(PushRefused):
        verify(nobody, Query(signature=signature("", "1", "2"), timestamp="1", nonce="2"), NOW)


def test_the_platforms_published_examples_of_the_signature() -> None:
    assert signature("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    assert signature("AAAAA", "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


def test_the_echo_comes_back_as_it_was_and_only_after_the_check() -> None:
    assert echo(SAFE, query(nonce="0123", echostr="4375120948345356249"), NOW) == "4375120948345356249"
    with pytest.raises(PushRefused):
        echo(SAFE, query(signature="0" * 40, echostr="<script>"), NOW)


@pytest.mark.parametrize("length", range(1, 40))
def test_what_the_platform_encrypts_we_read_whatever_the_padding(length: int) -> None:
    body = "<xml>" + "x" * length + "</xml>"
    encrypted = PLATFORM.encrypt(body)
    assert open_push(SAFE, query(encrypted=encrypted), sealed(encrypted)).decode() == body


def test_lengths_count_bytes_not_characters() -> None:
    body = "<xml><Content>路灯坏了𠮷😀</Content></xml>"
    encrypted = PLATFORM.encrypt(body)
    assert open_push(SAFE, query(encrypted=encrypted), sealed(encrypted)).decode() == body


def test_what_we_encrypt_the_platform_reads_and_its_nonce_comes_back() -> None:
    fields = outer(seal(SAFE, query(nonce="0042"), "<xml>您好</xml>", NOW).encode())
    assert fields["Nonce"] == "0042"
    assert fields["MsgSignature"] == PLATFORM.sign(fields["TimeStamp"], "0042", fields["Encrypt"])
    assert PLATFORM.decrypt(fields["Encrypt"]) == "<xml>您好</xml>"


@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.COMPATIBLE])
def test_a_plain_body_is_no_way_round_the_encryption(mode: Mode) -> None:
    account = PushCredentials(APPID, TOKEN, KEY, mode)
    plain = b"<xml><MsgType>text</MsgType><FromUserName>o1</FromUserName></xml>"
    with pytest.raises(PushRefused):
        open_push(account, query(), plain)
    with pytest.raises(PushRefused):
        open_push(account, query(encrypt_type="aes"), plain)


def test_encrypted_but_not_declared_so_is_refused_too() -> None:
    encrypted = PLATFORM.encrypt("<xml/>")
    with pytest.raises(PushRefused):
        open_push(SAFE, query(encrypted=encrypted, encrypt_type=""), sealed(encrypted))


def test_the_right_signature_proves_nothing_about_the_body() -> None:
    encrypted = PLATFORM.encrypt("<xml/>")
    with pytest.raises(PushRefused):
        open_push(SAFE, query(encrypted=encrypted, msg_signature="0" * 40), sealed(encrypted))


def test_compatible_mode_believes_only_the_encrypted_half() -> None:
    encrypted = PLATFORM.encrypt("<xml><Content>real</Content></xml>")
    both = f"<xml><Content>forged</Content><Encrypt>{encrypted}</Encrypt></xml>".encode()
    account = PushCredentials(APPID, TOKEN, KEY, Mode.COMPATIBLE)
    assert b"real" in open_push(account, query(encrypted=encrypted), both)


def test_another_accounts_message_is_refused() -> None:
    foreign = Seal("wx0000000000000000", TOKEN, KEY).encrypt("<xml/>")
    with pytest.raises(PushRefused):
        open_push(SAFE, query(encrypted=foreign), sealed(foreign))


@pytest.mark.parametrize(
    "broken",
    [
        "not base64 at all!",
        "A",
        base64.b64encode(b"seven bytes").decode(),
        encrypted_raw(b"\x00" * 16),
        encrypted_raw(b"\xff" * 32),
        encrypted_raw(b"r" * 16 + struct.pack("!I", 4) + b"\xff\xfe\xff\xfe" + b"\x08" * 8),
    ],
)
def test_a_broken_cipher_under_a_valid_signature_is_unreadable_or_refused(broken: str) -> None:
    with pytest.raises((UnreadablePush, PushRefused)):
        open_push(SAFE, query(encrypted=broken), sealed(broken))


def test_a_wrong_key_of_ours_is_unreadable_not_a_crash() -> None:
    encrypted = PLATFORM.encrypt("<xml/>")
    mistyped = PushCredentials(APPID, TOKEN, "short", Mode.SAFE)
    with pytest.raises(UnreadablePush):
        open_push(mistyped, query(encrypted=encrypted), sealed(encrypted))


def test_secrets_do_not_show() -> None:
    assert TOKEN not in repr(SAFE)
    assert KEY not in repr(SAFE)
