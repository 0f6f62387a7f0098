"""What an operator may get wrong, each in one plain sentence that shows no secret."""

from pathlib import Path
from typing import Any

import pytest

from app.base.settings import BadSettings, Enclosed, Settings, check, read_settings, variables

AES_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
WECHAT = {"appid": "wx1", "secret": "s3cret", "token": "t0ken", "aes_key": AES_KEY}
LONG = "a secret of 24 bytes and more"
TELEGRAM = {"token": "42:abc", "webhook_secret": "hook"}


def mistakes(**given: Any) -> list[str]:
    try:
        check(Enclosed(**given))
    except BadSettings as found:
        return str(found).splitlines()
    return []


def test_nothing_set_is_a_playground() -> None:
    assert mistakes() == []
    assert Enclosed().playground_on


@pytest.mark.parametrize("missing", ["appid", "secret", "token", "aes_key"])
def test_a_half_configured_wechat_names_what_is_missing(missing: str) -> None:
    (mistake,) = mistakes(wechat={k: v for k, v in WECHAT.items() if k != missing})
    assert mistake.startswith(f"JIESU_WECHAT__{missing.upper()} is missing")


def test_in_plain_mode_wechat_needs_no_key() -> None:
    plain = {"mode": "plain", "allow_plain": True}
    assert mistakes(wechat={**WECHAT, "aes_key": None, **plain}) == []


def test_plain_mode_beside_real_credentials_is_refused_unless_allowed_by_name() -> None:
    (mistake,) = mistakes(wechat={**WECHAT, "mode": "plain"})
    assert mistake.startswith("JIESU_WECHAT__MODE=plain beside real credentials is refused")
    assert "JIESU_WECHAT__ALLOW_PLAIN=true" in mistake
    assert not any(secret in mistake for secret in ("s3cret", "t0ken", AES_KEY))
    assert mistakes(wechat={**WECHAT, "mode": "plain", "allow_plain": True}) == []


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_the_playgrounds_pretended_credentials_need_no_allowance(mode: str) -> None:
    assert mistakes(wechat={"mode": mode}) == []


@pytest.mark.parametrize("key", ["short", AES_KEY + "x", AES_KEY[:-1] + "!"])
def test_a_key_that_cannot_be_one(key: str) -> None:
    (mistake,) = mistakes(wechat={**WECHAT, "aes_key": key})
    assert "JIESU_WECHAT__AES_KEY" in mistake
    assert key not in mistake


def test_telegram_without_its_secret_may_poll_but_not_serve() -> None:
    settings = Enclosed(telegram={"token": "42:abc"})
    with pytest.raises(BadSettings, match="JIESU_TELEGRAM__WEBHOOK_SECRET is missing"):
        check(settings)
    check(settings, serving=False)


OIDC = {"issuer": "https://id.example", "client_id": "desk", "client_secret": "s"}


@pytest.mark.parametrize("missing", sorted(OIDC))
def test_a_half_configured_sign_on_names_what_is_missing(missing: str) -> None:
    public = {"public_url": "https://desk.example"}
    assert mistakes(oidc=OIDC, **public) == []
    (mistake,) = mistakes(oidc={k: v for k, v in OIDC.items() if k != missing}, **public)
    assert mistake.startswith(f"JIESU_OIDC__{missing.upper()} is missing")


def test_a_sign_on_needs_tls_and_an_address_to_come_back_to() -> None:
    assert "JIESU_OIDC__DESK_URL" in mistakes(oidc=OIDC)[0]
    assert mistakes(oidc=OIDC | {"desk_url": "https://desk.example"}) == []
    plain = OIDC | {"issuer": "http://id.example", "desk_url": "https://desk.example"}
    assert "JIESU_OIDC__ISSUER must begin with https://" in mistakes(oidc=plain)[0]


def test_a_secret_without_a_token() -> None:
    assert "JIESU_TELEGRAM__TOKEN" in mistakes(telegram={"webhook_secret": "x"})[0]


def test_a_webhook_secret_telegram_would_refuse() -> None:
    (mistake,) = mistakes(telegram={**TELEGRAM, "webhook_secret": "no blanks"})
    assert mistake.startswith("JIESU_TELEGRAM__WEBHOOK_SECRET may hold")


@pytest.mark.parametrize(
    "real",
    [
        {"telegram": TELEGRAM},
        {"wechat": WECHAT},
        {"hotline": {"kind": "rest", "url": "http://127.0.0.1:9", "secret": LONG}},
        {"hotline": {"kind": "open311", "url": "http://127.0.0.1:9"}},
        {"hotline": {"kind": "desk", "url": "http://127.0.0.1:9", "secret": LONG}},
        {"public_url": "https://hotline.example.cn"},
        {"public_url": "http://10.0.0.7:8000"},
    ],
)
def test_a_playground_beside_anything_real_is_refused(real: dict[str, Any]) -> None:
    assert "JIESU_PLAYGROUND" in mistakes(playground=True, **real)[0]
    assert not Enclosed(**real).playground_on
    assert mistakes(**real) == []


@pytest.mark.parametrize("here", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_a_playground_whose_address_is_this_machine_is_none_for_strangers(here: str) -> None:
    assert mistakes(playground=True, public_url=here) == []


@pytest.mark.parametrize("token", ["ab", "x" * 33, "has blanks in it", "under_score", "口令口令"])
def test_a_token_that_wechat_would_not_take(token: str) -> None:
    (mistake,) = mistakes(wechat={**WECHAT, "token": token})
    assert mistake.startswith("JIESU_WECHAT__TOKEN may hold")


@pytest.mark.parametrize(
    ("hotline", "named"),
    [
        ({"kind": "rest"}, {"JIESU_HOTLINE__URL"}),
        ({"kind": "rest", "url": "http://backend"}, {"JIESU_HOTLINE__SECRET"}),
        ({"kind": "desk", "url": "http://desk"}, {"JIESU_HOTLINE__SECRET"}),
        ({"kind": "rest", "url": "http://b", "secret": "whsec_!"}, {"JIESU_HOTLINE__SECRET"}),
        ({"kind": "rest", "url": "http://b", "secret": "x"}, {"JIESU_HOTLINE__SECRET"}),
        ({"kind": "rest", "url": "http://b", "secret": LONG, "callback_secret": " , "}, {"CALLBACK_SECRET"}),
        ({"kind": "rest", "url": "http://b", "secret": LONG, "callback_secret": "v1,x"}, {"CALLBACK_SECRET"}),
    ],
)
def test_a_backend_that_could_not_be_called(hotline: dict[str, str], named: set[str]) -> None:
    found = mistakes(hotline=hotline)
    assert all(any(name in line for line in found) for name in named)


def test_every_mistake_is_said_at_once() -> None:
    assert len(mistakes(hotline={"kind": "rest"}, wechat={"appid": "wx1"}, playground=True)) == 6


def test_no_secret_shows_in_what_settings_print() -> None:
    settings = Enclosed(
        database_url="postgresql://u:hidden@db/x",
        redis_url="redis://:hidden@r/0",
        secret_key="hidden",
        telegram={**TELEGRAM, "token": "42:hidden", "webhook_secret": "hidden", "proxy": "http://u:hidden@p"},
        wechat={**WECHAT, "secret": "hidden", "token": "hidden"},
        hotline={"secret": "hidden", "callback_secret": "hidden", "api_key": "hidden"},
    )
    assert "hidden" not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("JIESU_WECHAT__MODE", "hidden"),
        ("JIESU_PLAYGROUND", "hidden"),
        ("JIESU_HOTLINE__KIND", "hidden"),
        ("JIESU_WECHAT", "hidden"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_by_its_variable_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSettings) as refused:
        read_settings()
    assert variable in str(refused.value)
    assert value not in str(refused.value)


def test_the_readme_lists_every_variable_with_its_default_and_meaning() -> None:
    readme = (Path(__file__).parents[2] / "README.en.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in readme.splitlines()]
    listed = [
        (row[0].strip("`"), "" if row[1] == "–" else row[1].strip("`"), row[2])
        for row in rows
        if len(row) == 3 and row[0].startswith("`JIESU_")
    ]
    assert listed == list(variables())


def test_settings_of_the_surroundings_do_not_reach_an_enclosed_installation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JIESU_CITY", "elsewhere")
    assert Settings().city == "elsewhere"
    assert Enclosed().city == "jiayuguan"
