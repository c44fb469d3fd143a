"""Where to listen: on this machine alone, unless there is a login or somebody says otherwise twice.

Whoever reaches an app without a login sees every document in it. So an address that others can
reach needs a login (ONEPASS_LOGIN or ONEPASS_OIDC_ISSUER), or ONEPASS_OPEN_TO_ALL=yes beside it.
"""

from __future__ import annotations

import socket

from kie_app.access.addresses import is_loopback
from kie_app.config import Settings
from kie_app.errors import AccessError, KieError


def host(settings: Settings, on_space: bool) -> str:
    """The address to listen on: as set; on a Hugging Face Space, reached from outside, else all.

    AccessError when others can reach the app and nothing asks who they are.
    """
    everywhere = on_space and "host" not in settings.model_fields_set
    chosen = "0.0.0.0" if everywhere else settings.host
    login = settings.login or settings.oidc_issuer
    if not (is_loopback(chosen) or login or settings.open_to_all):
        raise AccessError(
            f"Listening on {chosen!r} without a login shows every document to whoever reaches this "
            "machine: enter users (`python -m kie_app users add NAME`) and set ONEPASS_LOGIN=yes, "
            "set ONEPASS_HOST=127.0.0.1, or, if that is what you want, set ONEPASS_OPEN_TO_ALL=yes."
        )
    return chosen


def listen(host: str, port: int) -> socket.socket:
    """The socket to serve on, bound before anything loads; KieError when it is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KieError(
            f"Port {port} on {host} cannot be opened ({reason}): stop the program that uses it, "
            "or set ONEPASS_PORT."
        ) from error
