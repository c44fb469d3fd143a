"""The same document as a picture: its layout in real fonts, worn and askew, boxes measured."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from kie_app.datasets.synthetic import faces
from kie_app.datasets.synthetic.documents import Layout, SyntheticDocument, document, layout
from kie_app.datasets.synthetic.sheet import Mark, Run, clipped
from kie_app.datasets.synthetic.wear import worn
from kie_app.types import Box, Page

Edges = tuple[float, float, float, float]
WHITE = (255, 255, 255)
PAD = 1.0  # pixels around the ink of a run
MOST_GROWN = 1.12  # a face narrower than the layout's widths is set larger, up to this
SLACK = 1.04  # share of its width that a run may take
TURN = {"receipt": 1.6}  # most degrees; papers lie straighter


def render(
    seed: int, font_dirs: Sequence[Path | str] | None = None
) -> tuple[Image.Image, SyntheticDocument]:
    """The first page's picture, and the document with all pages' pictures and measured boxes."""
    made = layout(seed)
    rng = random.Random(f"drawn-{seed}")
    folders = [Path(one) for one in font_dirs] if font_dirs is not None else list(faces.FOLDERS)
    pen = _Pen(made, rng, folders)
    noise = np.random.default_rng([seed % 2**63, 7])
    strength = rng.choice((0.1, 0.3, 0.6, 1.0))
    boxes: dict[int, Box] = {}
    pages: list[Page] = []
    for number in range(1 + max(run.page for run in made.runs)):
        clean, edges = pen.page(number)
        most = TURN.get(made.kind, 0.7) * strength
        image, turned = skewed(clean, edges, rng.uniform(-most, most))
        boxes |= {at: _fraction(one, image) for at, one in turned.items()}
        pages.append(Page(number, *image.size, worn(image, noise, strength)))
    found = document(seed, made, [boxes[at] for at in range(len(made.runs))], pages)
    first = pages[0].image
    assert first is not None  # every page was drawn above
    return first, found


def skewed(
    image: Image.Image, edges: dict[int, Edges], degrees: float
) -> tuple[Image.Image, dict[int, Edges]]:
    """A page turned clockwise about its middle, and the boxes around its turned runs."""
    page = image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=WHITE)
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    mid_x, mid_y = image.width / 2, image.height / 2

    def around(box: Edges) -> Edges:
        corners = [(x - mid_x, y - mid_y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        xs = [mid_x + x * cosine - y * sine for x, y in corners]
        ys = [mid_y + x * sine + y * cosine for x, y in corners]
        return min(xs), min(ys), max(xs), max(ys)

    return page, {at: around(box) for at, box in edges.items()}


class _Pen:
    """Draws a layout's pages in one face, ink and size."""

    def __init__(self, made: Layout, rng: random.Random, folders: Sequence[Path]) -> None:
        self.made = made
        self.regular, self.bold = rng.choice(faces.pairs(made.family, folders))
        self.scale = rng.uniform(1.9, 3.0) if made.kind == "receipt" else rng.uniform(1.6, 2.3)
        dark = rng.choice((0, 0, 15, 40, 60))
        self.ink = (dark, dark, dark + rng.choice((0, 0, 0, 35)))
        face = faces.font(self.regular, 40)
        ratios = sorted(
            run.width / run.size / max(face.getlength(run.text) / 40, 0.1)
            for run in made.runs
            if not run.bold
        )
        # Nearly all runs then fit their room at one size; only the rest are set smaller.
        self.grow = min(ratios[len(ratios) // 8] if ratios else 1.0, MOST_GROWN)

    def page(self, number: int) -> tuple[Image.Image, dict[int, Edges]]:
        """A clean page and the edges of its runs in pixels, by their place among all runs."""
        size = (round(self.made.width * self.scale), round(self.made.height * self.scale))
        image = Image.new("RGB", size, WHITE)
        draw = ImageDraw.Draw(image)
        for mark in self.made.marks:
            if mark.page == number:
                self._mark(draw, mark)
        edges = {
            at: self._run(draw, run) for at, run in enumerate(self.made.runs) if run.page == number
        }
        return image, edges

    def _run(self, draw: ImageDraw.ImageDraw, run: Run) -> Edges:
        path = self.bold if run.bold else self.regular
        size = max(round(run.size * self.scale * self.grow), 6)
        room = run.width * self.scale * SLACK + 1
        text = run.text
        wide = faces.font(path, size).getlength(text)
        if wide > room:
            size = max(math.floor(size * room / wide), 6)
            wide = faces.font(path, size).getlength(text)
        face = faces.font(path, size)
        at = (run.x * self.scale - run.align * wide, run.y * self.scale)
        fill = tuple(min(one + run.grey, 150) for one in self.ink) if run.grey else self.ink
        draw.text(at, text, font=face, fill=fill, anchor="ls")
        x0, y0, x1, y1 = draw.textbbox(at, text, font=face, anchor="ls")
        return x0 - PAD, y0 - PAD, x1 + PAD, y1 + PAD

    def _mark(self, draw: ImageDraw.ImageDraw, mark: Mark) -> None:
        x0, y0, x1, y1 = (one * self.scale for one in mark.edges)
        width = max(round(mark.width * self.scale), 1)
        if mark.fill is not None:
            draw.rectangle((x0, y0, x1, y1), fill=(mark.fill,) * 3)
        elif mark.dashed:
            step = 2.2 * self.scale
            while x0 < x1:
                draw.line((x0, y0, min(x0 + step * 0.6, x1), y0), fill=self.ink, width=width)
                x0 += step
        else:
            draw.line((x0, y0, x1, y1), fill=self.ink, width=width)


def _fraction(edges: Edges, image: Image.Image) -> Box:
    x0, y0, x1, y1 = edges
    return clipped(x0 / image.width, y0 / image.height, x1 / image.width, y1 / image.height)
