"""Folders of images with captions: lines of JSON, or WebDataset shards. Images stay on disk.

`captions.jsonl` holds one JSON object a line: `image` (a path inside the folder) and `text`.
Otherwise every `*.tar` of the folder is a shard: members whose path is equal up to the first "." of
its last part are one sample, an image with a `.txt`, or with a `.json` that holds `caption`
(https://github.com/webdataset/webdataset). Nothing is unpacked: a sample's image is read from
where it stands in its shard.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kie_app.datasets import label_rows
from kie_app.errors import DataError

FILE, SHARDS = "captions.jsonl", "*.tar"
IMAGES = ("jpg", "jpeg", "png", "webp", "tif", "tiff")
BESIDE = (".meta", "__")  # how members that are no samples begin, by the format's convention


@dataclass(frozen=True)
class Captioned:
    """An image with its caption: `size` bytes of `file` from `start`, or all of them. `name` says
    where it is from."""

    name: str
    caption: str
    file: Path
    start: int = 0
    size: int = -1

    def data(self) -> bytes:
        """The image's bytes; DataError when they cannot be read."""
        try:
            with self.file.open("rb") as file:
                file.seek(self.start)
                return file.read(self.size)
        except OSError as error:
            raise DataError(
                f"{self.name} cannot be read ({error.strerror}): put it there or take its caption "
                "out."
            ) from error


def read(folder: Path) -> tuple[Captioned, ...]:
    """All images with captions of a folder, none where it holds no captions; DataError names the
    line or the sample, and the remedy."""
    path = folder / FILE
    if path.is_file():
        return _lines(folder, path)
    return tuple(one for shard in sorted(folder.glob(SHARDS)) for one in _samples(shard))


def _lines(folder: Path, path: Path) -> tuple[Captioned, ...]:
    items = []
    for number, row in label_rows.read(path):
        try:
            one = label_rows.parse(row)
            file, text = folder / label_rows.named(one, "image"), label_rows.text(one.get("text"))
            if text is None:
                raise label_rows.Wrong(f"text is {label_rows.shown(one.get('text'))}")
        except label_rows.Wrong as wrong:
            raise DataError(
                f"{path}:{number} is no image with a caption ({wrong}): each line needs, in UTF-8, "
                "image and text as a JSON object."
            ) from wrong
        items.append(Captioned(str(file), text, file))
    if not items:
        raise DataError(f"{path} is empty: give each image a line with image and text.")
    return tuple(items)


def _samples(shard: Path) -> Iterator[Captioned]:
    captions: dict[str, str] = {}
    images: dict[str, tarfile.TarInfo] = {}
    try:
        with tarfile.open(shard, "r:") as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                stem, _, kind = path.name.partition(".")
                if not member.isreg() or not kind or path.name.startswith(BESIDE):
                    continue
                sample, kind = str(path.parent / stem), kind.lower()
                if kind in ("txt", "json"):
                    file = tar.extractfile(member)
                    text = _caption(file.read(), kind) if file else None
                    if text is not None and (kind == "txt" or sample not in captions):
                        captions[sample] = text
                elif kind in IMAGES:
                    images[sample] = member
    except (OSError, tarfile.TarError, ValueError) as error:
        raise DataError(
            f"{shard} is no shard that can be read ({error}): write it again as a plain tar file "
            "of images with a .txt or .json each in UTF-8."
        ) from error
    for sample, member in images.items():
        name = f"{sample} of {shard}"
        if sample not in captions:
            raise DataError(
                f'{name} has no caption: give it a .txt, or a .json with "caption", of that name.'
            )
        yield Captioned(name, captions[sample], shard, member.offset_data, member.size)
    if not images:
        raise DataError(
            f"{shard} holds no image ({', '.join(IMAGES)}): give it samples or take it away."
        )


def _caption(data: bytes, kind: str) -> str | None:
    """The text of a caption's file; None where JSON says none."""
    text = data.decode("utf-8")
    if kind == "txt":
        return text
    content = json.loads(text)
    caption = content.get("caption") if isinstance(content, dict) else None
    return caption if isinstance(caption, str) else None
