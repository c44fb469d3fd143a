"""Only what was sent to the app is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from gradio.utils import get_upload_folder

from kie_app.errors import DocumentError
from kie_app.web.uploads import check_received

FOLDER = Path(get_upload_folder())


@pytest.mark.parametrize(
    "file",
    [
        None,
        "a.pdf",
        {},
        {"path": 7},
        {"path": "/etc/passwd"},
        {"path": str(FOLDER / ".." / "secret.pdf")},
        {"path": f"{FOLDER}/a\0.pdf"},
        {"path": f"{FOLDER}-not/a.pdf"},
    ],
)
def test_what_was_not_sent_is_refused(file: object) -> None:
    with pytest.raises(DocumentError, match="send it first"):
        check_received(file)


def test_what_was_sent_is_taken() -> None:
    check_received({"path": str(FOLDER / "0a" / "a.pdf")})
