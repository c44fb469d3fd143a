"""A drop zone for documents of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kie_app.documents import SUFFIXES

ACCEPT = ",".join(SUFFIXES)

TEMPLATE = """
<label class="drop">
  <input type="file" accept="${accept}" ${many ? 'multiple' : ''} aria-label="${title}">
  <b>${title}</b>
  <span role="status"
    >PDF or image, up to ${limit} MB${many ? ' each; drop them' : '; drop it'} here</span>
</label>
"""

SENDING = Path(__file__).with_name("sending.js").read_text("utf-8")

# One zone takes one file or many. A file that is not sent is told of by its name and size.
SCRIPT = SENDING + Path(__file__).with_suffix(".js").read_text("utf-8")


def upload_of(payload: Any) -> Any:
    """The id of a sent file in what the browser tells of it, which may be anything."""
    return payload.get("upload") if isinstance(payload, dict) else None
