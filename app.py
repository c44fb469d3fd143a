"""Start the app: settings -> services -> page -> server. Nothing loads before `main` runs.

python app.py      serves on ONEPASS_HOST:ONEPASS_PORT, by default 127.0.0.1:7860
"""

from __future__ import annotations

import os

# Gradio reads this when it is imported: no telemetry, no update check.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import uvicorn

from kie_app.config import Settings
from kie_app.services import Services
from kie_app.ui.build import build_ui
from kie_app.ui.grants import Grants
from kie_app.ui.http import build_server
from kie_app.ui.readiness import WarmUp


def host(settings: Settings) -> str:
    """Where to listen: as set; on Hugging Face Spaces, which reaches the app from outside, all."""
    if "SPACE_ID" in os.environ and "host" not in settings.model_fields_set:
        return "0.0.0.0"
    return settings.host


def main() -> None:
    """Serve until interrupted; the model loads behind the open page."""
    settings = Settings.from_env()
    services = Services(settings)
    grants = Grants()
    warm_up = WarmUp(services)
    page = build_ui(services, grants, warm_up)
    server = build_server(page, services, grants, warm_up)
    warm_up.start()
    print(f"Onepass on http://{host(settings)}:{settings.port}", flush=True)
    uvicorn.run(server, host=host(settings), port=settings.port, log_level="warning")


if __name__ == "__main__":
    main()
