"""Links that carry their content, so that no file of a person's lies on the server."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence

from kie_app import export
from kie_app.types import Extraction
from kie_app.ui.shared.formatting import safe


def downloads(extractions: Sequence[Extraction], names: Mapping[str, str], stem: str) -> str:
    """The extractions in every file format. `names` are those of the documents by id, `stem` that
    of the files."""
    files = {
        ending: (kind, write(extractions, names)) for ending, (kind, write) in export.FILES.items()
    }
    return links(stem, files)


def links(stem: str, files: Mapping[str, tuple[str, bytes]]) -> str:
    """A link for each of the files, their media type and bytes by ending."""
    found = "".join(
        f'<a class="take" download="{safe(stem)}.{ending}" href="{data_url(*file)}">Download '
        f"{ending.upper()}</a>"
        for ending, file in files.items()
    )
    return f'<p class="downloads">{found}</p>'


def data_url(kind: str, content: bytes) -> str:
    """A URL that carries bytes of this media type."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def file_stem(name: str) -> str:
    """A name of letters, digits and dashes, for a file to be saved as."""
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:60] or "document"
