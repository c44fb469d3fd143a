"""Rows and amounts, shared by the documents."""

from __future__ import annotations

from dataclasses import dataclass

from dev.samples.drawn_page import INK, Align, Colour, DrawnPage


def amount(hundredths: int) -> str:
    """1234567 -> "12,345.67"."""
    return f"{hundredths // 100:,}.{hundredths % 100:02d}"


@dataclass(frozen=True)
class Style:
    """How a text looks: size and leading (from baseline to baseline) in pixels."""

    face: str
    size: float
    leading: float
    fill: Colour = INK


def put(
    page: DrawnPage, x: float, y: float, text: str, style: Style, align: Align = "left"
) -> None:
    if text:
        page.text(x, y, text, style.face, style.size, style.fill, align)


def stack(
    page: DrawnPage, x: float, y: float, texts: tuple[str, ...], style: Style, align: Align = "left"
) -> float:
    """Texts under one another; returns the baseline after the last."""
    for text in texts:
        put(page, x, y, text, style, align)
        y += style.leading
    return y


def pairs(
    page: DrawnPage,
    edges: tuple[float, float],
    y: float,
    rows: tuple[tuple[str, str], ...],
    style: Style,
) -> float:
    """Rows with one text at the left and one at the right edge; returns the baseline after."""
    for left, right in rows:
        put(page, edges[0], y, left, style)
        put(page, edges[1], y, right, style, "right")
        y += style.leading
    return y
