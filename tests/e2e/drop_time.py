"""How long a receipt takes from drop to values on screen, in a real browser with a warm model.

python -m tests.e2e.drop_time      drops receipts that the app never saw, and prints the seconds
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.e2e.conftest import ROOT, alone

SAMPLES = ROOT / "annotations" / "samples"
RECEIPTS = ("hardware_receipt.jpg", "cafe_receipt.png", "garden_receipt.jpg")
TIMES = 3  # each receipt
LOOK = 25  # milliseconds between two looks at the page
REST = 3000  # milliseconds, in which the charts of the receipt before are drawn
PIP = '.arm[data-arm="mask_parallel"]'
FILLED = f"""name => document.querySelector('.paper')?.textContent.includes(name)
  && document.querySelector('{PIP}.done')"""


def unseen(folder: Path, name: str, number: int) -> Path:
    """The receipt with a comment of its own, so that nothing of it is remembered."""
    path = folder / f"{number}-{Path(name).stem}.jpg"
    with Image.open(SAMPLES / name) as image:
        image.convert("RGB").save(path, "JPEG", quality=95, comment=f"{number}".encode())
    return path


def drop(page: Page, file: Path) -> float:
    page.wait_for_timeout(REST)
    began = time.perf_counter()
    page.set_input_files("#upload input", file)
    # At every frame, the default, looking would take a share of the cores that are being timed.
    page.wait_for_function(FILLED, arg=file.name, polling=LOOK)
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, alone(Path(folder)) as page:
        page.fill("#keys textarea", "company, date, address, total")
        for arm in ("AR", "HPD"):
            page.get_by_role("checkbox", name=arm, exact=True).uncheck()
        drop(page, unseen(Path(folder), RECEIPTS[0], 255))  # warms up
        seconds = []
        for number in range(TIMES * len(RECEIPTS)):
            name = RECEIPTS[number % len(RECEIPTS)]
            seconds.append(drop(page, unseen(Path(folder), name, number)))
            clock = page.locator(f"{PIP} .clock").inner_text()
            ocr = page.locator(".paper").get_by_text("OCR").first.inner_text()
            print(f"{name}: {seconds[-1]:.2f} s on screen; {ocr}, PIP {clock}")
        print(f"median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s")


if __name__ == "__main__":
    sys.exit(main())
