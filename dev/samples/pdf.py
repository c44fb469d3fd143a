"""PDF pages with a text layer, drawn from the top left in points. Needs ReportLab."""

from __future__ import annotations

from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from dev.samples import fonts

Shade = tuple[float, float, float]
BLACK: Shade = (0.1, 0.1, 0.12)


class Paper:
    """A PDF whose `y` counts down from the top edge; `invariant` leaves out the time of writing."""

    def __init__(self, file: Path, width: float, height: float, title: str) -> None:
        self.width, self.height = width, height
        self._canvas = Canvas(str(file), pagesize=(width, height), invariant=1, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Onepass sample documents")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        face: str,
        size: float,
        align: str = "left",
        fill: Shade = BLACK,
    ) -> None:
        if face not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(face, str(fonts.path(face))))
        self._canvas.setFillColorRGB(*fill)
        self._canvas.setFont(face, size)
        draw = {
            "left": self._canvas.drawString,
            "right": self._canvas.drawRightString,
            "centre": self._canvas.drawCentredString,
        }[align]
        draw(x, self.height - y, text)

    def line(
        self, x0: float, y0: float, x1: float, y1: float, width: float = 0.6, fill: Shade = BLACK
    ) -> None:
        self._canvas.setStrokeColorRGB(*fill)
        self._canvas.setLineWidth(width)
        self._canvas.line(x0, self.height - y0, x1, self.height - y1)

    def rectangle(
        self, x0: float, y0: float, x1: float, y1: float, fill: Shade | None, width: float = 0.6
    ) -> None:
        """Filled when `fill` is given, else a black frame."""
        self._canvas.setLineWidth(width)
        self._canvas.setStrokeColorRGB(*BLACK)
        self._canvas.setFillColorRGB(*(fill or BLACK))
        self._canvas.rect(
            x0, self.height - y1, x1 - x0, y1 - y0, stroke=int(fill is None), fill=int(bool(fill))
        )

    def circle(self, x: float, y: float, radius: float, fill: Shade) -> None:
        self._canvas.setFillColorRGB(*fill)
        self._canvas.circle(x, self.height - y, radius, stroke=0, fill=1)

    def next_page(self) -> None:
        self._canvas.showPage()

    def save(self) -> None:
        self._canvas.showPage()
        self._canvas.save()
