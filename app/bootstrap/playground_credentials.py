"""Credentials for the playground's stand-ins: as real as the platforms' in form, known to nobody else."""

import base64
import hashlib
from dataclasses import replace

from pydantic import SecretStr

from app.base.settings import Settings
from intake.city import CityProfile
from storage.db.keyring import KeyRing

WECHAT_API = "/playground/wechat-api"
TELEGRAM_API = "/playground/telegram-api"


def with_stand_ins(settings: Settings, keyring: KeyRing, base_url: str) -> Settings:
    """The settings with every channel configured against our own stand-ins."""
    telegram = settings.telegram.model_copy(
        update={
            "token": SecretStr(f"100001:{_made(keyring, 'telegram token')[:35]}"),
            "webhook_secret": SecretStr(_made(keyring, "telegram secret")),
            "api_url": base_url + TELEGRAM_API,
        }
    )
    wechat = settings.wechat.model_copy(
        update={
            "appid": "wx" + _made(keyring, "wechat appid")[:16],
            "secret": SecretStr(_made(keyring, "wechat secret")[:32]),
            "token": SecretStr(_made(keyring, "wechat token")[:32]),
            "aes_key": SecretStr(_aes_key(keyring)),
            "api_url": base_url + WECHAT_API,
        }
    )
    played = {
        "telegram": telegram,
        "wechat": wechat,
    }
    return settings.model_copy(update=played)


def at_any_hour(city: CityProfile) -> CityProfile:
    """The profile without quiet hours for surveys: nobody sleeps beside the two phones of the playground."""
    return replace(city, survey=replace(city.survey, closes=city.survey.opens))


def _made(keyring: KeyRing, what: str) -> str:
    return keyring.digest("playground", what)


def _aes_key(keyring: KeyRing) -> str:
    """43 characters: 32 bytes in base64 without the last sign."""
    raw = hashlib.sha256(_made(keyring, "wechat aes key").encode()).digest()
    return base64.b64encode(raw).decode().rstrip("=")
