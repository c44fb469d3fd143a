"""Text that can be sent. A name or the text of a PDF can hold half of a surrogate pair, which UTF-8
has no bytes for."""

from __future__ import annotations

import json
from typing import Any


def sendable(content: Any) -> Any:
    """The content of JSON, a question mark in the place of each half."""
    return json.loads(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
