"""Logging in by the city's own sign-on: OpenID Connect, code flow with PKCE and nonce, off unless configured.

The provider only says who somebody is; what they may do is the account's that an administrator bound them to
(`desk.accounts.sign_on_bindings`).
Nothing is kept between leaving and coming back but one secret in the browser's own cookie: state, nonce and
verifier are derived from it. The name is taken letter by letter: no look-alike is made into it. Keys and
endpoints are asked for anew each time, so that a key the provider takes back is taken back here.
"""

import hmac
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from intake.model.ports import Unavailable

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""What an ID token may be signed by: keys that only the provider has."""

_LEEWAY = 120
_SECONDS = 10.0
_LONGEST = 256


class NotVouchedFor(Exception):
    """The provider does not say who this is, or what came does not add up: nobody gets in. Never retried."""


@dataclass(frozen=True, slots=True)
class OidcRules:
    """`back` is our address the provider sends the browser to; `claim` holds the desk account's name."""

    issuer: str
    client_id: str
    client_secret: str
    back: str
    claim: str = "preferred_username"


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who it is: `subject` never changes at this issuer, `name` is the desk account's."""

    issuer: str
    subject: str
    name: str


@dataclass(frozen=True, slots=True)
class _Endpoints:
    authorization: str
    token: str
    jwks: str
    posted: bool  # the client's secret goes in the form: the provider takes no other
    named_back: bool  # answers carry `iss` (RFC 9207)


class OidcLogIn:
    """One provider. Every method may raise `Unavailable`: it does not answer now."""

    def __init__(self, rules: OidcRules, http: httpx.AsyncClient, clock: Callable[[], datetime]) -> None:
        self._rules = rules
        self._http = http
        self._clock = clock

    async def address(self, secret: str) -> str:
        """Where to send the browser that keeps this secret."""
        asked = OAuth2Client(
            session=None,
            client_id=self._rules.client_id,
            redirect_uri=self._rules.back,
            scope="openid profile",
            code_challenge_method="S256",
        )
        url, _ = asked.create_authorization_url(
            (await self._endpoints()).authorization,
            state=_derived(secret, "state"),
            nonce=_derived(secret, "nonce"),
            code_verifier=_derived(secret, "verifier"),
        )
        return str(url)

    async def vouched(self, secret: str, answer: Mapping[str, str]) -> Vouched:
        """Who came back with this answer. Raises NotVouchedFor."""
        state = answer.get("state", "").encode()
        if not secret or not hmac.compare_digest(state, _derived(secret, "state").encode()):
            raise NotVouchedFor("this browser did not ask")
        ends = await self._endpoints()
        if answer.get("iss", "" if ends.named_back else self._rules.issuer) != self._rules.issuer:
            raise NotVouchedFor("another provider answered")
        if not answer.get("code"):
            raise NotVouchedFor("the provider let nobody in")
        token = await self._token(ends, answer["code"], secret)
        return self._person(token, await self._keys(ends), secret)

    async def probe(self) -> None:
        """Ask whether it is there."""
        await self._endpoints()

    async def _endpoints(self) -> _Endpoints:
        where = self._rules.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = await self._json("GET", where)
        if found.get("issuer") != self._rules.issuer:
            raise Unavailable("the provider's document is another issuer's")
        ends = _Endpoints(
            authorization=str(found.get("authorization_endpoint", "")),
            token=str(found.get("token_endpoint", "")),
            jwks=str(found.get("jwks_uri", "")),
            posted=_posted(found.get("token_endpoint_auth_methods_supported")),
            named_back=found.get("authorization_response_iss_parameter_supported") is True,
        )
        if not all(map(is_safe, (ends.authorization, ends.token, ends.jwks))):
            raise Unavailable("the provider's document names no address to use")
        return ends

    async def _token(self, ends: _Endpoints, code: str, secret: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._rules.back,
            "code_verifier": _derived(secret, "verifier"),
        }
        own_id, own_secret = self._rules.client_id, self._rules.client_secret
        if ends.posted:
            form |= {"client_id": own_id, "client_secret": own_secret}
            return await self._json("POST", ends.token, data=form)
        who = (quote(own_id, safe=""), quote(own_secret, safe=""))
        return await self._json("POST", ends.token, data=form, auth=who)

    async def _keys(self, ends: _Endpoints) -> KeySet:
        try:
            return KeySet.import_key_set(await self._json("GET", ends.jwks))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as mistake:
            raise NotVouchedFor("the provider's keys cannot be read") from mistake

    def _person(self, token: Mapping[str, Any], keys: KeySet, secret: str) -> Vouched:
        try:
            decoded = jwt.decode(str(token.get("id_token", "")), keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self._rules.issuer},
                    "aud": {"essential": True, "value": self._rules.client_id},
                },
                {
                    "nonce": _derived(secret, "nonce"),
                    "client_id": self._rules.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(math.floor(self._clock().timestamp()), _LEEWAY)
        except (JoseError, AuthlibBaseError, ValueError, TypeError) as mistake:
            raise NotVouchedFor(f"the ID token does not hold ({type(mistake).__name__})") from mistake
        name, subject = claims.get(self._rules.claim), claims["sub"]
        if not (_is_text(name) and _is_text(subject)):
            raise NotVouchedFor(f"the ID token names nobody ({self._rules.claim})")
        return Vouched(self._rules.issuer, subject, name)

    async def _json(self, method: str, where: str, **more: Any) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, where, timeout=_SECONDS, **more)
        except httpx.HTTPError as fault:
            raise Unavailable(type(fault).__name__) from fault
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Unavailable(f"status {answer.status_code}")
        if answer.status_code != 200:
            raise NotVouchedFor(f"the provider refuses: status {answer.status_code}")
        try:
            found = answer.json()
        except ValueError as fault:
            raise Unavailable("no JSON") from fault
        if not isinstance(found, dict):
            raise Unavailable("no document")
        return found


def is_safe(address: str) -> bool:
    """Whether secrets may go there: by TLS, or no further than this machine."""
    parts = urlsplit(address)
    here = parts.hostname in ("127.0.0.1", "::1", "localhost")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and here))


def _posted(methods: object) -> bool:
    """Whether the secret goes in the form and not in the head, which is the rule where nothing is said."""
    if methods is None:
        return False
    named = methods if isinstance(methods, list) else []
    if "client_secret_basic" in named:
        return False
    if "client_secret_post" not in named:
        raise Unavailable("the provider takes a client's secret in no way that is known here")
    return True


def _derived(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), f"sign-on {what}".encode(), "sha256").hexdigest()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable()
