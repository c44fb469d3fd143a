"""Image files (JPEG, PNG, WebP, TIFF) to upright RGB images, one a page."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from kie_app.config import Settings
from kie_app.errors import DocumentError

# The plug-ins are called by name instead of Image.open: no other decoder ever sees the bytes, and
# Image.MAX_IMAGE_PIXELS, which belongs to the whole process, does not stand in for our own limit.
READERS: dict[str, type[ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WebP": WebPImageFile,
    "TIFF": TiffImageFile,
}
PAGE_PIXELS = 4_000_000  # a kept page: A4 at 200 dpi, or a long receipt that is still legible
ALPHA_MODES = ("RGBA", "RGBa", "LA", "La", "PA")
REDUCED_COPY = 254  # TIFF tag NewSubfileType: bit 0 marks a thumbnail of another page


def frames(data: bytes, kind: str, name: str, settings: Settings) -> Iterator[Image.Image]:
    """Every page of a TIFF, the first picture of any other file; raises DocumentError."""
    try:
        image = READERS[kind](BytesIO(data))
    except Exception as error:  # decoders raise whatever comes to hand on damaged bytes
        raise _damaged(data, kind, name) from error
    with image:
        if kind != "TIFF":
            yield _decode(image, data, kind, name, settings)
            return
        number = count = 0
        while _seek(image, number, data, name):
            number += 1
            if image.tag_v2.get(REDUCED_COPY, 0) & 1:  # type: ignore[attr-defined]
                continue
            count += 1
            if count > settings.max_pages:
                raise DocumentError(
                    f'"{name}" has more than {settings.max_pages} pages, which is the limit: '
                    "split it into smaller files, or raise ONEPASS_MAX_PAGES."
                )
            yield _decode(image, data, kind, name, settings)


def check_pixels(width: int, height: int, what: str, settings: Settings) -> None:
    """Refuse a picture by its declared size, before any of it is decoded."""
    if width * height > settings.max_pixels:
        raise DocumentError(
            f"{what} is {width} x {height} pixels ({width * height:,}), over the limit of "
            f"{settings.max_pixels:,}: scale it down (300 dots per inch are plenty), "
            "or raise ONEPASS_MAX_PIXELS."
        )


def to_rgb(image: Image.Image) -> Image.Image:
    """Any mode to RGB: transparency becomes white paper, deep greys are scaled to 8 bit."""
    if image.mode.startswith(("I", "F")):
        deep = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0, neginf=0).clip(0)
        # By its own maximum: scanners store 10 and 12 bit greys in 16, and white is the brightest.
        return Image.fromarray((deep * (255 / max(deep.max(), 1e-9))).astype(np.uint8)).convert(
            "RGB"
        )
    if image.mode in ALPHA_MODES or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return image.convert("RGB")


def _seek(image: ImageFile, number: int, data: bytes, name: str) -> bool:
    try:
        image.seek(number)
    except EOFError:
        return False
    except Exception as error:
        raise _damaged(data, "TIFF", name) from error
    return True


def _decode(image: ImageFile, data: bytes, kind: str, name: str, settings: Settings) -> Image.Image:
    check_pixels(*image.size, f'"{name}"', settings)
    try:
        image.load()
        page = to_rgb(_upright(image))
    except Exception as error:
        raise _damaged(data, kind, name) from error
    if page.width * page.height > PAGE_PIXELS:
        scale = (PAGE_PIXELS / (page.width * page.height)) ** 0.5
        size = max(1, round(page.width * scale)), max(1, round(page.height * scale))
        page = page.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return page


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken metadata is no reason to refuse a whole picture
        return image


def _damaged(data: bytes, kind: str, name: str) -> DocumentError:
    return DocumentError(
        f'"{name}" ({len(data):,} bytes) is a {kind} that breaks off or is damaged; only whole '
        "pictures are read: copy, scan or export it again."
    )
