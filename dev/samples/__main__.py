"""Draw the sample documents and write their labels.

    python -m dev.samples            all documents
    python -m dev.samples invoice    only files whose module's name contains a word

The result is the same on every run with the same versions of Pillow and ReportLab.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dev.samples import (
    ad_order,
    agreement,
    cafe_receipt,
    garden_receipt,
    hardware_receipt,
    invoice,
    purchase_order,
    registration_form,
)

FOLDER = Path(__file__).resolve().parents[2] / "annotations" / "samples"
DOCUMENTS = (
    hardware_receipt,
    cafe_receipt,
    garden_receipt,
    invoice,
    registration_form,
    purchase_order,
    ad_order,
    agreement,
)


def main(words: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    wanted = [d for d in DOCUMENTS if not words or any(w in d.__name__ for w in words)]
    drawn = [document.render(FOLDER) for document in wanted]
    for labels in drawn:
        print(f"{labels.file.name:32} {labels.file.stat().st_size / 1000:6.0f} kB")
    if not words:
        rows = (json.dumps(labels.row(), ensure_ascii=False) for labels in drawn)
        (FOLDER / "labels.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
