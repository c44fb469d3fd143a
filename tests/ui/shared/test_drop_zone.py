"""What a drop zone hands over: a file that was sent, or the name and size of one that was not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gradio.utils import get_upload_folder

from kie_app.config import Settings
from kie_app.errors import DocumentError
from kie_app.ui.shared.drop_zone import received


def test_a_file_that_was_sent_is_taken_with_its_name(tmp_path: Path) -> None:
    folder = Path(get_upload_folder()) / tmp_path.name
    folder.mkdir(parents=True)
    file = folder / "bill.png"
    file.write_bytes(b"data")
    # As Gradio hands it on: with the size that nobody told it.
    payload = {"path": str(file), "orig_name": "bill.png", "size": None, "url": None}
    assert received(payload, Settings()) == (b"data", "bill.png")
    assert not file.exists()


@pytest.mark.parametrize(
    ("payload", "part"),
    [
        ({"name": "scan.pdf", "size": 90_000_000}, '"scan.pdf" is 90.0 MB, over the limit'),
        ({"name": "scan.pdf", "size": -1}, '"scan.pdf" could not be sent'),
        ({"path": "/etc/passwd", "size": 1}, "no upload to this app"),
        ({}, "no upload to this app"),
        (None, "no upload to this app"),
    ],
)
def test_a_file_that_did_not_arrive_is_told_in_a_line(payload: Any, part: str) -> None:
    with pytest.raises(DocumentError, match=part):
        received(payload, Settings())
