"""Free fonts from Debian packages, by the short names that the documents use."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PIL import ImageFont

FOLDER = Path("/usr/share/fonts/truetype")
FACES = {
    "mono": ("fonts-noto-mono", "noto/NotoSansMono-Regular.ttf"),
    "mono-bold": ("fonts-noto-mono", "noto/NotoSansMono-Bold.ttf"),
    "till": ("fonts-inconsolata", "inconsolata/Inconsolata.otf"),
    "typewriter": ("fonts-liberation", "liberation/LiberationMono-Bold.ttf"),
    "sans": ("fonts-roboto-unhinted", "roboto/unhinted/RobotoTTF/Roboto-Regular.ttf"),
    "sans-medium": ("fonts-roboto-unhinted", "roboto/unhinted/RobotoTTF/Roboto-Medium.ttf"),
    "sans-bold": ("fonts-roboto-unhinted", "roboto/unhinted/RobotoTTF/Roboto-Bold.ttf"),
    "narrow": ("fonts-roboto-unhinted", "roboto/unhinted/RobotoCondensed-Regular.ttf"),
    "narrow-bold": ("fonts-roboto-unhinted", "roboto/unhinted/RobotoCondensed-Bold.ttf"),
    "soft": ("fonts-lato", "lato/Lato-Regular.ttf"),
    "soft-bold": ("fonts-lato", "lato/Lato-Bold.ttf"),
    "soft-black": ("fonts-lato", "lato/Lato-Black.ttf"),
    "arial": ("fonts-liberation", "liberation/LiberationSans-Regular.ttf"),
    "arial-bold": ("fonts-liberation", "liberation/LiberationSans-Bold.ttf"),
    "times": ("fonts-liberation", "liberation/LiberationSerif-Regular.ttf"),
    "times-bold": ("fonts-liberation", "liberation/LiberationSerif-Bold.ttf"),
}


def path(name: str) -> Path:
    """The file of a face; the program ends with the package to install when it is missing."""
    package, file = FACES[name]
    found = FOLDER / file
    if not found.is_file():
        raise SystemExit(f"{found} is missing: apt-get install {package}")
    return found


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout engine is in every build of Pillow, and makes no ligatures.
    return ImageFont.truetype(path(name), size, layout_engine=ImageFont.Layout.BASIC)
