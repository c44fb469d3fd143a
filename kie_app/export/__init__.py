"""Extractions to take away: JSON, CSV, XLSX."""
