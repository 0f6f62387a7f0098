"""The city's backend: another's over HTTP, or the embedded desk, also as a process of its own."""

import random
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx

from app.attachments.mirror import AttachmentMirror
from app.attachments.store import Files
from app.base.clock import utc_now
from app.base.settings import Settings
from app.bootstrap.resources import (
    FIRST_PASSWORD,
    open_city,
    open_files,
    open_scanner,
    plain,
    stored_keyring,
)
from app.operations.health import Health
from desk import outbox as callback_rows
from desk.accounts.first_password import FirstPassword
from desk.accounts.oidc import OidcLogIn, OidcRules
from desk.app import Desk
from desk.db import migrate as desk_tables
from desk.pages.accounts.login import BACK
from hotline.open311.client import Open311Hotline
from hotline.rest import RestHotline
from hotline.signed_http import SignedHttp
from intake.city import CityProfile
from intake.model.ports import Hotline
from storage.db.database import Database
from storage.db.keyring import KeyRing

DESK_API = "/desk/api/v1"


def open_backend(
    settings: Settings,
    city: CityProfile,
    base_url: str,
    calls: str,
    http: httpx.AsyncClient,
    clock: Callable[[], datetime],
) -> Hotline:
    hotline = settings.hotline
    if hotline.kind == "open311":
        return Open311Hotline(
            hotline.url or "",
            http,
            city,
            jurisdiction=hotline.jurisdiction,
            api_key=plain(hotline.api_key),
            clock=clock,
        )
    return RestHotline(
        SignedHttp(hotline.url or base_url + DESK_API, calls, http, clock=clock, new_id=_token)
    )


def backend_secrets(settings: Settings, keyring: KeyRing) -> tuple[str, str]:
    """What signs our calls, and what signs the backend's; the embedded desk's are derived from our key."""
    own = plain(settings.hotline.secret) or ",".join(keyring.digests("hotline", "calls and callbacks"))
    return own, plain(settings.hotline.callback_secret) or own


def embedded_desk(
    settings: Settings,
    database: Database,
    city: CityProfile,
    calls: str,
    callbacks: str,
    front_door: str,
    http: httpx.AsyncClient,
    clock: Callable[[], datetime],
) -> Desk:
    return Desk(
        database,
        city,
        secrets=calls,
        callback_secrets=callbacks,
        front_door=front_door,
        http=http,
        clock=clock,
        digits=lambda n: "".join(secrets.choice("0123456789") for _ in range(n)),
        token=_token,
        chance=random.random,
        sign_on=_sign_on(settings, http, clock),
        first_password=FirstPassword(settings.var / FIRST_PASSWORD),
    )


def _sign_on(settings: Settings, http: httpx.AsyncClient, clock: Callable[[], datetime]) -> OidcLogIn | None:
    oidc, secret = settings.oidc, plain(settings.oidc.client_secret)
    where = oidc.desk_url or settings.public_url
    if not (oidc.issuer and oidc.client_id and secret and where):
        return None
    back = where.rstrip("/") + BACK
    return OidcLogIn(OidcRules(oidc.issuer, oidc.client_id, secret, back, oidc.claim), http, clock)


@dataclass(frozen=True, slots=True)
class StandaloneDesk:
    """The embedded hotline as a process of its own. `password`: its first user's, if that was made now."""

    desk: Desk
    files: Files
    gathering: AttachmentMirror
    health: Health
    password: str | None


@asynccontextmanager
async def open_desk(settings: Settings, base_url: str) -> AsyncIterator[StandaloneDesk]:
    """The embedded hotline alone, reached at `base_url`."""
    keyring = stored_keyring(settings)
    city = open_city(settings.city)
    await desk_tables.upgrade(settings.database_url)
    calls, callbacks = backend_secrets(settings, keyring)
    database = Database.open(settings.database_url, keyring)
    async with httpx.AsyncClient(follow_redirects=False) as http:
        front_door = settings.public_url or ""
        desk = embedded_desk(settings, database, city, calls, callbacks, front_door, http, utc_now)
        store = open_files(settings, keyring)
        files = Files(database, store, keyring, base_url, utc_now, open_scanner(settings), copies=True)
        password = secrets.token_urlsafe(9)
        made = await desk.ensure_first_user(password)
        health = Health(database, None, None, (desk_tables.standing,), (callback_rows.OUTBOX,))
        gathering = AttachmentMirror(database, store, front_door, http, utc_now)
        try:
            yield StandaloneDesk(desk, files, gathering, health, password if made else None)
        finally:
            await database.close()


def _token() -> str:
    return secrets.token_urlsafe(24)
