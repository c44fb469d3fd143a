"""What routes share of a call: who asks, a file within the limit, long work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, HTTPException, Request, UploadFile

from kie_app.access import user_of
from kie_app.config import MEGABYTE, Settings

Result = TypeVar("Result")

# Calls that wait for the model at once; the others wait without a thread, so that pages, images and
# probes, which have threads of their own, are answered meanwhile.
WORKERS = CapacityLimiter(4)


def asking(request: Request) -> str:
    """The name of the user whom the gate found."""
    user = user_of(request)
    if user is None:
        raise HTTPException(401, "Not logged in.")
    return user.name


Owner = Annotated[str, Depends(asking)]


async def working(work: Callable[[], Result]) -> Result:
    """The result of work that uses the model or OCR, in the order of the calls."""
    return await to_thread.run_sync(work, limiter=WORKERS)


def checked_size(file: UploadFile, settings: Settings) -> None:
    """413 for a file over the limit."""
    if (file.size or 0) > settings.max_file_mb * MEGABYTE:
        raise HTTPException(
            413, f"A file is over the limit of {settings.max_file_mb} MB: send a smaller one."
        )
