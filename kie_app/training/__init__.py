"""Training objectives and loops."""
