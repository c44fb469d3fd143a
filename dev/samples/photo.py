"""A page photographed on a wooden table: bent, in perspective, unevenly lit, slightly blurred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from dev.samples.drawn_page import Run
from dev.samples.paper import noise

Point = tuple[float, float]


@dataclass(frozen=True)
class View:
    """Where the page's corners lie on the photo: left top, right top, right and left bottom.

    `bend` is how far, in pixels of the page, its side edges hang lower than its middle.
    """

    width: int
    height: int
    corners: tuple[Point, Point, Point, Point]
    bend: float
    seed: int


def photograph(
    page: Image.Image, runs: list[Run], view: View
) -> tuple[Image.Image, tuple[Run, ...]]:
    """The photo and the runs with their boxes on it (upright boxes around the skewed text)."""
    random = np.random.default_rng(view.seed)
    paper, mask = _bent(page, view.bend)
    matrix = _homography(_rectangle(paper.size), view.corners)
    back = tuple(np.linalg.inv(matrix / matrix[2, 2]).flatten())
    back = tuple(value / back[8] for value in back[:8])
    size = (view.width, view.height)
    bicubic = Image.Resampling.BICUBIC
    laid = paper.transform(size, Image.Transform.PERSPECTIVE, back, bicubic)
    cover = mask.transform(size, Image.Transform.PERSPECTIVE, back, bicubic)
    scene = _shadowed(_table(size, random), cover)
    scene.paste(laid, mask=cover)
    return _taken(scene, random), tuple(_moved(run, page.size, matrix, view.bend) for run in runs)


def _drop(x: np.ndarray, width: float, bend: float) -> np.ndarray:
    """How far down a column of the page hangs: nothing in the middle, `bend` at the edges."""
    return bend * (2.0 * x / width - 1.0) ** 2


def _bent(page: Image.Image, bend: float) -> tuple[Image.Image, Image.Image]:
    """The page with its columns moved down, and the mask of where paper is."""
    source = np.asarray(page.convert("RGB"), np.float32)
    height, width = source.shape[:2]
    source *= _crease(height)
    alpha = np.full((height, width, 1), 255.0, np.float32)
    alpha[:, [0, -1]] = 0.0  # soft edges
    source = np.pad(np.concatenate([source, alpha], axis=2), ((1, 1), (0, 0), (0, 0)))
    rows = np.arange(height + int(bend) + 1, dtype=np.float32)[:, None]
    at = np.clip(rows - _drop(np.arange(width), width, bend)[None, :] + 1, 0, height + 0.999)
    low = at.astype(int)
    share = (at - low)[..., None]
    columns = np.arange(width)[None, :]
    result = source[low, columns] * (1 - share) + source[low + 1, columns] * share
    image = Image.fromarray(result.astype(np.uint8), "RGBA")
    return image.convert("RGB"), image.getchannel("A")


def _crease(height: int) -> np.ndarray:
    """The brightness of each row of a page that was folded in the middle."""
    away = np.arange(height, dtype=np.float32)[:, None, None] / height - 0.47
    return 1.0 - 0.07 * np.exp(-((away * 90) ** 2)) - 0.05 / (1.0 + np.exp(-away * 160))


def _rectangle(size: tuple[int, int]) -> tuple[Point, Point, Point, Point]:
    width, height = size
    return (0, 0), (width, 0), (width, height), (0, height)


def _homography(source: tuple[Point, ...], target: tuple[Point, ...]) -> np.ndarray:
    """The 3 x 3 matrix that takes four points to four points."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return np.append(np.linalg.solve(np.array(rows, float), np.array(right)), 1.0).reshape(3, 3)


def _moved(run: Run, size: tuple[int, int], matrix: np.ndarray, bend: float) -> Run:
    x0, y0, x1, y1 = run.box
    x = np.linspace(x0, x1, 16)
    drop = _drop(x, size[0], bend)
    edge = np.concatenate([np.stack([x, y0 + drop]), np.stack([x, y1 + drop])], axis=1)
    u, v, w = matrix @ np.concatenate([edge, np.ones((1, edge.shape[1]))])
    u, v = u / w, v / w
    return Run(run.text, (float(u.min()), float(v.min()), float(u.max()), float(v.max())))


def _table(size: tuple[int, int], random: np.random.Generator) -> Image.Image:
    """Oak boards: long grain, a few darker years, dark joints."""
    width, height = size
    shape = (height, width)
    grain = 0.5 * noise(shape, (420, 5), random) + 0.35 * noise(shape, (150, 2), random)
    warp = (noise(shape, (500, 160), random) * 26).astype(int)
    columns = np.clip(np.arange(width)[None, :] + warp, 0, width - 1)
    grain = grain[np.arange(height)[:, None], columns] + 0.4 * noise(shape, (700, 220), random)
    board = np.arange(width) // 340
    grain += np.array([0.15, -0.3, 0.2, -0.1, 0.1])[board % 5][None, :]
    joint = np.abs((np.arange(width) % 340) - 2) < 2.2
    tone = np.array([146.0, 106.0, 72.0]) + grain[..., None] * np.array([34.0, 30.0, 24.0])
    tone *= np.where(joint, 0.45, 1.0)[None, :, None]
    return Image.fromarray(np.clip(tone, 0, 255).astype(np.uint8))


def _shadowed(table: Image.Image, cover: Image.Image) -> Image.Image:
    """The table with the soft shadow of the paper, cast to the lower right."""
    shadow = Image.new("L", table.size)
    shadow.paste(cover, (9, 12))
    weight = np.asarray(shadow.filter(ImageFilter.GaussianBlur(11)), np.float32) / 255.0
    dark = np.asarray(table, np.float32) * (1.0 - 0.5 * weight[..., None])
    return Image.fromarray(dark.astype(np.uint8))


def _taken(scene: Image.Image, random: np.random.Generator) -> Image.Image:
    """Through the camera: warm light from the upper left, a hand's shadow, blur and noise."""
    pixels = np.asarray(scene.filter(ImageFilter.GaussianBlur(0.7)), np.float32)
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width, y / height
    light = 1.14 - 0.22 * x - 0.22 * y + 0.05 * noise((height, width), (400, 300), random)
    light *= 1.0 - 0.20 / (1.0 + np.exp(-(x * 0.9 + y * 1.1 - 1.62) * 14))
    pixels = pixels * light[..., None] * np.array([1.0, 0.975, 0.92])
    pixels += random.normal(0.0, 4.0, (height, width, 1)) + random.normal(0.0, 1.5, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
