"""Images with captions from lines of JSON and from WebDataset shards, which that library reads."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import webdataset
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from kie_app.config import Settings
from kie_app.datasets import captions as captioned
from kie_app.errors import DataError
from kie_app.training import sources
from kie_app.training.sources import Mix


def picture(colour: str, kind: str = "PNG") -> bytes:
    with io.BytesIO() as file:
        Image.new("RGB", (40, 30), colour).save(file, kind)
        return file.getvalue()


def shard(path: Path, members: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


names = st.text("abcdef0123456789_-", min_size=1, max_size=8).filter(lambda n: n[:2] != "__")
captions = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)
kinds = st.sampled_from([("png", "PNG"), ("jpg", "JPEG"), ("webp", "WEBP")])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(names, captions, kinds), min_size=1, max_size=6, unique_by=lambda s: s[0])
)
def test_shards_hold_what_the_formats_own_library_reads(
    tmp_path: Path, samples: list[tuple[str, str, tuple[str, str]]]
) -> None:
    path = tmp_path / "0000.tar"
    with webdataset.TarWriter(str(path)) as writer:
        for name, text, (suffix, kind) in samples:
            image = picture("red", kind)
            writer.write({"__key__": f"part/{name}", suffix: image, "txt": text, "cls": 3})
    own = webdataset.WebDataset(str(path), shardshuffle=False)
    expected = [
        (next(one[k] for k in captioned.IMAGES if k in one), one["txt"].decode()) for one in own
    ]
    assert [(one.data(), one.caption) for one in captioned.read(tmp_path)] == expected


def test_shards_are_read_in_order_and_img2dataset_is_understood(tmp_path: Path) -> None:
    shard(tmp_path / "1.tar", {"b.JPG": picture("blue", "JPEG"), "b.json": b'{"caption": "blue"}'})
    shard(
        tmp_path / "0.tar",
        {
            "a.json": json.dumps({"caption": "from json", "width": 40}).encode(),
            "a.jpg": picture("red", "JPEG"),
            "a.txt": b"a red sheet",
            "c.json": b"[1]",
            "c.txt": b"white",
            "c.png": picture("white"),
            "__meta.json": b"{}",
        },
    )
    assert [one.caption for one in captioned.read(tmp_path)] == ["a red sheet", "white", "blue"]


def test_shards_are_drawn_without_being_unpacked(tmp_path: Path) -> None:
    folder = tmp_path / "shards"
    folder.mkdir()
    for n, colour in enumerate(("red", "blue")):
        shard(folder / f"{n}.tar", {"a.png": picture(colour), "a.txt": colour.encode()})
    mix = Mix(sources.read([f"{folder}=2"], "train"), 0, Settings())
    drawn = {mix.draw(at).image for at in range(2)}
    assert {one.caption: one.data() for one in drawn if one} == {
        colour: picture(colour) for colour in ("red", "blue")
    }
    assert mix.facts() == {"shards": {"weight": 2, "documents": 2}}
    assert sorted(path.name for path in folder.iterdir()) == ["0.tar", "1.tar"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        pytest.param({"a.png": b"x"}, "a of .*0.tar has no caption", id="no caption"),
        pytest.param(
            {"a.png": b"x", "a.json": b'{"text": "a"}'}, "has no caption", id="JSON without one"
        ),
        pytest.param({"a.txt": b"a"}, "0.tar holds no image", id="no image"),
        pytest.param({}, "0.tar holds no image", id="nothing"),
        pytest.param({"a.png": b"x", "a.txt": b"\xff"}, "no shard that can be read", id="bytes"),
        pytest.param({"a.png": b"x", "a.json": b"{"}, "no shard that can be read", id="JSON"),
    ],
)
def test_a_wrong_shard_is_named(tmp_path: Path, members: dict[str, bytes], said: str) -> None:
    shard(tmp_path / "0.tar", members)
    with pytest.raises(DataError, match=said):
        captioned.read(tmp_path)


def test_a_damaged_shard_is_named(tmp_path: Path) -> None:
    whole = shard(tmp_path / "0.tar", {"a.txt": b"a" * 3000, "a.png": picture("red")})
    whole.write_bytes(whole.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"0\.tar is no shard that can be read"):
        captioned.read(tmp_path)
    whole.write_bytes(b"no tar file")
    with pytest.raises(DataError, match=r"0\.tar is no shard that can be read"):
        captioned.read(tmp_path)


@pytest.mark.parametrize("row", ["{", "[]", '{"image": "a.png"}', '{"image": [3], "text": "a"}'])
def test_a_damaged_caption_line_is_named(tmp_path: Path, row: str) -> None:
    (tmp_path / captioned.FILE).write_text('{"image": "a.png", "text": "a"}\n' + row)
    with pytest.raises(DataError, match=r"captions\.jsonl:2"):
        captioned.read(tmp_path)


def test_an_empty_file_of_captions_is_named(tmp_path: Path) -> None:
    (tmp_path / captioned.FILE).write_text("")
    with pytest.raises(DataError, match=r"captions\.jsonl is empty"):
        sources.read([str(tmp_path)], "train")


def test_an_image_that_is_gone_is_named(tmp_path: Path) -> None:
    (tmp_path / captioned.FILE).write_text('{"image": "a.png", "text": "a"}')
    (one,) = captioned.read(tmp_path)
    with pytest.raises(DataError, match=r"a\.png cannot be read"):
        one.data()
