"""Where files that are sent to the app lie until they are read: each in a folder of its own.

Gradio's own address for them puts equal files of one name in one place, where the first to be read
goes for all who sent it, and leaves for good what arrived of a file whose sender broke off.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

import gradio as gr
from fastapi import FastAPI, HTTPException, UploadFile
from gradio.utils import get_upload_folder

from kie_app.config import Settings
from kie_app.documents import base_name
from kie_app.web.uploads import MEGABYTE

LONGEST_NAME = 200  # bytes; a file system takes some more


def add_inbox(server: FastAPI, page: gr.Blocks, settings: Settings) -> None:
    """Take files in Gradio's stead. What nobody reads is deleted as an upload of the page."""

    @server.post("/gradio_api/upload", include_in_schema=False)  # `openapi` describes it
    def receive(files: list[UploadFile]) -> list[str]:
        """The path of each file, as endpoints take it; 413 for one over the limit."""
        if any((file.size or 0) > settings.max_file_mb * MEGABYTE for file in files):
            raise HTTPException(
                413, f"A file is over the limit of {settings.max_file_mb} MB: send a smaller one."
            )
        paths = [str(kept(file)) for file in files]
        page.upload_file_set.update(paths)
        return paths


def kept(file: UploadFile) -> Path:
    """The path of the file, under its own name as far as a path can have it."""
    cache = Path(get_upload_folder())
    cache.mkdir(parents=True, exist_ok=True)
    name = base_name(file.filename or "").encode()[-LONGEST_NAME:].decode(errors="ignore")
    path = Path(mkdtemp(dir=cache)) / name
    with path.open("wb") as out:
        shutil.copyfileobj(file.file, out)
    return path
