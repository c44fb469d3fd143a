"""Draws the sample documents: one module a document, with its words, layout and labels."""
