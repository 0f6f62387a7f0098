"""Everything an operator sets, from the environment (`JIESU_…`) or a `.env` file.

A channel without credentials is off; a half-configured one stops the start with a sentence
that names the missing variable.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from desk.accounts.oidc import is_safe
from hotline.signatures import BadSecret, read_secrets
from intake.model.messages import ChannelName

_FIELD = re.compile(r'field "(\w+)"')
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_WECHAT_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class TelegramSettings(BaseModel):
    """The bot's token, and what the webhook and calls need."""

    token: SecretStr | None = Field(default=None, description="the bot's token; off without it")
    webhook_secret: SecretStr | None = Field(default=None, description="needed by serve, not by poll")
    api_url: str | None = Field(default=None, description="another Bot API server than Telegram's")
    proxy: str | None = Field(
        default=None, repr=False, description="HTTP or SOCKS proxy for calls; needed in the mainland"
    )


class WeChatSettings(BaseModel):
    """The service account's identifiers, and how its pushes are protected."""

    appid: str | None = Field(default=None, description="the account's AppID; off without it")
    secret: SecretStr | None = Field(default=None, description="the AppSecret")
    token: SecretStr | None = Field(default=None, description="the token of the message push")
    aes_key: SecretStr | None = Field(default=None, description="EncodingAESKey, 43 characters")
    mode: Literal["plain", "compatible", "safe"] = Field(
        default="safe", description="plain, compatible or safe"
    )
    allow_plain: bool = Field(
        default=False, description="plain mode beside real credentials, where no push's body is signed"
    )
    api_url: str = Field(default="https://api.weixin.qq.com", description="another API base than WeChat's")


class HotlineSettings(BaseModel):
    """The city's ticket backend."""

    kind: Literal["desk", "rest", "open311"] = Field(default="desk", description="desk, rest or open311")
    url: str | None = Field(default=None, description="the backend's address; the embedded desk needs none")
    secret: SecretStr | None = Field(default=None, description="signs our calls; several, comma-separated")
    callback_secret: SecretStr | None = Field(
        default=None, description="signs its calls to us; as SECRET if unset"
    )
    jurisdiction: str | None = Field(default=None, description="Open311 jurisdiction_id")
    api_key: SecretStr | None = Field(default=None, description="Open311 api_key")


class TranscriptionSettings(BaseModel):
    """Where voice messages are written down, if anywhere: an OpenAI-compatible endpoint."""

    url: str | None = Field(
        default=None, description="base of an OpenAI-compatible API; voices stay voices without"
    )
    key: SecretStr | None = Field(default=None, description="its key, if it wants one")
    model: str = Field(default="whisper-1", description="its model for speech")


class LlmReaderSettings(BaseModel):
    """A large model as second reader of stories, if any: an OpenAI-compatible endpoint."""

    url: str | None = Field(
        default=None, description="base of an OpenAI-compatible API that reads along; off without"
    )
    key: SecretStr | None = Field(default=None, description="its key, if it wants one")
    model: str | None = Field(default=None, description="its model; needed beside the address")
    personal: bool = Field(
        default=False, description="whether phones, names and doors may go there; hidden without"
    )


class OidcSettings(BaseModel):
    """The city's own sign-on for staff, if it has one: an OpenID Connect provider."""

    issuer: str | None = Field(
        default=None, description="staff may log in by this OpenID provider; off without"
    )
    client_id: str | None = Field(default=None, description="what the desk is called there")
    client_secret: SecretStr | None = Field(default=None, description="its secret there")
    claim: str = Field(
        default="preferred_username", description="the ID token's claim with the desk account's name"
    )
    desk_url: str | None = Field(default=None, description="where staff reach the desk; PUBLIC_URL if unset")


class MalwareSettings(BaseModel):
    """Who looks for malware in citizens' files, if anybody."""

    url: str | None = Field(
        default=None, description="clamd, tcp://host:port or unix:///path; files are not scanned without"
    )


class ObjectStoreSettings(BaseModel):
    """A bucket of an S3-compatible store for citizens' files, instead of a folder all machines share."""

    url: str | None = Field(
        default=None, description="an S3-compatible store for citizens' files; a folder under VAR without"
    )
    bucket: str | None = Field(default=None, description="its bucket, which is there already")
    key_id: str | None = Field(default=None, description="the access key's id")
    secret: SecretStr | None = Field(default=None, description="the access key's secret")
    region: str = Field(default="us-east-1", description="the store's region, as calls are signed for")
    style: Literal["path", "host"] = Field(
        default="path", description="host where the address names the bucket already"
    )


class Settings(BaseSettings):
    """One installation."""

    model_config = SettingsConfigDict(
        env_prefix="JIESU_", env_nested_delimiter="__", env_file=".env", extra="ignore", env_ignore_empty=True
    )

    var: Path = Field(default=Path("var"), description="the folder of all that is written: one for a machine")
    database_url: str = Field(
        default="sqlite:///var/jiesu.db",
        repr=False,
        description="sqlite:///… or postgresql://…; jiesu.db under VAR if unset",
    )
    redis_url: str | None = Field(
        default=None, repr=False, description="needed as soon as two processes share the work"
    )
    city: str = Field(default="jiayuguan", description="a file in cities/ or a path")
    public_url: str | None = Field(default=None, description="where the platforms reach us")
    trusted_proxies: str = Field(
        default="127.0.0.1,::1",
        description="addresses or networks whose X-Forwarded-For is believed, comma-separated",
    )
    secret_key: SecretStr | None = Field(
        default=None, description="sessions and data keys; made once under VAR; several, comma-separated"
    )
    playground: bool | None = Field(default=None, description="on only when no channel is configured")
    telegram: TelegramSettings = TelegramSettings()
    wechat: WeChatSettings = WeChatSettings()
    hotline: HotlineSettings = HotlineSettings()
    transcription: TranscriptionSettings = TranscriptionSettings()
    malware: MalwareSettings = MalwareSettings()
    s3: ObjectStoreSettings = ObjectStoreSettings()
    reader: LlmReaderSettings = LlmReaderSettings()
    oidc: OidcSettings = OidcSettings()

    @model_validator(mode="after")
    def _all_in_one_place(self) -> Self:
        if "database_url" not in self.model_fields_set:
            self.database_url = f"sqlite:///{self.var / 'jiesu.db'}"
        return self

    @property
    def telegram_on(self) -> bool:
        return self.telegram.token is not None

    @property
    def wechat_on(self) -> bool:
        return self.wechat.appid is not None

    @property
    def channels_on(self) -> frozenset[ChannelName]:
        """Those that have credentials."""
        given = {
            ChannelName.TELEGRAM: self.telegram_on,
            ChannelName.WECHAT: self.wechat_on,
        }
        return frozenset(name for name, is_on in given.items() if is_on)

    @property
    def proxies(self) -> list[str]:
        """Whose word on the caller's address is taken."""
        return [one.strip() for one in self.trusted_proxies.split(",") if one.strip()]

    @property
    def real_backend(self) -> bool:
        """Whether tickets leave for a hotline, and not for the desk inside this process."""
        return self.hotline.kind != "desk" or self.hotline.url is not None

    @property
    def playground_on(self) -> bool:
        """Never beside anything that is real, whatever was asked for."""
        return self.playground is not False and not any(_real(self))


class Enclosed(Settings):
    """An installation that takes nothing from its surroundings: what is not given has its default."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class BadSettings(ValueError):
    """The settings cannot work; the message says which variable and what to do."""


def read_settings() -> Settings:
    """The settings of the surroundings. Raises BadSettings naming each variable, never its value."""
    try:
        return Settings()
    except ValidationError as mistakes:
        lines = (
            f"{_variable(one['loc'])} cannot be used: {one['msg'][:1].lower()}{one['msg'][1:]}."
            for one in mistakes.errors(include_input=False, include_context=False, include_url=False)
        )
        raise BadSettings("\n".join(lines)) from None
    except SettingsError as mistake:
        field = _FIELD.search(str(mistake))
        named = _variable((field[1],)) if field else "A JIESU_ variable"
        raise BadSettings(f"{named} cannot be used: set the variables that begin with it.") from None


def _variable(place: tuple[int | str, ...]) -> str:
    return "JIESU_" + "__".join(str(step) for step in place).upper()


def check(settings: Settings, *, serving: bool = True) -> None:
    """Refuse what cannot work. Raises BadSettings with every mistake, one a line."""
    found = [
        *_telegram(settings, serving=serving),
        *_wechat(settings),
        *_plain_mode(settings),
        *_proxies(settings),
        *_backend(settings),
        *_playground(settings),
        *_reader(settings),
        *_oidc(settings),
        *_object_store(settings),
    ]
    if found:
        raise BadSettings("\n".join(found))


def _telegram(settings: Settings, *, serving: bool) -> Iterator[str]:
    telegram = settings.telegram
    if telegram.token and serving and not telegram.webhook_secret:
        yield "JIESU_TELEGRAM__WEBHOOK_SECRET is missing: serve needs it beside the token (poll does not)."
    if telegram.webhook_secret and not telegram.token:
        yield "JIESU_TELEGRAM__TOKEN is missing, but a webhook secret is set."
    secret = telegram.webhook_secret.get_secret_value() if telegram.webhook_secret else None
    if secret and not _TELEGRAM_SECRET.fullmatch(secret):
        yield "JIESU_TELEGRAM__WEBHOOK_SECRET may hold letters, digits, _ and - only, 1 to 256 of them."


def _wechat(settings: Settings) -> Iterator[str]:
    wechat = settings.wechat
    token = wechat.token.get_secret_value() if wechat.token else None
    if token and not _WECHAT_TOKEN.fullmatch(token):
        yield "JIESU_WECHAT__TOKEN may hold letters and digits only, 3 to 32 of them, as WeChat has it."
    aes_key = wechat.aes_key.get_secret_value() if wechat.aes_key else None
    if aes_key and not _AES_KEY.fullmatch(aes_key):
        yield "JIESU_WECHAT__AES_KEY must be the EncodingAESKey: 43 letters and digits."
    parts = {"APPID": wechat.appid, "SECRET": wechat.secret, "TOKEN": wechat.token}
    if wechat.mode != "plain":
        parts["AES_KEY"] = wechat.aes_key
    if any(parts.values()):
        for name, value in parts.items():
            if not value:
                yield f"JIESU_WECHAT__{name} is missing, but other WeChat credentials are set."


def _plain_mode(settings: Settings) -> Iterator[str]:
    wechat = settings.wechat
    if settings.wechat_on and wechat.mode == "plain" and not wechat.allow_plain:
        yield (
            "JIESU_WECHAT__MODE=plain beside real credentials is refused, as nothing signs what a push says: "
            "choose safe here and in the console, or allow it by JIESU_WECHAT__ALLOW_PLAIN=true."
        )


def _proxies(settings: Settings) -> Iterator[str]:
    for one in settings.proxies:
        try:
            network = ip_network(one)
        except ValueError:
            yield "JIESU_TRUSTED_PROXIES must be addresses or networks (10.0.0.0/24), separated by commas."
            return
        if network.prefixlen == 0:
            yield "JIESU_TRUSTED_PROXIES may not be everybody: whoever is believed says who they are."


def _backend(settings: Settings) -> Iterator[str]:
    hotline = settings.hotline
    if hotline.kind != "desk" and not hotline.url:
        yield f"JIESU_HOTLINE__URL is missing: JIESU_HOTLINE__KIND={hotline.kind} needs an address."
    if hotline.kind in ("rest", "desk") and hotline.url and not hotline.secret:
        yield "JIESU_HOTLINE__SECRET is missing: calls to the backend are signed with it."
    for name, secret in (("SECRET", hotline.secret), ("CALLBACK_SECRET", hotline.callback_secret)):
        if secret is not None and (wrong := _unsignable(secret)):
            yield f"JIESU_HOTLINE__{name}: {wrong}."


def _unsignable(secret: SecretStr) -> str | None:
    try:
        read_secrets(secret.get_secret_value())
    except BadSecret as mistake:
        return str(mistake)
    return None


def _reader(settings: Settings) -> Iterator[str]:
    reader = settings.reader
    if reader.url and not reader.model:
        yield "JIESU_READER__MODEL is missing: the second reader's address needs a model."
    if reader.url and not reader.url.startswith(("http://", "https://")):
        yield "JIESU_READER__URL must begin with http:// or https://."


def _oidc(settings: Settings) -> Iterator[str]:
    oidc = settings.oidc
    parts = {"ISSUER": oidc.issuer, "CLIENT_ID": oidc.client_id, "CLIENT_SECRET": oidc.client_secret}
    if not any(parts.values()):
        return
    for name, value in parts.items():
        if not value:
            yield f"JIESU_OIDC__{name} is missing, but other settings of the sign-on are set."
    if oidc.issuer and not is_safe(oidc.issuer):
        yield "JIESU_OIDC__ISSUER must begin with https://."
    if not (oidc.desk_url or settings.public_url):
        yield "JIESU_OIDC__DESK_URL (or JIESU_PUBLIC_URL) is missing: the provider sends staff back there."


def _object_store(settings: Settings) -> Iterator[str]:
    s3 = settings.s3
    parts = {"URL": s3.url, "BUCKET": s3.bucket, "KEY_ID": s3.key_id, "SECRET": s3.secret}
    if not any(parts.values()):
        return
    for name, value in parts.items():
        if not value:
            yield f"JIESU_S3__{name} is missing, but other settings of the object store are set."
    if s3.url and not s3.url.startswith(("http://", "https://")):
        yield "JIESU_S3__URL must begin with http:// or https://."


def _playground(settings: Settings) -> Iterator[str]:
    """Whoever opens its page writes as any citizen."""
    if settings.playground:
        for what in _real(settings):
            yield f"JIESU_PLAYGROUND=true beside {what} is refused: unset one of them."


def _real(settings: Settings) -> Iterator[str]:
    if settings.channels_on:
        yield "real credentials"
    if settings.real_backend:
        yield "a hotline's backend (JIESU_HOTLINE__URL)"
    if settings.public_url and not is_loopback(urlsplit(settings.public_url).hostname or ""):
        yield "a public address (JIESU_PUBLIC_URL)"


def is_loopback(host: str) -> bool:
    """Whether only this machine gets there."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def variables() -> Iterator[tuple[str, str, str]]:
    """Every variable with its default and meaning, in the order of the README."""
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            for inner, part in field.annotation.model_fields.items():
                yield f"JIESU_{name}__{inner}".upper(), _default(part.default), part.description or ""
        else:
            yield f"JIESU_{name}".upper(), _default(field.default), field.description or ""


def _default(value: object) -> str:
    return "" if value is None else str(value)
