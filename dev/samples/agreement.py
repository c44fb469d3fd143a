"""A signed agreement as a scanner saves it: one page of grey pixels in a PDF, without any text."""

from __future__ import annotations

import math
import time
from pathlib import Path

from PIL import Image

from dev.samples.drawn_page import Colour, DrawnPage
from dev.samples.labels import Labels
from dev.samples.layout import Style, put
from dev.samples.paper import scanned, turned

WIDTH, HEIGHT = 1275, 1650  # US letter at 150 dots an inch
LEFT, RIGHT = 150.0, WIDTH - 150.0
BODY, BOLD = Style("times", 27, 37), Style("times-bold", 27, 37)
PEN: Colour = (40, 44, 70)
TURN = 0.45  # degrees, clockwise
FIRST, SECOND = "Larkhall Robotics, Inc.", "Dunmore Precision Castings LLC"
DATE, TERM, LAW = "3 March 2025", "three (3) years", "State of Minnesota"
OPENING = (
    f'This Mutual Non-Disclosure Agreement (the "Agreement") is made as of {DATE} (the '
    f'"Effective Date") between {FIRST}, a Minnesota corporation with its office at 915 Granary '
    f"Street, Ostrander, Minnesota, and {SECOND}, with its office at 40 Furnace Road, Ely Falls, "
    'Wisconsin (each a "Party").'
)
CLAUSES = (
    (
        "Purpose.",
        "The Parties wish to discuss the supply of cast housings for robot joints (the "
        '"Purpose") and may show each other information that they treat as confidential.',
    ),
    (
        "Confidential Information.",
        "This means drawings, samples, prices, test results and any other information that is "
        "marked as confidential or that a reasonable person would understand to be so.",
    ),
    (
        "Duties.",
        "The receiving Party shall use Confidential Information for the Purpose alone, shall "
        "guard it with no less than reasonable care, and shall disclose it only to employees and "
        "advisers who need it and are bound by like duties.",
    ),
    (
        "Exceptions.",
        "These duties do not apply to information that was known before, becomes public without "
        "breach, is received lawfully from others, or is developed independently.",
    ),
    (
        "Term.",
        f"This Agreement runs for {TERM} from the Effective Date. The duties of Section 3 "
        "continue for two further years after it ends.",
    ),
    (
        "Governing Law.",
        f"This Agreement is governed by the laws of the {LAW} without regard to its rules on "
        "conflict of laws.",
    ),
)


def render(folder: Path) -> Labels:
    page = DrawnPage(WIDTH, HEIGHT)
    put(
        page,
        WIDTH / 2,
        150,
        "MUTUAL NON-DISCLOSURE AGREEMENT",
        Style("times-bold", 34, 0),
        "centre",
    )
    y = _paragraph(page, 220, LEFT, OPENING.split(), 0)
    for number, (title, text) in enumerate(CLAUSES, 1):
        put(page, LEFT, y, f"{number}.", BOLD)
        words = title.split()
        y = _paragraph(page, y, LEFT + 44, words + text.split(), len(words))
    _signatures(page, y + 36)
    image, runs = turned(page.image(), page.runs, TURN)
    file = folder / "agreement.pdf"
    _save(scanned(image, seed=29), file)
    return Labels(
        id="agreement",
        title="Scanned agreement",
        template="agreement",
        file=file,
        width=WIDTH,
        height=HEIGHT,
        runs=runs,
        entities={
            "first party": FIRST,
            "second party": SECOND,
            "effective date": DATE,
            "term": TERM,
            "governing law": LAW,
        },
    )


def _paragraph(page: DrawnPage, y: float, left: float, words: list[str], bold: int) -> float:
    """Words broken into lines, the first `bold` of them in bold; returns the next baseline."""
    line: list[str] = []
    first = True
    for word in [*words, ""]:
        wide = page.width_of(" ".join([*line, word]), BODY.face, BODY.size)
        if word and wide < RIGHT - left - (12 if first and bold else 0):
            line.append(word)
            continue
        if first and bold:
            head, rest = " ".join(line[:bold]), " ".join(line[bold:])
            page.text(left, y, head, BOLD.face, BOLD.size)
            ahead = page.width_of(head + " ", BOLD.face, BOLD.size)
            page.text(left + ahead, y, rest, BODY.face, BODY.size)
        else:
            put(page, left, y, " ".join(line), BODY)
        line, first = [word], False
        y += BODY.leading
    return y + 17


def _signatures(page: DrawnPage, y: float) -> None:
    parties = (
        (LEFT, FIRST, "Ingrid Solheim", "President"),
        (680.0, SECOND, "Marcus Tate", "Manager"),
    )
    for index, (x, party, name, role) in enumerate(parties):
        put(page, x, y, party, BOLD)
        _pen(page, x + 60, y + 74, index)
        page.line([(x, y + 104), (x + 380, y + 104)], width=1.5)
        put(page, x, y + 138, f"Name: {name}", BODY)
        put(page, x, y + 173, f"Title: {role}", BODY)


def _pen(page: DrawnPage, x: float, y: float, hand: int) -> None:
    """A signature: loops of a rhythm that differs from hand to hand."""
    points = []
    for step in range(400):
        t = step / 399
        turn = t * math.tau * (5.5 + 1.5 * hand)
        high = (26 - 15 * t) * (1.3 if t < 0.14 else 0.65 + 0.25 * math.sin(9 * t + 2 * hand))
        points.append((x + 220 * t + 12 * math.sin(turn + 0.5 + hand), y - high * math.cos(turn)))
    page.line(points, PEN, 2.4)


def _save(page: Image.Image, file: Path) -> None:
    """A PDF with nothing but the scan."""
    long_ago = time.gmtime(0)  # Pillow writes the time into the file; a fixed one keeps it equal
    dates = {"creationDate": long_ago, "modDate": long_ago}
    page.save(file, "PDF", resolution=150.0, quality=60, title="Scan", **dates)
