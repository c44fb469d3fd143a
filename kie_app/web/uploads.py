"""A drop zone for documents of one's own, that leaves no file in Gradio's cache.

A file that is sent lies there (`inbox`), where whoever knows the address could read it; so it is
read from there at once and deleted. The size is checked in the browser already, before sending;
`upload.js` tells how many files are on their way, and stops them.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder

from kie_app.config import Settings
from kie_app.errors import DocumentError

MEGABYTE = 1_000_000


def check_received(file: Any) -> None:
    """DocumentError unless this is a file that was sent here: whatever else it named would be read
    and deleted."""
    path = file.get("path") if isinstance(file, dict) else None
    folder = Path(get_upload_folder()).resolve()
    named = isinstance(path, str) and "\0" not in path  # which no path holds
    if not named or not Path(str(path)).resolve().is_relative_to(folder):
        raise DocumentError(
            "file is no upload to this app: send it first, to /gradio_api/upload or with "
            "gradio_client's handle_file."
        )


def take(payload: Any) -> tuple[bytes, str]:
    """The bytes and the name of a received file, which is deleted. DocumentError for any other."""
    check_received(payload)
    path = Path(payload["path"])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError("The upload did not arrive whole: open the file again.") from error
    finally:
        path.unlink(missing_ok=True)
        with suppress(OSError):  # its folder, unless somebody else's upload lies there too
            path.parent.rmdir()
    return data, str(payload.get("orig_name") or path.name)


def refusal(name: str, size: int, settings: Settings) -> DocumentError:
    """Why a file was not even sent; a negative size means that sending failed."""
    if size < 0:
        return DocumentError(
            f'"{name}" could not be sent: check the connection, then open it again.'
        )
    return DocumentError(
        f'"{name}" is {size / MEGABYTE:.1f} MB, over the limit of {settings.max_file_mb} MB: '
        "send fewer pages or a smaller scan, or raise ONEPASS_MAX_FILE_MB."
    )
