"""Extractions as files to download, by their ending."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kie_app.export.extraction import to_json
from kie_app.export.grid import long_grid, wide_grid
from kie_app.export.text import grid_to_csv
from kie_app.export.xlsx import grids_to_xlsx
from kie_app.types import Extraction


def _json_file(extractions: Sequence[Extraction], names: Mapping[str, str]) -> bytes:
    return to_json(extractions, names).encode("utf-8")


def _csv_file(extractions: Sequence[Extraction], names: Mapping[str, str]) -> bytes:
    return grid_to_csv(long_grid(extractions, names)).encode("utf-8-sig")  # Excel asks for the mark


def _xlsx_file(extractions: Sequence[Extraction], names: Mapping[str, str]) -> bytes:
    grids = {"values": wide_grid(extractions, names), "fields": long_grid(extractions, names)}
    return grids_to_xlsx(grids)


# By ending: the media type, and extractions with the names of their documents as such a file.
FILES: Mapping[str, tuple[str, Callable[[Sequence[Extraction], Mapping[str, str]], bytes]]] = {
    "json": ("application/json", _json_file),
    "csv": ("text/csv;charset=utf-8", _csv_file),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx_file),
}
