"""A stand-in for the city's sign-on, written from OpenID Connect Core and Discovery, RFC 7636 and RFC 9207.

It is strict where they are: registered address, exact scope, S256, a code good once and for its asker only.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

ISSUER = "https://id.city.example"
CLIENT, SECRET = "the desk: staff", "s%c/ret+"
BACK = "https://desk.example/desk/login/sign-on/back"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)


@dataclass
class Provider:
    """`person` is whom it logs in; what else is set makes it lie or fail."""

    now: Any
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "u-17", "preferred_username": "wang"})
    claims: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    key: Any = field(default_factory=lambda: KEY)
    down: bool = False
    unsigned: bool = False
    basic: bool = True
    """How the client shows its secret: in the head, or in the form; never both."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self.discovery)
        app.get("/jwks")(self.jwks)
        app.get("/authorize")(self.authorize)
        app.post("/token")(self.token)
        return app

    async def discovery(self) -> Response:
        if self.down:
            return JSONResponse({}, 503)
        found = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return JSONResponse(found | self.document)

    async def jwks(self) -> Response:
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT, BACK)
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["state"]) >= 32 <= len(asked["nonce"])
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": ISSUER}
        return RedirectResponse(f"{BACK}?{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        is_client = _is_basic(request, form) if self.basic else _is_posted(request, form)
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not is_client:
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or asked["code_challenge"] != challenge or form["redirect_uri"] != BACK:
            return JSONResponse({"error": "invalid_grant"}, 400)
        at: datetime = self.now()
        second = int(at.timestamp())
        claims = {"iss": ISSUER, "aud": CLIENT, "iat": second, "exp": second + 300, "nonce": asked["nonce"]}
        claims |= self.person | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode(self.header, claims, self.key, algorithms=["RS256", "HS256"])
        if self.unsigned:
            nothing = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
            signed = f"{nothing}.{signed.split('.')[1]}."
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": signed})


def _is_basic(request: Request, form: dict[str, str]) -> bool:
    head = request.headers.get("authorization", "").removeprefix("Basic ")
    shown = base64.b64decode(head).decode() == "the%20desk%3A%20staff:s%25c%2Fret%2B"
    return shown and "client_secret" not in form


def _is_posted(request: Request, form: dict[str, str]) -> bool:
    shown = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
    return shown and "authorization" not in request.headers
