"""A race card as a PNG, drawn with the fonts of this machine, else with Pillow's own.

From top to bottom: what was raced, a row for each arm, the values where the card holds any, what it
was measured on, and the command that measures it again.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from PIL import Image, ImageDraw

from kie_app.datasets.synthetic import faces
from kie_app.datasets.synthetic.faces import Font
from kie_app.race.card import Card

WIDTH, TALLEST, MARGIN = 1200, 3000, 48
INK, FAINT, PAPER, LINE, SLOWER = "#1d1f21", "#5a5d63", "#ffffff", "#d4d3cd", "#a8321c"
PHASES = {"ocr": "#8a929c", "prefill": "#5577a6", "decode": "#0f8a83"}
COVERING = "DejaVu"  # of the families that `faces` knows, the one with the most letters
BAR_LEFT, BAR_WIDTH = 235, 270
COLUMNS = {
    525: ("end to", "end"),
    618: ("of it", "decoding"),
    712: ("speed-up,", "end to end"),
    806: ("speed-up,", "decoding"),
    894: ("passes", ""),
    958: ("tokens", "written"),
    1024: ("and", "copied"),
    1087: ("same", "as AR"),
}
SHOWN_VALUES, SHOWN_LINES = 24, 6


def to_png(card: Card) -> bytes:
    """The card as a picture, 1200 pixels wide and as high as it needs."""
    canvas = Canvas()
    _head(canvas, card)
    _arms(canvas, card)
    _values(canvas, card)
    _foot(canvas, card)
    out = io.BytesIO()
    canvas.cut().save(out, "PNG")
    return out.getvalue()


class Canvas:
    """Paper to write on from top to bottom; `y` is where the next line goes."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH, TALLEST), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.y = MARGIN

    def write(self, x: int, text: str, font: Font, fill: str = INK, width: int = WIDTH) -> None:
        """One line at `x`, cut with three dots where it is wider than `width` or the paper."""
        room = min(width, WIDTH - MARGIN - x)
        self.draw.text((x, self.y), fitted(text, font, room), fill, font)

    def paragraph(self, text: str, font: Font, fill: str, step: int) -> None:
        """Lines of whole words from margin to margin; three dots stand for what is left."""
        lines = list(wrapped(text, font, WIDTH - 2 * MARGIN))
        if len(lines) > SHOWN_LINES:
            lines = [*lines[: SHOWN_LINES - 1], f"{lines[SHOWN_LINES - 1][:-3]}..."]
        for line in lines:
            self.write(MARGIN, line, font, fill)
            self.y += step

    def rule(self) -> None:
        self.draw.rectangle((MARGIN, self.y, WIDTH - MARGIN, self.y), LINE)
        self.y += 18

    def cut(self) -> Image.Image:
        return self.image.crop((0, 0, WIDTH, min(self.y + MARGIN, TALLEST)))


def _head(canvas: Canvas, card: Card) -> None:
    canvas.write(MARGIN, "Onepass race", _font("sans", 38, bold=True))
    canvas.y += 56
    pages, keys = card["document"]["pages"], card["keys"]
    what = f"{_count(len(keys), 'key')} of a document of {_count(pages, 'page')}"
    if "name" in card["document"]:
        what += f", {card['document']['name']}"
    canvas.write(MARGIN, f"{what}, {_when(card['made'])}", _font("sans", 20), FAINT)
    canvas.y += 34
    canvas.paragraph(", ".join(keys), _font("sans", 20), INK, 28)
    canvas.y += 14


def _arms(canvas: Canvas, card: Card) -> None:
    arms: Sequence[Card] = card["arms"]
    small = _font("sans", 15)
    for x, name in zip((BAR_LEFT, BAR_LEFT + 90, BAR_LEFT + 180), PHASES, strict=True):
        canvas.draw.rectangle((x, canvas.y + 22, x + 11, canvas.y + 33), PHASES[name])
        canvas.draw.text((x + 18, canvas.y + 18), name, FAINT, small)
    for x, (above, below) in COLUMNS.items():
        canvas.draw.text((x, canvas.y), above, FAINT, small)
        canvas.draw.text((x, canvas.y + 18), below, FAINT, small)
    canvas.y += 46
    longest = max((arm["seconds"]["total"] for arm in arms), default=0.0)
    for arm in arms:
        canvas.rule()
        _arm(canvas, arm, longest, len(card["keys"]))
    canvas.rule()


def _arm(canvas: Canvas, arm: Card, longest: float, keys: int) -> None:
    seconds, faster = arm["seconds"], arm["speed_up"]
    canvas.write(MARGIN, arm["title"], _font("sans", 20, bold=True), width=BAR_LEFT - MARGIN - 10)
    left = float(BAR_LEFT)
    for phase, colour in PHASES.items():
        right = left + (BAR_WIDTH * seconds[phase] / longest if longest else 0.0)
        if right - left >= 0.5:
            canvas.draw.rectangle(
                (round(left), canvas.y, max(round(right) - 1, round(left)), canvas.y + 23), colour
            )
        left = right
    agreeing = arm["same_as_autoregressive"]
    cells = [
        (f"{seconds['total']:.3f} s", INK),
        (f"{seconds['decode']:.3f} s", INK),
        *(_ratio(faster[time]) for time in ("total", "decode")),
        *((str(arm[figure]), INK) for figure in ("passes", "written_tokens", "copied_tokens")),
        ("-" if agreeing is None else f"{agreeing} of {keys}", INK),
    ]
    for x, (text, colour) in zip(COLUMNS, cells, strict=True):
        canvas.write(x, text, _font("sans", 18), colour)
    canvas.y += 40


def _values(canvas: Canvas, card: Card) -> None:
    """A row a key, a column an arm; only on a card that holds values."""
    arms = [arm for arm in card["arms"] if "values" in arm]
    if not arms:
        return
    step = (WIDTH - MARGIN - BAR_LEFT) // len(arms)
    places = [(BAR_LEFT + step * at, arm) for at, arm in enumerate(arms)]
    for x, arm in places:
        canvas.write(x, arm["title"], _font("sans", 15), FAINT, step - 12)
    canvas.y += 26
    for key in card["keys"][:SHOWN_VALUES]:
        canvas.write(MARGIN, key, _font("sans", 16), FAINT, BAR_LEFT - MARGIN - 12)
        for x, arm in places:
            value = arm["values"].get(key)
            shown, colour = ("absent", FAINT) if value is None else (value, INK)
            canvas.write(x, shown, _font("sans", 16), colour, step - 12)
        canvas.y += 28
    if len(card["keys"]) > SHOWN_VALUES:
        left = len(card["keys"]) - SHOWN_VALUES
        canvas.write(MARGIN, f"and {_count(left, 'key')} more", _font("sans", 16), FAINT)
        canvas.y += 28
    canvas.y += 8
    canvas.rule()


def _foot(canvas: Canvas, card: Card) -> None:
    facts = (f"{name} {value}" for name, value in card["measured_on"].items())
    canvas.paragraph(" \N{MIDDLE DOT} ".join(facts), _font("sans", 16), INK, 24)
    canvas.y += 8
    canvas.paragraph(card["note"], _font("sans", 15), FAINT, 22)
    canvas.y += 8
    canvas.paragraph(card["reproduce"], _font("mono", 14), INK, 21)


def _ratio(ratio: float | None) -> tuple[str, str]:
    if ratio is None:
        return "-", FAINT
    return (
        f"{ratio:.{0 if ratio >= 20 else 2}f}\N{MULTIPLICATION SIGN}",
        SLOWER if ratio < 1 else INK,
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _when(made: str) -> str:
    return made[:16].replace("T", " ") + " UTC"


def printable(text: str) -> str:
    """The text with a blank for whatever steers instead of being seen: control characters, marks
    of direction, lone surrogates."""
    return "".join(one if one.isprintable() else " " for one in text)


def fitted(text: str, font: Font, width: float) -> str:
    """The text, or as much of its beginning as fits with three dots."""
    text = printable(text)
    if font.getlength(text) <= width:
        return text
    low, high = 0, len(text)  # the longest beginning that fits is in [low, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (middle, high) if font.getlength(text[:middle] + "...") <= width else (low, middle)
        )
    return text[:low] + "..."


def wrapped(text: str, font: Font, width: float) -> Iterator[str]:
    """Lines of whole words; a word wider than a line is left to be cut."""
    line = ""
    for word in printable(text).split():
        longer = f"{line} {word}" if line else word
        if line and font.getlength(longer) > width:
            yield line
            longer = word
        line = longer
    if line:
        yield line


def _font(family: str, size: int, bold: bool = False) -> Font:
    found = faces.pairs(family, faces.FOLDERS)
    covering = [pair for pair in found if pair[0] and COVERING in pair[0].name]
    return faces.font((covering or found)[0][bold], size)
