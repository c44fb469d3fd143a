"""A page drawn in pixels that remembers each run of text with its box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw

from dev.samples.fonts import font

Align = Literal["left", "centre", "right"]
Colour = tuple[int, int, int]
ANCHORS = {"left": "ls", "centre": "ms", "right": "rs"}
OVERSAMPLE = 2  # drawn larger and reduced at the end: smooth edges at any position
INK: Colour = (24, 24, 26)


@dataclass(frozen=True)
class Run:
    """Printed text and its box in pixels: left, top, right, bottom."""

    text: str
    box: tuple[float, float, float, float]


class DrawnPage:
    """Coordinates are pixels of the finished image; `condense` < 1 makes all text narrower."""

    def __init__(
        self, width: int, height: int, paper: Colour = (255, 255, 255), condense: float = 1.0
    ) -> None:
        self.width, self.height = width, height
        self.sx, self.sy = OVERSAMPLE / condense, float(OVERSAMPLE)
        size = (round(width * self.sx), round(height * self.sy))
        self._image = Image.new("RGB", size, paper)
        self._draw = ImageDraw.Draw(self._image)
        self.runs: list[Run] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        face: str,
        size: float,
        fill: Colour = INK,
        align: Align = "left",
        record: bool = True,
    ) -> tuple[float, float]:
        """Print `text` on the baseline `y`; returns its left and right edge in pixels."""
        kind = font(face, round(size * self.sy))
        at = (x * self.sx, y * self.sy)
        self._draw.text(at, text, font=kind, fill=fill, anchor=ANCHORS[align])
        x0, y0, x1, y1 = self._draw.textbbox(at, text, font=kind, anchor=ANCHORS[align])
        box = (x0 / self.sx - 1, y0 / self.sy - 1, x1 / self.sx + 1, y1 / self.sy + 1)
        if record:
            self.runs.append(Run(text, box))
        return box[0] + 1, box[2] - 1

    def width_of(self, text: str, face: str, size: float) -> float:
        return font(face, round(size * self.sy)).getlength(text) / self.sx

    def line(
        self, points: list[tuple[float, float]], fill: Colour = INK, width: float = 1.0
    ) -> None:
        scaled = [(x * self.sx, y * self.sy) for x, y in points]
        self._draw.line(scaled, fill=fill, width=round(width * self.sy), joint="curve")

    def dashes(
        self, x0: float, x1: float, y: float, dash: float, gap: float, width: float = 1.5
    ) -> None:
        x = x0
        while x < x1:
            self.line([(x, y), (min(x + dash, x1), y)], width=width)
            x += dash + gap

    def rectangle(
        self,
        box: tuple[float, float, float, float],
        fill: Colour | None = None,
        outline: Colour | None = None,
        width: float = 1.0,
        radius: float = 0.0,
    ) -> None:
        x0, y0, x1, y1 = box
        self._draw.rounded_rectangle(
            (x0 * self.sx, y0 * self.sy, x1 * self.sx, y1 * self.sy),
            radius=radius * self.sy,
            fill=fill,
            outline=outline,
            width=round(width * self.sy),
        )

    def polygon(self, points: list[tuple[float, float]], fill: Colour) -> None:
        self._draw.polygon([(x * self.sx, y * self.sy) for x, y in points], fill=fill)

    def ellipse(self, box: tuple[float, float, float, float], fill: Colour) -> None:
        x0, y0, x1, y1 = box
        self._draw.ellipse(
            (x0 * self.sx, y0 * self.sy, x1 * self.sx, y1 * self.sy), fill=fill, outline=None
        )

    def bars(self, x0: float, x1: float, y0: float, y1: float, seed: int) -> None:
        """Something that looks like a bar code; it encodes nothing."""
        unit = (x1 - x0) / 120
        x, state = x0, seed
        while x < x1 - 4 * unit:
            state = (state * 1103515245 + 12345) % 2**31
            wide, space = 1 + (state >> 16) % 3, 1 + (state >> 20) % 3
            self.rectangle((x, y0, x + wide * unit, y1), fill=INK)
            x += (wide + space) * unit

    def image(self) -> Image.Image:
        """The finished page as RGB."""
        return self._image.resize((self.width, self.height), Image.Resampling.LANCZOS)
