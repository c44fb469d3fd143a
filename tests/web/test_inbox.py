"""What is sent is read once, by whoever sent it, and does not stay."""

from __future__ import annotations

import io
import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from kie_app.config import Settings
from kie_app.errors import DocumentError, Unavailable
from kie_app.web.inbox import LIFETIME, Inbox


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(Settings(data_dir=tmp_path))


def put(inbox: Inbox, name: str = "a.pdf", user: str = "ada", data: bytes = b"data") -> str:
    return inbox.put(user, name, io.BytesIO(data))


def left(folder: Path) -> list[Path]:
    return list((folder / "inbox").iterdir())


def refused(inbox: Inbox, upload: object, user: str = "ada") -> str:
    with pytest.raises(DocumentError) as raised:
        inbox.take(user, upload)
    return str(raised.value)


def test_a_file_is_read_once_and_gone(inbox: Inbox, tmp_path: Path) -> None:
    upload = put(inbox, "dir/a.pdf")
    assert inbox.take("ada", upload) == (b"data", "a.pdf")
    assert left(tmp_path) == []
    assert "read already" in refused(inbox, upload)


def test_equal_files_of_one_name_are_two(inbox: Inbox) -> None:
    ids = [put(inbox) for _ in range(3)]
    assert len(set(ids)) == 3
    assert min(map(len, ids)) >= 32
    assert [inbox.take("ada", one) for one in ids] == [(b"data", "a.pdf")] * 3


def test_nobody_else_reads_it_or_learns_that_it_is_there(inbox: Inbox) -> None:
    upload = put(inbox)
    assert refused(inbox, upload, user="bob") == refused(inbox, "never sent", user="bob")
    assert inbox.take("ada", upload)[0] == b"data"


@pytest.mark.parametrize("upload", [None, 7, {}, ["a"], "", "/etc/passwd", "../secret", "a\0"])
def test_no_other_file_is_read_or_deleted(inbox: Inbox, tmp_path: Path, upload: object) -> None:
    put(inbox)
    (tmp_path / "secret").write_text("secret")
    refused(inbox, upload)
    assert (tmp_path / "secret").exists()
    assert len(left(tmp_path)) == 1


@pytest.mark.parametrize(
    "name", ["..", "../../up.pdf", ".hidden", "a/../..", "", "\0", "\u00e4" * 300 + ".pdf"]
)
def test_no_name_leads_elsewhere(inbox: Inbox, tmp_path: Path, name: str) -> None:
    upload = put(inbox, name)
    assert [path.name for path in left(tmp_path)] == [upload]
    data, shown = inbox.take("ada", upload)
    assert data == b"data"
    assert shown
    assert "/" not in shown


def test_only_the_apps_own_user_can_look_into_the_folder(inbox: Inbox, tmp_path: Path) -> None:
    assert list(tmp_path.iterdir()) == []  # where nothing was ever sent
    inbox.sweep()
    put(inbox)
    assert stat.S_IMODE((tmp_path / "inbox").stat().st_mode) == 0o700


def test_what_nobody_reads_is_deleted_and_what_is_young_is_not(
    inbox: Inbox, tmp_path: Path
) -> None:
    old, young = put(inbox), put(inbox)
    orphan = tmp_path / "inbox" / "of a process that was killed"
    orphan.write_bytes(b"data")
    past = time.time() - LIFETIME - 1
    for name in (old, orphan.name):
        os.utime(tmp_path / "inbox" / name, (past, past))
    inbox.sweep()
    assert [path.name for path in left(tmp_path)] == [young]
    assert "10 minutes" in refused(inbox, old)
    assert inbox.take("ada", young)[0] == b"data"


def test_two_who_take_one_file_at_once_do_not_both_get_it(inbox: Inbox) -> None:
    def take(upload: str) -> bool:
        try:
            return inbox.take("ada", upload)[0] == b"data"
        except DocumentError:
            return False

    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            assert sum(pool.map(take, [put(inbox)] * 8)) == 1


class Broken(io.BytesIO):
    """A file that breaks off."""

    def read(self, *_: object) -> bytes:
        raise OSError(28, "No space left on device")


def test_what_cannot_be_kept_whole_is_not_kept(inbox: Inbox, tmp_path: Path) -> None:
    broken: BinaryIO = Broken()
    with pytest.raises(Unavailable, match=r"No space left on device.*ONEPASS_DATA_DIR"):
        inbox.put("ada", "a.pdf", broken)
    assert left(tmp_path) == []
