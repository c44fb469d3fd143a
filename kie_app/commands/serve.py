"""python -m kie_app serve: the page."""

from __future__ import annotations

import os
import sys

from kie_app.config import ROOT


def serve() -> None:
    """Serve the page on ONEPASS_HOST and ONEPASS_PORT (127.0.0.1:7860)."""
    script = str(ROOT / "app.py")
    os.execv(sys.executable, [sys.executable, script])
