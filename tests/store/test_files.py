"""Files stand under their digest, whole or not at all."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import fsspec
import pytest

from kie_app.errors import StoreError
from kie_app.store.files import Files

DATA = b"a receipt"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "file://", "memory://"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "memory://":
        fsspec.filesystem("memory").store.clear()
        return Files("memory://onepass/files")
    return Files(f"{request.param.removeprefix('folder')}{tmp_path}/one/files")


def test_what_is_kept_is_read_until_it_is_removed(files: Files) -> None:
    assert files.read(DIGEST) is None
    files.keep(DIGEST, DATA)
    files.keep(DIGEST, DATA)
    assert files.read(DIGEST) == DATA
    files.remove(DIGEST)
    files.remove(DIGEST)
    assert files.read(DIGEST) is None


def test_an_empty_file_is_kept(files: Files) -> None:
    digest = hashlib.sha256(b"").hexdigest()
    files.keep(digest, b"")
    assert files.read(digest) == b""


def test_a_changed_file_is_not_read_and_is_mended_by_keeping_it_again(tmp_path: Path) -> None:
    files = Files(str(tmp_path))
    files.keep(DIGEST, DATA)
    (tmp_path / DIGEST).write_bytes(b"another!!")
    assert files.read(DIGEST) is None
    files.keep(DIGEST, DATA)
    assert files.read(DIGEST) == DATA


def test_what_a_killed_process_left_is_written_over_or_removed(tmp_path: Path) -> None:
    files = Files(str(tmp_path))
    part = tmp_path / f"{DIGEST}.part"
    part.write_bytes(b"a rec")
    files.keep(DIGEST, DATA)
    assert [path.name for path in tmp_path.iterdir()] == [DIGEST]
    part.write_bytes(b"a rec")
    files.remove(DIGEST)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_it_makes_is_for_its_user_alone(tmp_path: Path) -> None:
    Files(str(tmp_path / "files"))
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700


@pytest.mark.parametrize("place", ["{}/file/files", "nosuch://place", "file://{}/file/files"])
def test_a_place_that_cannot_be_had_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot be read or written .*ONEPASS_FILES") as raised:
        Files(place.format(tmp_path))
    assert "\n" not in str(raised.value)


def test_a_password_of_the_place_is_not_shown() -> None:
    with pytest.raises(StoreError) as raised:
        Files("ftp://onepass:secret@127.0.0.1:1/files")
    assert "secret" not in str(raised.value)
