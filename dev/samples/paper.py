"""What printers, scanners and hands do to a clean page. Arrays are float, height x width (x 3)."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageFilter

from dev.samples.drawn_page import Run


def noise(
    shape: tuple[int, int], grain: tuple[float, float], random: np.random.Generator
) -> np.ndarray:
    """Smooth noise in [-1, 1]; `grain` is the size of a blot in pixels, down and across."""
    small = (max(2, round(shape[0] / grain[0])), max(2, round(shape[1] / grain[1])))
    image = Image.fromarray(random.standard_normal(small).astype(np.float32))
    smooth = np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BICUBIC))
    return smooth / max(float(np.abs(smooth).max()), 1e-6)


def thermal(image: Image.Image, seed: int, fading: float = 0.22, grain: float = 2.5) -> Image.Image:
    """Thermal print under a flat-bed scanner, grey: uneven ink, soft edges, paper grain."""
    random = np.random.default_rng(seed)
    soft = image.convert("L").filter(ImageFilter.GaussianBlur(0.6))
    dark = 1.0 - np.asarray(soft, np.float32) / 255.0
    shape = (dark.shape[0], dark.shape[1])
    head = noise(shape, (10_000, 9), random) * 0.5  # weak heating elements fade whole columns
    blot = noise(shape, (160, 120), random) * 0.5
    speck = noise(shape, (1.5, 1.5), random) * 0.35
    strength = 1.0 - fading * (0.6 + head + blot + speck)
    paper = 247.0 + 3.0 * noise(shape, (300, 200), random)
    page = paper * (1.0 - dark * np.clip(strength, 0.25, 1.0) * 0.88)
    page += random.normal(0.0, grain, shape)
    return Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))


def scanned(image: Image.Image, seed: int) -> Image.Image:
    """A grey page from a document feeder: soft edges, a faint streak, dust, little noise."""
    random = np.random.default_rng(seed)
    page = np.asarray(image.convert("L").filter(ImageFilter.GaussianBlur(0.55)), np.float32)
    page = 18.0 + page * (232.0 / 255.0)
    height, width = page.shape
    page[:, int(width * 0.83) : int(width * 0.83) + 2] -= 9.0
    page[:, :10] -= np.linspace(70, 0, 10)[None, :]  # the edge of the paper
    for x, y in zip(
        random.integers(40, width - 40, 32), random.integers(40, height - 40, 32), strict=True
    ):
        page[y : y + 2, x : x + 1 + (x + y) % 2] -= 110.0
    page += random.normal(0.0, 1.2, page.shape)
    return Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))


def turned(
    image: Image.Image, runs: list[Run], degrees: float
) -> tuple[Image.Image, tuple[Run, ...]]:
    """A page fed slightly askew, clockwise about its middle, and the boxes around its runs."""
    page = image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    middle_x, middle_y = image.width / 2, image.height / 2

    def around(run: Run) -> Run:
        x0, y0, x1, y1 = run.box
        corners = [(x - middle_x, y - middle_y) for x in (x0, x1) for y in (y0, y1)]
        xs = [middle_x + x * cosine - y * sine for x, y in corners]
        ys = [middle_y + x * sine + y * cosine for x, y in corners]
        return Run(run.text, (min(xs), min(ys), max(xs), max(ys)))

    return page, tuple(around(run) for run in runs)
