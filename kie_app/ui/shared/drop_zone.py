"""A drop zone for documents of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kie_app.config import Settings
from kie_app.documents import SUFFIXES
from kie_app.web import uploads

ACCEPT = ",".join(SUFFIXES)

TEMPLATE = """
<label class="drop">
  <input type="file" accept="${accept}" ${many ? 'multiple' : ''} aria-label="${title}">
  <b>${title}</b>
  <span role="status"
    >PDF or image, up to ${limit} MB${many ? ' each; drop them' : '; drop it'} here</span>
</label>
"""

# One zone takes one file or many. A file that is not sent is told of by its name and size.
SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")


def received(payload: Any, settings: Settings) -> tuple[bytes, str]:
    """The bytes and the name of a dropped file. DocumentError for one that did not arrive, and for
    one that the browser did not send, of which it tells the name and the size alone."""
    if isinstance(payload, Mapping) and "path" not in payload and "size" in payload:
        raise uploads.refusal(str(payload.get("name")), int(payload["size"]), settings)
    return uploads.take(payload)
