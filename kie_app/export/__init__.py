"""Extractions to take away: all that the decoders returned, or a grid of values of many documents,
as JSON, CSV or XLSX."""

from __future__ import annotations

from kie_app.export.extraction import extraction_json, to_json
from kie_app.export.files import FILES
from kie_app.export.grid import COLUMNS, WIDE_COLUMNS, Grid, long_grid, long_row, wide_grid
from kie_app.export.text import grid_to_csv, grid_to_json
from kie_app.export.xlsx import grids_to_xlsx

__all__ = [
    "COLUMNS",
    "FILES",
    "WIDE_COLUMNS",
    "Grid",
    "extraction_json",
    "grid_to_csv",
    "grid_to_json",
    "grids_to_xlsx",
    "long_grid",
    "long_row",
    "to_json",
    "wide_grid",
]
