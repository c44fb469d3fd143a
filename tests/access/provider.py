"""A small OpenID Connect provider: discovery, authorize, token, userinfo, keys. It checks what a
provider has to: client, secret, redirect address, PKCE, and that a code is used once."""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "onepass", "the-secret-of-the-client"

KEY = RSAKey.generate_key(2048, auto_kid=True)


@dataclass
class Provider:
    """What it says, which a test may change. Whoever is sent there is the `account`, at once."""

    issuer: str = ""
    account: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)  # what userinfo alone says
    claims: dict[str, Any] = field(default_factory=dict)  # in place of true ones
    header: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    denies: bool = False
    key: RSAKey = field(default_factory=lambda: KEY)
    signing_key: RSAKey | None = None  # in place of the published one
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        } | self.facts

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce}
        key = self.signing_key or self.key
        header = {"alg": "RS256", "kid": self.key.kid} | self.header
        claims |= self.account | self.claims
        if header["alg"] == "none":
            parts = (jwt.encode({"alg": "RS256"}, claims, key).split(".")[1], "")
            return ".".join((_text(b'{"alg":"none"}'), *parts))
        return jwt.encode(header, claims, key)

    def redeem(self, form: dict[str, str], authorization: str) -> dict[str, str] | None:
        """The request that a code was given for, if everything about it holds."""
        asked = self.codes.pop(form["code"], None)
        client = b64decode(authorization.removeprefix("Basic ")).decode()
        challenge = _text(hashlib.sha256(form["code_verifier"].encode()).digest())
        if asked is None or client != f"{CLIENT}:{SECRET}":
            return None
        same = asked["redirect_uri"] == form["redirect_uri"]
        return asked if same and asked["code_challenge"] == challenge else None


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def server(provider: Provider) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def discovery() -> dict[str, Any]:
        return provider.discovery()

    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe()
        provider.codes[code] = asked
        answer = {"error": "access_denied"} if provider.denies else {"code": code}
        query = urlencode(answer | {"state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", 302)

    @app.post("/token")
    async def token(request: Request) -> Response:
        form = {name: one[0] for name, one in parse_qs((await request.body()).decode()).items()}
        asked = provider.redeem(form, request.headers["authorization"])
        if asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        answer = {"access_token": "access", "token_type": "Bearer", "expires_in": 3600}
        return JSONResponse(answer | {"id_token": provider.id_token(asked["nonce"])})

    @app.get("/userinfo")
    def userinfo(request: Request) -> dict[str, Any]:
        assert request.headers["authorization"] == "Bearer access"
        return provider.account | provider.profile

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [provider.key.as_dict(private=False)]}

    return app
