"""Fonts that are on this machine, for the families that pages are laid out in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
FACES = {  # regular, bold
    "mono": (
        ("LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf"),
        ("LiberationMono-Bold.ttf", "LiberationMono-Bold.ttf"),
        ("NotoSansMono-Regular.ttf", "NotoSansMono-Bold.ttf"),
        ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"),
        ("Inconsolata.otf", "Inconsolata.otf"),
        ("Hack-Regular.ttf", "Hack-Bold.ttf"),
        ("Courier Prime.otf", "Courier Prime Bold.otf"),
    ),
    "sans": (
        ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
        ("Roboto-Regular.ttf", "Roboto-Bold.ttf"),
        ("Lato-Regular.ttf", "Lato-Bold.ttf"),
        ("OpenSans-Regular.ttf", "OpenSans-Bold.ttf"),
        ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ),
    "serif": (
        ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
        ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
        ("EBGaramond12-Regular.otf", "EBGaramond12-Bold.otf"),
    ),
    "narrow": (
        ("RobotoCondensed-Regular.ttf", "RobotoCondensed-Bold.ttf"),
        ("LiberationSansNarrow-Regular.ttf", "LiberationSansNarrow-Bold.ttf"),
        ("OpenSans-CondLight.ttf", "OpenSans-CondBold.ttf"),
    ),
}


@cache
def files(folders: tuple[Path, ...]) -> dict[str, Path]:
    """Font files below the folders by name."""
    found: dict[str, Path] = {}
    for folder in folders:
        for ending in ("*.ttf", "*.otf"):
            for path in sorted(folder.rglob(ending)):
                found.setdefault(path.name, path)
    return found


def pairs(family: str, folders: Sequence[Path]) -> list[tuple[Path | None, Path | None]]:
    """Regular and bold files of a family; (None, None), Pillow's own font, where there is none."""
    known = files(tuple(folders))
    found: list[tuple[Path | None, Path | None]] = [
        (known[regular], known[bold])
        for regular, bold in FACES[family]
        if regular in known and bold in known
    ]
    return found or [(None, None)]


@lru_cache(maxsize=256)
def font(path: Path | None, size: int) -> Font:
    if path is None:
        return ImageFont.load_default(size)
    # The basic layout engine is in every build of Pillow, and makes no ligatures.
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
