"""Onepass: key information extraction in one forward pass."""

__version__ = "0.1.0"
