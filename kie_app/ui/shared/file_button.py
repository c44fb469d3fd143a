"""A button that sends one file."""

from __future__ import annotations

from pathlib import Path

from kie_app.ui.shared.drop_zone import SENDING

TEMPLATE = """
<label class="file-button">
  <input type="file" accept="${accept}" aria-label="${title}"><span>${title}</span>
</label>
"""

SCRIPT = SENDING + Path(__file__).with_suffix(".js").read_text("utf-8")
