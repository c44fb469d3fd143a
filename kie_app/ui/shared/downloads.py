"""Links that carry their content, so that no file of a person's lies on the server."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence

from kie_app import export
from kie_app.types import Extraction
from kie_app.ui.shared.formatting import safe


def downloads(extractions: Sequence[Extraction], names: Mapping[str, str], stem: str) -> str:
    """Links that carry their content, so that no file of a person's lies on the server. `names` are
    those of the documents by id, `stem` that of the files."""
    links = ""
    for ending, (kind, write) in export.FILES.items():
        data = base64.b64encode(write(extractions, names)).decode()
        links += (
            f'<a class="take" download="{safe(stem)}.{ending}" href="data:{kind};base64,{data}">'
            f"Download {ending.upper()}</a>"
        )
    return f'<p class="downloads">{links}</p>'


def file_stem(name: str) -> str:
    """A name of letters, digits and dashes, for a file to be saved as."""
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:60] or "document"
