"""What printers, scanners and cameras do to a clean page. Pixels are float, height x width x 3."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.float32]


def cloud(shape: tuple[int, int], grain: tuple[float, float], rng: np.random.Generator) -> Pixels:
    """Smooth noise in [-1, 1]; `grain` is the size of a blot in pixels, down and across."""
    small = (max(2, round(shape[0] / grain[0])), max(2, round(shape[1] / grain[1])))
    rough = Image.fromarray(rng.standard_normal(small).astype(np.float32))
    smooth = np.asarray(rough.resize((shape[1], shape[0]), Image.Resampling.BICUBIC), np.float32)
    return smooth / max(float(np.abs(smooth).max()), 1e-6)


def worn(page: Image.Image, rng: np.random.Generator, strength: float) -> Image.Image:
    """Faded ink, tinted paper, uneven light, grain and JPEG, from none to a poor photo (1)."""
    blur = float(rng.uniform(0.0, 0.35 + 0.5 * strength))
    soft = page.filter(ImageFilter.GaussianBlur(blur))
    ink = 1.0 - np.asarray(soft, np.float32) / 255.0
    shape = (ink.shape[0], ink.shape[1])
    fading = strength * float(rng.uniform(0.0, 0.35))
    weak = 0.5 + 0.3 * cloud(shape, (170, 130), rng) + 0.2 * cloud(shape, (9_000, 7), rng)
    ink *= (1.0 - fading * np.clip(weak, 0.0, 1.0))[..., None]
    tint = np.array([255, 255 - rng.uniform(0, 8), 255 - rng.uniform(0, 22)], np.float32)
    paper = tint - strength * np.float32(rng.uniform(0, 14))
    light = 1.0 - strength * float(rng.uniform(0, 0.22)) * (
        0.5 + 0.5 * cloud(shape, (900, 700), rng)
    )
    if rng.random() < 0.25 * strength:  # a fold
        row = int(rng.integers(shape[0] // 4, 3 * shape[0] // 4))
        light[row : row + 3] *= 0.93
    pixels = paper * (1.0 - ink) * light[..., None]
    grain = strength * float(rng.uniform(0.5, 6.0))
    pixels += rng.normal(0.0, grain, shape).astype(np.float32)[..., None]
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if rng.random() < 0.35:
        image = image.convert("L").convert("RGB")
    return jpeg(image, int(rng.integers(92 - int(45 * strength), 95)))


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    """As a JPEG of that quality gives it back."""
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=quality)
    return Image.open(kept).convert("RGB")
