"""Logging in at an OpenID Connect provider, by Authlib: code flow with PKCE, state and nonce.

A user's name is the verified e-mail address, in small letters. It holds an "@", which the name
of a user with a password may not, so that neither can be taken for the other; and it is what people
write into ONEPASS_OIDC_USERS. An address that the provider does not call verified is refused, since
elsewhere anybody may claim one. Whoever gives an address to another person gives them the name:
where that happens, list addresses rather than a domain.

The provider is asked at a log-in and not again until that session ends.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response

from kie_app.access.accounts import Account
from kie_app.access.addresses import is_loopback
from kie_app.access.users import User
from kie_app.config import Settings
from kie_app.errors import AccessError

EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
EVERYBODY = "*"

# A provider's key signs, so its public half is enough to check; nothing unsigned, no shared keys.
SIGNATURES = {
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
}
ALGORITHMS = "id_token_signing_alg_values_supported"
SECONDS = 10.0  # patience with the provider

# All that an answer which is not as the protocol wants it ends in.
FAILURES = (OAuthError, JoseError, httpx2.HTTPError, RuntimeError, ValueError, KeyError, TypeError)


class Oidc:
    """One provider, who of its people may log in, and who of them are admins."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        secret: str,
        people: frozenset[str],
        admins: frozenset[str],
    ) -> None:
        self.label = urlsplit(issuer).netloc
        self._issuer = issuer
        self._client_id = client_id
        # Another provider's log-ins are not this one's.
        self._mark = hashlib.sha256(f"{issuer} {client_id}".encode()).hexdigest()[:32]
        self._people = people
        self._admins = admins
        self._client: Any = OAuth().register(
            "provider",
            client_id=client_id,
            client_secret=secret,
            server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "timeout": SECONDS,
            },
        )

    @classmethod
    def of(cls, settings: Settings) -> Oidc:
        """The provider of the settings. AccessError names the one that is missing or wrong."""
        issuer = urlsplit(settings.oidc_issuer)
        if issuer.scheme != "https" and not is_loopback(issuer.hostname or ""):
            raise AccessError(
                f"ONEPASS_OIDC_ISSUER is {settings.oidc_issuer!r}: give the provider's address "
                "with https://, since whoever changes its answers on the way can be anybody."
            )
        needed = ("oidc_client_id", "oidc_client_secret", "oidc_users")
        missing = [name for name in needed if not getattr(settings, name).strip()]
        if missing:
            raise AccessError(
                f"ONEPASS_OIDC_ISSUER needs ONEPASS_{missing[0].upper()} too: set what the "
                "provider gave for this app, and in ONEPASS_OIDC_USERS who may log in."
            )
        return cls(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret,
            _listed("ONEPASS_OIDC_USERS", settings.oidc_users, domains=True),
            _listed("ONEPASS_OIDC_ADMINS", settings.oidc_admins, domains=False),
        )

    def find(self, name: str) -> Account | None:
        """The account of this address, if it may log in."""
        domain = "@" + name.rpartition("@")[2]
        if name in self._admins:
            return Account(User(name, "admin"), self._mark)
        if self._people & {name, domain, EVERYBODY}:
            return Account(User(name), self._mark)
        return None

    async def start(self, request: Request, callback: str) -> Response:
        """Send the browser to the provider, which sends it to `callback`. AccessError if not."""
        try:
            await self._facts()
            return await self._client.authorize_redirect(request, callback)
        except FAILURES as error:
            raise self._failed(error) from error

    async def finish(self, request: Request) -> str:
        """The verified address with which the browser came back, empty when the account has none.

        AccessError when the answer is not the provider's, not for this app, not for this browser.
        """
        try:
            issuer = (await self._facts())["issuer"]
            claims = {
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": self._client_id},
            }
            token = await self._client.authorize_access_token(request, claims_options=claims)
            account = await self._account(token)
        except FAILURES as error:
            raise self._failed(error) from error
        address = str(account.get("email", "")).lower()
        verified = account.get("email_verified") is True and EMAIL.fullmatch(address)
        return address if verified else ""

    async def _account(self, token: dict[str, Any]) -> dict[str, Any]:
        """What the checked ID token says; if no address, what the userinfo endpoint says too."""
        account: dict[str, Any] = dict(token["userinfo"])
        if "email" in account:
            return account
        more = await self._client.userinfo(token=token)
        if more["sub"] != account["sub"]:
            raise ValueError("userinfo is about another subject than the ID token")
        return {**account, **more}

    async def _facts(self) -> dict[str, Any]:
        """What the provider says of itself, read once. ValueError when it is another one."""
        facts: dict[str, Any] = await self._client.load_server_metadata()
        if str(facts["issuer"]).rstrip("/") != self._issuer.rstrip("/"):
            facts.pop("_loaded_at", None)  # by this Authlib knows that it has read them
            raise ValueError(f"it calls itself {facts['issuer']!r}")
        facts[ALGORITHMS] = sorted(SIGNATURES.intersection(facts.get(ALGORITHMS) or ["RS256"]))
        return facts

    def _failed(self, error: Exception) -> AccessError:
        if isinstance(error, JoseError):
            self._client.server_metadata.pop("jwks", None)  # the keys may be new
        reason = " ".join(str(error).split())[:300]
        return AccessError(f"The log-in at {self.label} failed ({type(error).__name__}: {reason}).")


def _listed(variable: str, text: str, domains: bool) -> frozenset[str]:
    """E-mail addresses and, with `domains`, `@domain` or `*`, separated by commas."""
    names = [name for part in text.split(",") if (name := part.strip().lower())]
    for name in names:
        whole = EMAIL.fullmatch(f"a{name}") if domains and name.startswith("@") else None
        if not (whole or EMAIL.fullmatch(name) or (domains and name == EVERYBODY)):
            also = " or @domains, or *" if domains else ""
            raise AccessError(
                f"{variable} holds {name!r}: give e-mail addresses{also}, with commas."
            )
    return frozenset(names)
