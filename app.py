"""Start the app: settings -> engine, store, library -> server -> page on it. Before `main` nothing
loads.

python app.py      serves on ONEPASS_HOST:ONEPASS_PORT, by default 127.0.0.1:7860
"""

from __future__ import annotations

import os
import sys

# Gradio reads this when it is imported: no telemetry, no update check.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import uvicorn

from kie_app.access import open_access
from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.errors import KieError
from kie_app.library.library import Library
from kie_app.store import Store
from kie_app.ui.mount import mount
from kie_app.ui.page import build_ui
from kie_app.ui.shared.theme import colours
from kie_app.web.inbox import Inbox
from kie_app.web.listening import host, listen
from kie_app.web.metrics import Metrics
from kie_app.web.server import build_server

# Open pages hold a connection each; at the end they are not waited for longer than this.
SHUTDOWN_SECONDS = 3


def serve(settings: Settings) -> None:
    """Serve until interrupted; the model loads behind the open page."""
    where = host(settings, "SPACE_ID" in os.environ)
    door = listen(where, settings.port)
    engine, store = Engine(settings, Metrics()), Store.of(settings)
    access = open_access(settings, store.users)
    library, inbox, warm_up = Library(engine, store), Inbox(settings), WarmUp(engine)
    server = build_server(engine, library, inbox, warm_up, access, colours())
    mount(server, build_ui(engine, library, inbox, warm_up))
    warm_up.start()
    print(f"Onepass on http://{where}:{settings.port}", flush=True)
    config = uvicorn.Config(
        server,
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        forwarded_allow_ips=settings.trusted_proxies,
    )
    uvicorn.Server(config).run(sockets=[door])


def main() -> None:
    """Serve, or say in one line why not and end with code 2."""
    try:
        serve(Settings.from_env())
    except KieError as error:
        print(f"onepass: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
