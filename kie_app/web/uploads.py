"""/uploads: files are sent here, and an id of each handed to whatever reads it, the page or MCP."""

from __future__ import annotations

from fastapi import APIRouter, UploadFile
from pydantic import BaseModel, Field

from kie_app.config import Settings
from kie_app.web.calls import Owner, checked_size
from kie_app.web.errors import ERRORS
from kie_app.web.inbox import Inbox


class Upload(BaseModel):
    """A file that was sent and not read yet."""

    id: str = Field(description="good once, for ten minutes, for the user who sent the file")
    name: str = Field(description="as the file was called where it came from")


def uploads(inbox: Inbox, settings: Settings) -> APIRouter:
    """The route over the inbox."""
    router = APIRouter(responses=ERRORS)

    @router.post("/uploads")
    def send_files(owner: Owner, files: list[UploadFile]) -> list[Upload]:
        """Send files, to be read by their ids. None is kept when one is over the limit."""
        for file in files:
            checked_size(file, settings)
        return [
            Upload(id=inbox.put(owner, file.filename or "", file.file), name=file.filename or "")
            for file in files
        ]

    return router
