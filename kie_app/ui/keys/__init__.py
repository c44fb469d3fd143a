"""The controls that name keys."""
