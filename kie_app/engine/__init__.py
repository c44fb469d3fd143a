"""The model and OCR in memory: caches, whose turn it is, warm-up."""
